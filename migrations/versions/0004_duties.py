"""Findings and duties."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from intranet.store.migrations import protect

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OPEN_FINDING = sa.text("cleared_at is null")
OPEN_DUTY = sa.text("done_at is null")


def _key_and_setting() -> tuple[sa.Column[int], sa.Column[int]]:
    return (
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("setting_id", sa.Integer, sa.ForeignKey("setting.id"), nullable=False),
    )


def _finding() -> None:
    op.create_table(
        "finding",
        *_key_and_setting(),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("pupil_id", sa.Integer),
        sa.Column("anchor", sa.Date, nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("extended_at", MOMENT),
        sa.Column("cleared_at", MOMENT),
        sa.Column("cleared_why", sa.String(120), nullable=False, server_default=""),
        sa.Column("data", sa.JSON, nullable=False),
    )
    op.create_index("ix_finding_setting_id_pupil_id", "finding", ["setting_id", "pupil_id"])
    op.create_index(
        "uq_finding_open", "finding", ["setting_id", "kind", "pupil_id", "anchor"], unique=True,
        sqlite_where=OPEN_FINDING, postgresql_where=OPEN_FINDING,
    )  # fmt: skip


def _duty() -> None:
    op.create_table(
        "duty",
        *_key_and_setting(),
        sa.Column("finding_id", sa.Integer, sa.ForeignKey("finding.id")),
        sa.Column("kind", sa.String(60), nullable=False),
        sa.Column("pupil_id", sa.Integer),
        sa.Column("group_id", sa.Integer),
        sa.Column("session_no", sa.Integer),
        sa.Column("anchor", sa.Date, nullable=False),
        sa.Column("limit_days", sa.SmallInteger),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("roles", sa.String(300), nullable=False),
        sa.Column("urgency", sa.SmallInteger, nullable=False, server_default="50"),
        sa.Column("clauses", sa.String(300), nullable=False, server_default=""),
        sa.Column("raised_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT),
        sa.Column("overdue_from", MOMENT),
        sa.Column("done_at", MOMENT),
        sa.Column("done_by", sa.Integer),
        sa.Column("outcome", sa.Text, nullable=False, server_default=""),
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer, "sqlite")),
    )
    op.create_index(
        "ix_duty_open", "duty", ["setting_id", "kind"], sqlite_where=OPEN_DUTY, postgresql_where=OPEN_DUTY
    )
    op.create_index("ix_duty_setting_id_session_no", "duty", ["setting_id", "session_no", "group_id"])


def upgrade() -> None:
    """Create the tables of the duties room and protect each by setting."""
    _finding()
    _duty()
    for table in ("finding", "duty"):
        protect(op, table)


def downgrade() -> None:
    """Drop them; findings can be computed again, what people wrote about duties is in the event log."""
    op.drop_table("duty")
    op.drop_table("finding")
