"""What can go wrong on purpose: each error names the thing, the value, the rule and the next step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ELSEWHERE = "The page may have moved, or it belongs to a setting you do not work at."
OVERTAKEN = "Somebody else changed this after you opened the page. Nothing was overwritten."


@dataclass(frozen=True)
class FieldProblem:
    """One field of a form and the sentence that belongs beside it."""

    field: str
    text: str


class DaymarkError(Exception):
    """The family: ``message`` is for the person at the screen, ``status`` for the response."""

    status = 500
    heading = "Something went wrong"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class ConfigError(DaymarkError):
    """The app cannot start, or cannot do this, as it is configured."""

    heading = "Daymark is not set up for this"


class Refused(DaymarkError):  # noqa: N818
    """A rule says no: 422, with the clauses that say so and the fields that need another value."""

    status = 422
    heading = "This cannot be saved yet"

    def __init__(
        self,
        thing: str,
        value: object,
        rule: str,
        next_step: str,
        *,
        clauses: Sequence[str] = (),
        fields: Sequence[FieldProblem | str] = (),
    ) -> None:
        self.thing, self.value, self.rule, self.next_step = thing, value, rule, next_step
        self.clauses = tuple(clauses)
        super().__init__(f"{_named(thing, value)}: {_sentence(rule)} {_sentence(next_step)}".strip())
        self.fields = tuple(f if isinstance(f, FieldProblem) else FieldProblem(f, self.message) for f in fields)


class Conflict(DaymarkError):  # noqa: N818
    """Somebody changed it since the form was drawn: 409, with one item a difference (both values, who and when)."""

    status = 409
    heading = "Somebody else changed this first"

    def __init__(self, items: Sequence[object], message: str = "") -> None:
        super().__init__(message or OVERTAKEN)
        self.items = tuple(items)


class NotFound(DaymarkError):  # noqa: N818
    """There is no such thing, or this person may not know of it: 404."""

    status = 404
    heading = "There is nothing here"

    def __init__(self, message: str = ELSEWHERE) -> None:
        super().__init__(message)


class NotAllowed(DaymarkError):  # noqa: N818
    """The person may know of it but not do it: 403, naming the role needed and whom to ask."""

    status = 403
    heading = "Your role does not allow this"

    def __init__(self, role_needed: str, whom_to_ask: str) -> None:
        self.role_needed, self.whom_to_ask = role_needed, whom_to_ask
        super().__init__(f"It needs the role {role_needed}. Ask {whom_to_ask} if you should have it.")


class NotSaved(DaymarkError):  # noqa: N818
    """Nothing was stored: 503; the page shows what was typed so that it can be sent again."""

    status = 503
    heading = "Not saved"

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"Not saved. Your entries are below. {_sentence(why)}".strip())


class NotRead(DaymarkError):  # noqa: N818
    """The database could not be read: 503; nothing was changed and the same page may be there in a moment."""

    status = 503
    heading = "The register could not be read"

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(f"The register could not be read, and nothing was changed. {_sentence(why)}".strip())


def _named(thing: str, value: object) -> str:
    shown = "" if value is None else str(value)
    return f"{thing} “{shown}”" if shown else thing


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text[-1] in ".?!" else f"{text}."


def place_of(error: BaseException) -> str:
    """Return file and line of where an error arose: what a log may keep of it, as its text may name a child."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
