"""The safeguarding room: strands with sealed entries, who may read them, reviews of absence, and the professionals of a child."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from intranet.store.migrations import protect

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = ("safe_strand", "safe_entry", "safe_member", "safe_glass", "safe_review", "professional")


def _at(name: str, *, needed: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not needed)


def _sealed(name: str = "sealed", *, needed: bool = True) -> sa.Column[Any]:
    return sa.Column(name, sa.LargeBinary, nullable=not needed)


def _words(name: str, length: int) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length), nullable=False, server_default="")


def _here() -> tuple[sa.Column[Any], ...]:
    return sa.Column("id", sa.Integer, primary_key=True), sa.Column("setting_id", sa.Integer, sa.ForeignKey("setting.id"), nullable=False)


def _strand() -> sa.Column[Any]:
    return sa.Column("strand_id", sa.Integer, sa.ForeignKey("safe_strand.id"), nullable=False)


def upgrade() -> None:
    """Make the tables, each under row-level security."""
    op.create_table(
        "safe_strand", *_here(), sa.Column("pupil_id", sa.Integer), sa.Column("uid", sa.String(32), nullable=False, unique=True),
        _sealed("wrapped", needed=False), _at("opened_at", needed=True), _at("fresh_at"), _at("closed_at"),
        sa.Column("signal", sa.Boolean, nullable=False, server_default=sa.false()), sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    )  # fmt: skip
    op.create_index("ix_safe_strand_setting_id_pupil_id", "safe_strand", ["setting_id", "pupil_id"])
    op.create_table(
        "safe_entry", *_here(), _strand(), sa.Column("parent_id", sa.Integer, sa.ForeignKey("safe_entry.id")),
        sa.Column("kind", sa.String(20), nullable=False), sa.Column("number", sa.String(11)), sa.Column("uid", sa.String(65), nullable=False),
        _at("happened_at", needed=True), _at("recorded_at", needed=True), sa.Column("actor_id", sa.Integer), sa.Column("due_on", sa.Date),
        _at("answered_at"), _sealed(), sa.UniqueConstraint("setting_id", "number", name="uq_safe_entry_setting_id_number"),
    )  # fmt: skip
    op.create_index("ix_safe_entry_setting_id_strand_id", "safe_entry", ["setting_id", "strand_id"])
    op.create_table(
        "safe_member", *_here(), _strand(), sa.Column("account_id", sa.Integer, nullable=False), sa.Column("uid", sa.String(65), nullable=False),
        sa.Column("first", sa.Date, nullable=False), sa.Column("last", sa.Date), _sealed(),
    )  # fmt: skip
    op.create_index("ix_safe_member_setting_id_strand_id", "safe_member", ["setting_id", "strand_id"])
    op.create_table(
        "safe_glass", *_here(), sa.Column("pupil_id", sa.Integer, nullable=False), sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("uid", sa.String(32), nullable=False, unique=True), _sealed("wrapped"), _sealed(), _at("broken_at", needed=True),
        _at("until_at", needed=True), _at("seen_at"),
    )  # fmt: skip
    op.create_index("ix_safe_glass_setting_id_account_id", "safe_glass", ["setting_id", "account_id"])
    op.create_table(
        "safe_review", *_here(), sa.Column("pupil_id", sa.Integer, nullable=False), sa.Column("ground", sa.String(64), nullable=False),
        sa.Column("day", sa.Date, nullable=False), sa.Column("uid", sa.String(32), nullable=False, unique=True), _sealed("wrapped", needed=False),
        _sealed(), _at("decided_at", needed=True), sa.Column("decided_by", sa.Integer),
        sa.UniqueConstraint("setting_id", "ground", "day", name="uq_safe_review_setting_id_ground_day"),
    )  # fmt: skip
    op.create_table(
        "professional", *_here(), sa.Column("pupil_id", sa.Integer, sa.ForeignKey("pupil.id"), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False), sa.Column("name", sa.String(120), nullable=False), _words("organisation", 160),
        _words("phone", 40), _words("email", 254), _words("source", 200), _words("told", 200), sa.Column("first", sa.Date, nullable=False),
        sa.Column("last", sa.Date),
    )  # fmt: skip
    op.create_index("ix_professional_setting_id_pupil_id", "professional", ["setting_id", "pupil_id"])
    for table in TABLES:
        protect(op, table)


def downgrade() -> None:
    """Drop them; the texts are lost, the events keep that there were some."""
    for table in reversed(TABLES):
        op.drop_table(table)
