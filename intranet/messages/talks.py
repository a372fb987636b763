"""What was said to whom about a pupil, when, by what channel and by whom (SPM-29, ASC-13); texts that are sent from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from intranet import store
from intranet.errors import FieldProblem, NotFound, Refused
from intranet.messages.models import ContactNote
from intranet.people import Actor
from intranet.pupils.contacts import listed
from intranet.settings.context import SettingContext
from intranet.store import events, records

#: Ways of talking; "text" is written down by Daymark itself when it sends one.
CHANNELS: Mapping[str, str] = {
    "phone": "Telephone", "person": "In person", "letter": "Letter", "email": "E-mail", "app": "App or portal", "online": "Online meeting",
    "visit": "Home visit", "text": "Text message",
}  # fmt: skip
ONLINE = "online"
LONGEST, LONGEST_NAME = 4000, 120
TEXT = "{setting}: please contact us about attendance today. There is no need to reply to this text."
HOLD = "do_not_call"  # the record by which the DSL holds calls back
SHOWN = 100
C = ContactNote

events.register_kind("contact.noted", lambda data: f"wrote down a contact by {data['channel']}" if data else "wrote down a contact",
                     ("with", "summary", "pupil"))  # fmt: skip
events.register_kind("contact.ended", lambda data: "wrote down that a meeting was ended", ("why",))


@dataclass(frozen=True)
class Draft:
    """What somebody writes down about a conversation, a letter or a call."""

    at: datetime
    channel: str
    with_whom: str
    summary: str
    person_id: int | None = None
    sensitive: bool = False
    consent: bool | None = None  # an online meeting: spoken consent at its start
    agenda: bool | None = None  # and whether the written agenda was received


@dataclass(frozen=True)
class TalkSeen:
    """An entry of the log as pages show it."""

    id: int
    at: datetime
    channel: str
    with_whom: str
    summary: str
    author: str
    sensitive: bool
    consent: bool | None
    agenda: bool | None
    ended_at: datetime | None
    ended_why: str
    sent_at: datetime | None
    next_try_at: datetime | None
    failure: str

    @property
    def label(self) -> str:
        """Return the channel in words."""
        return CHANNELS.get(self.channel, self.channel)

    @property
    def can_end(self) -> bool:
        """Return whether consent can still be withdrawn: an online meeting that has not been ended."""
        return self.channel == ONLINE and bool(self.consent) and self.ended_at is None


def note(ctx: SettingContext, actor: Actor, pupil_id: int, draft: Draft, now: datetime, request_id: str | None = None) -> int:
    """Return the id of a new entry; raise Refused naming everything that is missing, RequestSeen never: a repeat returns the first."""
    _refuse(draft, now)
    with store.writing(now=now, actor_id=actor.account_id) as w:
        return _store(w, ctx, actor, pupil_id, draft, {}, request_id)


def text(ctx: SettingContext, actor: Actor, pupil_id: int, contact_id: int, now: datetime, request_id: str | None = None) -> int:
    """Send a contact a text of fixed words, which name nobody, with the next delivery; raise Refused without a number or when they are not to be contacted."""
    with store.connection() as conn:
        if records.live(conn, ctx.id, HOLD, now.date(), [pupil_id]):
            raise Refused("Text", "", "the DSL has asked that nobody rings this home", "Speak to the DSL")
        found = next((one for one in listed(conn, ctx.id, pupil_id, now.date()) if one["id"] == contact_id), None)
    if found is None:
        raise NotFound("That adult is not on the list of contacts. Open it again.")
    name = " ".join(part for part in (found["given"], found["family"]) if part)
    if found["do_not_contact"] or not found["phones"]:
        rule = "the list says not to contact them" if found["do_not_contact"] else "the list has no number for them"
        raise Refused("Contact", name, rule, "Choose somebody else, or change the list of contacts", clauses=("ATT-124",), fields=["contact"])
    draft = Draft(now, "text", name, TEXT.format(setting=ctx.name), found["person_id"])
    sending = {"address": found["phones"][0]["number"], "next_try_at": now}
    with store.writing(now=now, actor_id=actor.account_id) as w:
        return _store(w, ctx, actor, pupil_id, draft, sending, request_id)


def _store(
    w: store.Writing, ctx: SettingContext, actor: Actor, pupil_id: int, draft: Draft, sending: Mapping[str, Any], request_id: str | None
) -> int:
    by = {"name": actor.name, "position": actor.role_label(ctx.id) or actor.position_title}
    said = {"pupil": pupil_id, "channel": draft.channel, "at": draft.at.isoformat(), "with": draft.with_whom, "summary": draft.summary,
            "consent": draft.consent, "agenda": draft.agenda, "by": by}  # fmt: skip
    try:
        kept = w.append(setting_id=ctx.id, stream=f"contacts:{pupil_id}", kind="contact.noted", data=said, occurred_on=draft.at.date(),
                        request_id=request_id)  # fmt: skip
    except store.RequestSeen as seen:
        return int(w.conn.scalar(select(C.id).where(C.setting_id == ctx.id, C.position == seen.event.position)) or 0)
    values = {
        "setting_id": ctx.id, "pupil_id": pupil_id, "at": draft.at, "channel": draft.channel, "with_whom": draft.with_whom.strip(),
        "person_id": draft.person_id, "summary": draft.summary.strip(), "sensitive": draft.sensitive, "consent": draft.consent, "agenda": draft.agenda,
        "ended_why": "", "author_id": actor.account_id, "author": ", ".join(part for part in by.values() if part), "entered_at": w.now,
        "position": kept.position, "address": "", "tries": 0, "failure": "", **sending,
    }  # fmt: skip
    return int(w.conn.execute(insert(C).values(**values).returning(C.id)).scalar_one())


def _refuse(draft: Draft, now: datetime) -> None:
    """Raise Refused naming each thing that is missing from an entry (SPM-29) or from an online meeting (ATT-233, ATT-234)."""
    problems = list(_problems(draft, now))
    if problems:
        named = ", ".join(name for name, _, _ in problems)
        clauses = ("ATT-233", "ATT-234") if any(name in ("consent", "agenda") for name, _, _ in problems) else ("SPM-29",)
        fields = [FieldProblem(field, sentence) for _, field, sentence in problems]
        raise Refused("This entry", None, f"it lacks: {named}", "Fill that in", clauses=clauses, fields=fields)


def _problems(draft: Draft, now: datetime) -> Sequence[tuple[str, str, str]]:
    """Return what is missing: its name, its field and the sentence beside it."""
    found = []
    if draft.channel not in CHANNELS or draft.channel == "text":
        found.append(("channel", "channel", "How: choose one from the list."))
    if not draft.with_whom.strip() or len(draft.with_whom) > LONGEST_NAME:
        found.append(("parent", "with_whom", f"With whom: say who it was, in up to {LONGEST_NAME} characters."))
    if not draft.summary.strip() or len(draft.summary) > LONGEST:
        found.append(("summary", "summary", f"What was said: write a summary of up to {LONGEST} characters."))
    if draft.at > now:
        found.append(("a time that is past", "time", f"Time: {draft.at:%H:%M} on {draft.at:%d/%m/%Y} is still to come. Enter when it was."))
    if draft.channel == ONLINE and draft.consent is None:
        day = draft.at.date().isoformat()
        found.append((f"consent for {day}", "consent", f"Consent: say whether the parent gave spoken consent at the start on {day}; it is asked each time."))
    if draft.channel == ONLINE and draft.agenda is None:
        found.append(("agenda", "agenda", "Agenda: say whether the parent confirmed that the written agenda came."))
    return found


def end_meeting(ctx: SettingContext, actor: Actor, talk: TalkSeen, why: str, now: datetime) -> None:
    """Write down that consent was withdrawn and the online meeting ended now; raise Refused for any other entry."""
    with store.writing(now=now, actor_id=actor.account_id) as w:
        mine = (C.setting_id == ctx.id, C.id == talk.id, C.channel == ONLINE, C.consent.is_(True), C.ended_at.is_(None))
        if w.conn.execute(update(C).where(*mine).values(ended_at=now, ended_why=why)).rowcount == 0:
            raise Refused("Entry", talk.label, "only an online meeting that goes on can be ended", "Open the log again", clauses=("ATT-233",))
        data = {"note": talk.id, "why": why}
        w.append(setting_id=ctx.id, stream=f"contact:{talk.id}", kind="contact.ended", data=data, occurred_on=now.date())


def of_pupil(conn: Connection, ctx: SettingContext, actor: Actor, pupil_id: int, limit: int = SHOWN) -> list[TalkSeen]:
    """Return the entries about a pupil that the person may read, newest first: their own, all of them, the sensitive ones too."""
    query = _visible(ctx, actor).where(C.pupil_id == pupil_id).order_by(C.at.desc(), C.id.desc()).limit(limit)
    return [TalkSeen(**row) for row in conn.execute(query).mappings()]


def access_talk(ctx: SettingContext, actor: Actor, pupil_id: int, talk_id: int) -> TalkSeen:
    """Return an entry about a pupil; raise NotFound for one the person may not read."""
    with store.connection() as conn:
        row = conn.execute(_visible(ctx, actor).where(C.pupil_id == pupil_id, C.id == talk_id)).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such entry in this log.")
    return TalkSeen(**row)


def _visible(ctx: SettingContext, actor: Actor) -> Any:
    query = select(*(getattr(C, name) for name in TalkSeen.__dataclass_fields__)).where(C.setting_id == ctx.id)
    if not actor.may("comms:read", ctx.id):
        return query.where(C.author_id == actor.account_id)
    if not actor.may("pupil:sensitive", ctx.id):
        return query.where(or_(C.sensitive.is_(False), C.author_id == actor.account_id))
    return query
