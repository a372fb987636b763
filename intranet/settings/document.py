"""The policy document that a setting type brings: version, reviews, sources, linked policies and training, as data."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from intranet.errors import ConfigError
from intranet.law.editions import works
from intranet.law.words import listed, read_yaml

__all__ = ["Document", "Linked", "Source", "Topic", "Trigger", "load", "month"]

FIELDS = frozenset({
    "title", "pages_cited_as", "clauses", "version", "dated", "owner", "reviewed", "next_review", "review_clause", "early_review",
    "sources", "linked", "training", "training_led_by", "know", "comments_to", "comment_clause",
})  # fmt: skip


@dataclass(frozen=True)
class Trigger:
    """What brings a review forward."""

    key: str
    says: str
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """Guidance or law that the document cites: ``work`` is its key in the list of editions, ``edition`` the edition's first day."""

    work: str
    edition: date | None
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Linked:
    """Another policy of the house."""

    key: str
    title: str
    edition: str = ""
    note: str = ""
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Topic:
    """Something staff are trained in."""

    key: str
    title: str
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Document:
    """The document as the setting type's policy prints it; a setting's own entries come on top of it."""

    title: str = "Attendance policy"
    clauses: tuple[str, ...] = ()
    version: str = ""
    dated: date | None = None
    owner: str = "head"
    reviewed: date | None = None
    next_review: date | None = None
    review_clauses: tuple[str, ...] = ()
    early_review: tuple[Trigger, ...] = ()
    sources: tuple[Source, ...] = ()
    linked: tuple[Linked, ...] = ()
    training: tuple[Topic, ...] = ()
    training_led_by: str = "attendance_lead"
    know: tuple[str, ...] = ("ASC-09",)
    comments_to: tuple[str, ...] = ("trust_director", "head")
    comment_clauses: tuple[str, ...] = ("OTE-46",)


def load(folder: Path | None, known_clauses: Collection[str]) -> Document:
    """Return the document in a policy folder, the plain one where there is none; raise ConfigError naming what does not fit."""
    path = folder / "document.yaml" if folder is not None else None
    if path is None or not path.exists():
        return Document()
    said = read_yaml(path) or {}
    _refuse_unknown(path, said, FIELDS, "a field of it")
    made = _document(said)
    _refuse_unknown(path, [source.work for source in made.sources], works(), "a document whose editions are on file")
    _refuse_unknown(path, _cited(made), known_clauses, "a clause")
    return made


def month(text: str) -> date:
    """Return the first day of a month written ``2025-09``."""
    year, _, number = text.partition("-")
    return date(int(year), int(number), 1)


def _document(said: Mapping[str, Any]) -> Document:
    plain: dict[str, Any] = {key: said[key] for key in ("title", "version", "dated", "owner", "training_led_by") if key in said}
    plain |= {key: month(said[key]) for key in ("reviewed", "next_review") if key in said}
    plain |= {key: tuple(said[key]) for key in ("clauses", "know", "comments_to") if key in said}
    plain |= {into: (said[key],) for key, into in (("review_clause", "review_clauses"), ("comment_clause", "comment_clauses")) if key in said}
    return Document(
        **plain,
        early_review=tuple(Trigger(key, **_row(row)) for key, row in said.get("early_review", {}).items()),
        sources=tuple(Source(key, **_row(row)) for key, row in said.get("sources", {}).items()),
        linked=tuple(Linked(key, **_row(row)) for key, row in said.get("linked", {}).items()),
        training=tuple(Topic(key, **_row(row)) for key, row in said.get("training", {}).items()),
    )  # fmt: skip


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "clauses": tuple(row.get("clauses", ()))}


def _cited(made: Document) -> list[str]:
    rows: tuple[Trigger | Source | Linked | Topic, ...] = (*made.early_review, *made.sources, *made.linked, *made.training)
    return [*made.clauses, *made.review_clauses, *made.know, *made.comment_clauses, *(clause for row in rows for clause in row.clauses)]


def _refuse_unknown(path: Path, found: Collection[str], known: Collection[str], what: str) -> None:
    wrong = [name for name in found if name not in known]
    if wrong:
        near = get_close_matches(wrong[0], list(known), 1)
        hint = f"Did you mean “{near[0]}”?" if near else f"It is one of {listed(sorted(known)[:12])}."
        raise ConfigError(f"{path.parent.parent.name}/policy/{path.name}: “{wrong[0]}” is not {what}. {hint}")
