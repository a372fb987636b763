"""Finds the pupil a row is about: by UPN, else by names and birth date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from intranet.pupils import models as m

Key = tuple[str, str, date | None]


@dataclass(frozen=True)
class KnownPupils:
    """The setting's pupils by UPN and by names and birth date; read in one statement."""

    by_upn: Mapping[str, Mapping[str, Any]]
    by_name: Mapping[Key, Mapping[str, Any]]

    def find(self, row: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Return the pupil's row, or None."""
        found = self.by_upn.get(row.get("upn") or "")
        if found is None and row.get("legal_family"):
            found = self.by_name.get(key_of(row))
        return found


def key_of(row: Mapping[str, Any]) -> Key:
    """Return names and birth date as the key of a child without a UPN."""
    return str(row.get("legal_family", "")).casefold(), str(row.get("legal_given", "")).casefold(), row.get("born")


def known_pupils(conn: Connection, setting_id: int) -> KnownPupils:
    """Return the setting's pupils, the merged ones left out."""
    query = select(m.Pupil.__table__).where(m.Pupil.setting_id == setting_id, m.Pupil.merged_into.is_(None))
    rows = [dict(row) for row in conn.execute(query).mappings()]
    return KnownPupils({row["upn"]: row for row in rows if row["upn"]}, {key_of(row): row for row in rows})


def said(row: Mapping[str, Any]) -> str:
    """Return how a row names its pupil, for a verdict."""
    if row.get("upn"):
        return f"UPN {row['upn']}"
    return f"{row.get('legal_given', '')} {row.get('legal_family', '')}".strip() or "nobody"
