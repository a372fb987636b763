"""Finding a pupil by the beginning of any of its names; what was typed travels in the body of a POST, never in an address."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import Connection

from intranet.people import Actor
from intranet.pupils.access import KnownPupil, known, own_groups
from intranet.pupils.rules import sort_name

LONGEST_QUERY = 80
MOST_SHOWN = 50


def plain(text: str) -> str:
    """Return a name without case, accents or signs, as people type it in a hurry."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return re.sub(r"[^\w ]", "", bare.replace("-", " ")).casefold()


def matches(name: str, words: Sequence[str]) -> bool:
    """Return whether every word typed begins some part of the name."""
    parts = plain(name).split()
    return all(any(part.startswith(word) for part in parts) for word in words)


def ordered(pupils: Iterable[KnownPupil]) -> list[KnownPupil]:
    """Return pupils in the order of a paper register."""
    return sorted(pupils, key=lambda pupil: (sort_name(pupil.given, pupil.family), pupil.id))


def visible(conn: Connection, actor: Actor, setting_id: int, on: date) -> list[KnownPupil]:
    """Return the pupils on roll (or yet to start) that this person may see; two statements however many."""
    mine = own_groups(conn, actor, setting_id, on)
    everyone = (
        pupil
        for pupil in known(conn, setting_id, on)
        if pupil.merged_into is None and (pupil.left_on is None or pupil.left_on >= on)
    )
    return ordered(pupil for pupil in everyone if mine is None or pupil.group_id in mine)


def find(conn: Connection, actor: Actor, setting_id: int, text: str, on: date) -> list[KnownPupil]:
    """Return the pupils whose names begin with what was typed."""
    words = plain(text[:LONGEST_QUERY]).split()
    if not words:
        return []
    return [pupil for pupil in visible(conn, actor, setting_id, on) if matches(pupil.shown_name, words)][:MOST_SHOWN]


def alike(one: str, other: str) -> bool:
    """Return whether two names share a part, as those of a child entered twice do."""
    return bool(set(plain(one).split()) & set(plain(other).split()))
