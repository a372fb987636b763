"""Two years of registers as they would have been taken, written through the quiet bulk path."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from intranet.clock import LONDON
from intranet.demo.spells import calibration
from intranet.errors import ConfigError
from intranet.extension.host import Caller
from intranet.extension.values import Placement
from intranet.law.sessions import session_no
from intranet.store.bulk import BulkRegister

#: An unexplained absence is settled within days; older ones became something else.
UNSETTLED_DAYS = 5
NOTES = {"AR": "Unwell, said the family", "B": "Forest school with our own staff", "K": "Lessons arranged by the council", "Y7": "Burst water main at home"}


@dataclass(frozen=True)
class Member:
    """A stored pupil as the history needs them: their placement and their group in each stretch of days."""

    pupil_id: int
    placement: Placement
    groups: tuple[tuple[date, date | None, int], ...]
    missed: Mapping[tuple[date, str], str]
    rate: float

    def group_on(self, day: date) -> int | None:
        """Return the group the pupil was in that day."""
        return next((group for first, last, group in self.groups if first <= day and (last is None or day <= last)), None)


def registers(random: Random, caller: Caller, phase: str, members: Sequence[Member], days: Sequence[date], takers: Mapping[int, int]) -> Iterator[BulkRegister]:
    """Yield every register of those days, in the order they were taken."""
    writer = _Writer(random, caller, phase, days)
    for day in days:
        here = {m.pupil_id: m for m in members if m.placement.first <= day and (m.placement.last is None or day <= m.placement.last)}
        slots = caller.sessions(day, [m.placement for m in here.values()])
        taken: dict[tuple[str, int], list[Member]] = defaultdict(list)
        starts: dict[str, time] = {}
        for pupil_id, due in slots.items():
            group = here[pupil_id].group_on(day)
            for slot in due:
                if group is not None:
                    taken[slot.key, group].append(here[pupil_id])
                    starts[slot.key] = slot.starts
        for key, group in sorted(taken, key=lambda place: (starts[place[0]], place[1])):
            yield writer.register(day, key, starts[key], group, taken[key, group], takers.get(group))


class _Writer:
    """Turns who missed what into the marks of registers."""

    def __init__(self, random: Random, caller: Caller, phase: str, days: Sequence[date]) -> None:
        self.random, self.caller, self.days = random, caller, days
        self.shape = calibration()["phases"][phase]
        self.unsettled_from = days[-UNSETTLED_DAYS] if len(days) > UNSETTLED_DAYS else days[0]
        self.trips = {day for day in days if random.random() < self.shape["elsewhere"]["V"] / 100}
        self.three_marks = caller.codes.on(days[0]).get("/") is None

    def register(self, day: date, key: str, starts: time, group: int, members: Sequence[Member], taker: int | None) -> BulkRegister:
        """Return one register with everyone's mark, taken a few minutes after it opened."""
        codes = self.caller.codes.on(day)
        trip = day in self.trips and group % 5 == day.toordinal() % 5
        marks, notes = [], {}
        for member in sorted(members, key=lambda m: m.pupil_id):
            symbol, minutes = self._mark(member, day, key, trip)
            code = codes.get(symbol)
            if code is None:
                raise ConfigError(codes.explain(symbol))
            marks.append((member.pupil_id, code.id, minutes))
            if symbol in NOTES:
                notes[member.pupil_id] = NOTES[symbol]
        at = datetime.combine(day, starts, LONDON) + timedelta(minutes=self.random.randrange(2, 11))
        return BulkRegister(session_no(day, key), group, marks, recorded_at=at, actor_id=taker, notes=notes)

    def _mark(self, member: Member, day: date, key: str, trip: bool) -> tuple[str, int | None]:
        if self.three_marks:
            return self._plain_mark(member)
        missed = member.missed.get((day, key))
        if missed is not None:
            settled = missed if missed != "N" or day >= self.unsettled_from else "O"
            return settled, self.random.randrange(35, 90) if settled == "U" else None
        if trip:
            return "V", None
        late = self.shape["late"]
        share = late["share"] / 100 * 2 * (late["morning"] if key == "AM" else 1 - late["morning"])
        if self.random.random() < share * (0.5 + member.rate * 8):
            return "L", self.random.randrange(2, 25)
        if self.random.random() < self.shape["elsewhere"]["B"] / 100:
            return "B", None
        return ("\\" if key == "PM" else "/"), None

    def _plain_mark(self, member: Member) -> tuple[str, int | None]:
        drawn = self.random.random()
        if drawn < member.rate:
            return ("AR" if self.random.random() < 0.7 else "A"), None
        return ("L", self.random.randrange(3, 20)) if drawn < member.rate + 0.04 else ("P", None)
