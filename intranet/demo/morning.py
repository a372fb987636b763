"""The demo's morning in progress: some registers are in, one is late, a few children are not accounted for yet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from intranet import store
from intranet.clock import LONDON
from intranet.extension.host import Caller
from intranet.extension.values import Slot
from intranet.law.sessions import session_no
from intranet.people.actor import Actor, load_actor
from intranet.people.models import Account
from intranet.pupils import service as pupils
from intranet.registers import service as registers
from intranet.registers.values import Entry
from intranet.settings.service import SettingContext

STARTS = time(9, 35)
REASONS = ("Mother rang at 08:41: a cold", "Father's message, read at 08:55: sick in the night", "Grandmother rang at 08:50: chickenpox")
MISSING_SHARE = 0.055


def play(random: Random, ctx: SettingContext, caller: Caller, day: date, takers: Mapping[int, int], office: int) -> None:
    """Take the first session's registers, all but the last class's, and let the office settle some of the absences."""
    with store.connection() as conn:
        roll = pupils.roll(conn, ctx.id, day)
    slots = caller.sessions(day, [entry.placement for entry in roll if entry.placement is not None])
    groups = sorted({entry.group_id for entry in roll if entry.group_id is not None})
    taken = groups[:-1] if len(groups) > 2 else groups
    for group in taken:
        here = [entry.pupil_id for entry in roll if entry.group_id == group]
        first = _first_slot(slots, here)
        if first is not None and first.starts < time(9):
            _take(random, ctx, caller, group, first, [p for p in here if p in slots], takers[group], office)


def _first_slot(slots: Mapping[int, Sequence[Slot]], pupil_ids: Sequence[int]) -> Slot | None:
    due = [slots[pupil][0] for pupil in pupil_ids if slots.get(pupil)]
    return min(due, key=lambda slot: slot.starts, default=None)


def _take(
    random: Random, ctx: SettingContext, caller: Caller, group: int, slot: Slot, pupil_ids: Sequence[int], taker: int, office: int
) -> None:
    at = datetime.combine(slot.day, slot.starts, LONDON) + timedelta(minutes=random.randrange(2, 9))
    number = session_no(slot.day, slot.key)
    entries = list(_exceptions(random, pupil_ids))
    saved = registers.save(
        ctx, caller, number, group, entries, drawn=0, request_id=_request(random), actor=_actor(taker, slot.day), now=at, rest_present=True
    )
    for entry in entries:
        if entry.symbol == "N" and random.random() < 0.5:
            registers.amend(
                ctx, caller, number, entry.pupil_id, "I", None, None, random.choice(REASONS), drawn=saved.position, request_id=_request(random),
                actor=_actor(office, slot.day), now=datetime.combine(slot.day, time(9, random.randrange(16, 33)), LONDON),
            )  # fmt: skip


def _exceptions(random: Random, pupil_ids: Sequence[int]) -> Iterator[Entry]:
    """Yield the marks that are not a plain present."""
    for pupil in pupil_ids:
        drawn = random.random()
        if drawn < MISSING_SHARE:
            yield Entry(pupil, "N")
        elif drawn < MISSING_SHARE + 0.02:
            yield Entry(pupil, "L", random.randrange(1, 9))


def _actor(account_id: int, day: date) -> Actor:
    with store.connection() as conn:
        account = conn.execute(store.db.select(Account.name, Account.position_title).where(Account.id == account_id)).one()
        return load_actor(conn, account_id, account.name, account.position_title, day)


def _request(random: Random) -> str:
    return str(UUID(int=random.getrandbits(128), version=4))
