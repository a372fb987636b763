"""Pupils, their people, flags, placements, groups and same-child links."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from intranet.store.migrations import protect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _setting() -> sa.Column[int]:
    return sa.Column("setting_id", sa.Integer, sa.ForeignKey("setting.id"), nullable=False)


def _to(column: str, table: str) -> sa.Column[int]:
    return sa.Column(column, sa.Integer, sa.ForeignKey(f"{table}.id"), nullable=False)


def _text(name: str, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text, nullable=False, server_default="")


def _yes_no(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())


def _json(name: str, empty: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON, nullable=False, server_default=empty)


def _span() -> tuple[sa.Column[object], sa.Column[object]]:
    return sa.Column("first", sa.Date, nullable=False), sa.Column("last", sa.Date)


def _pupil() -> None:
    op.create_table(
        "pupil",
        _key(),
        _setting(),
        sa.Column("upn", sa.String(13)),
        sa.Column("former_upn", sa.String(13)),
        sa.Column("legal_given", sa.String(80), nullable=False),
        _text("legal_middle", 80),
        sa.Column("legal_family", sa.String(80), nullable=False),
        _text("preferred_given", 80),
        _text("preferred_family", 80),
        sa.Column("born", sa.Date),
        _text("sex", 1),
        _text("address"),
        _text("postcode", 10),
        _yes_no("address_protected"),
        _text("future_address"),
        sa.Column("future_address_from", sa.Date),
        sa.Column("year_group", sa.SmallInteger),
        sa.Column("next_year_group", sa.SmallInteger),
        sa.Column("next_year_from", sa.Date),
        _text("language", 40),
        _yes_no("boarder"),
        _text("last_school", 200),
        _text("last_school_address"),
        _text("other_school", 200),
        sa.Column("other_school_from", sa.Date),
        _json("offer", "{}"),
        sa.Column("admitted_on", sa.Date),
        sa.Column("left_on", sa.Date),
        sa.Column("merged_into", sa.Integer),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    )
    op.create_index("ix_pupil_setting_id", "pupil", ["setting_id"])
    op.create_index("ix_pupil_setting_id_upn", "pupil", ["setting_id", "upn"])
    op.create_index("ix_pupil_setting_id_legal_family", "pupil", ["setting_id", "legal_family"])


def _people() -> None:
    op.create_table(
        "person",
        _key(),
        _setting(),
        _text("title", 20),
        _text("given", 80),
        sa.Column("family", sa.String(80), nullable=False),
        _text("address"),
        _text("email", 200),
        _json("phones", "[]"),
    )
    op.create_index("ix_person_setting_id", "person", ["setting_id"])
    op.create_table(
        "pupil_contact",
        _key(),
        _setting(),
        _to("pupil_id", "pupil"),
        _to("person_id", "person"),
        sa.Column("relationship", sa.String(40), nullable=False),
        _yes_no("is_parent"),
        _yes_no("parental_responsibility"),
        _yes_no("lives_with"),
        sa.Column("priority", sa.SmallInteger, nullable=False),
        _yes_no("do_not_contact"),
        sa.Column("last", sa.Date),
        sa.UniqueConstraint("pupil_id", "person_id"),
    )
    op.create_index("ix_pupil_contact_setting_id_pupil_id", "pupil_contact", ["setting_id", "pupil_id"])


def _flag_and_placement() -> None:
    op.create_table(
        "flag",
        _key(),
        _setting(),
        _to("pupil_id", "pupil"),
        sa.Column("kind", sa.String(40), nullable=False),
        *_span(),
        _text("source", 200),
        _text("note"),
    )
    op.create_index("ix_flag_setting_id_pupil_id", "flag", ["setting_id", "pupil_id"])
    op.create_table(
        "placement",
        _key(),
        _setting(),
        _to("pupil_id", "pupil"),
        sa.Column("model", sa.String(40), nullable=False),
        *_span(),
        sa.Column("expected_start", sa.Date),
        _json("duties", "{}"),
        _json("agreement", "{}"),
        _json("warnings", "[]"),
        sa.Column("confirmed_by", sa.Integer),
        sa.Column("confirmed_at", MOMENT),
    )
    op.create_index("ix_placement_setting_id_pupil_id", "placement", ["setting_id", "pupil_id"])


def _groups() -> None:
    op.create_table(
        "teaching_group",
        _key(),
        _setting(),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False, server_default="class"),
        sa.Column("year_group", sa.SmallInteger),
        *_span(),
    )
    op.create_index("ix_teaching_group_setting_id", "teaching_group", ["setting_id"])
    op.create_table(
        "group_member",
        _key(),
        _setting(),
        _to("group_id", "teaching_group"),
        _to("pupil_id", "pupil"),
        *_span(),
        sa.UniqueConstraint("group_id", "pupil_id", "first"),
    )
    op.create_index("ix_group_member_setting_id_pupil_id", "group_member", ["setting_id", "pupil_id"])
    op.create_table(
        "group_staff",
        _key(),
        _setting(),
        _to("group_id", "teaching_group"),
        _to("account_id", "account"),
        sa.Column("role", sa.String(10), nullable=False, server_default="teacher"),
        *_span(),
        sa.UniqueConstraint("group_id", "account_id", "first"),
    )
    op.create_index("ix_group_staff_setting_id_account_id", "group_staff", ["setting_id", "account_id"])


def _links_and_rollover() -> None:
    op.create_table(
        "same_child",
        _key(),
        _setting(),
        _to("pupil_id", "pupil"),
        sa.Column("other_setting_id", sa.Integer, nullable=False),
        sa.Column("other_pupil_id", sa.Integer, nullable=False),
        sa.Column("basis", sa.String(20), nullable=False),
        _text("reference", 200),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.Integer),
        sa.UniqueConstraint("setting_id", "pupil_id", "other_setting_id", "other_pupil_id"),
    )
    op.create_table(
        "rollover",
        _key(),
        _setting(),
        sa.Column("starts", sa.Date, nullable=False),
        sa.Column("changes", sa.JSON, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.Integer),
        sa.Column("undone_at", MOMENT),
    )
    op.create_index("ix_rollover_setting_id", "rollover", ["setting_id"])


TABLES = (
    "pupil", "person", "pupil_contact", "flag", "placement", "teaching_group", "group_member", "group_staff", "same_child", "rollover",
)  # fmt: skip


def upgrade() -> None:
    """Create the pupils room's tables and protect each by setting."""
    _pupil()
    _people()
    _flag_and_placement()
    _groups()
    _links_and_rollover()
    for table in TABLES:
        protect(op, table)


def downgrade() -> None:
    """Drop the pupils room's tables; every pupil, contact, placement and class is lost."""
    for table in reversed(TABLES):
        op.drop_table(table)
