"""Names that leave the roll, and the returns and notices that go out about it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from intranet.store.migrations import protect

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

POSITION = sa.BigInteger().with_variant(sa.Integer, "sqlite")
OPEN = sa.text("done_at is null and dropped_at is null")


def _at(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True))


def _words(name: str, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text, nullable=False, server_default="")


def _of_a_pupil() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("setting_id", sa.Integer, sa.ForeignKey("setting.id"), nullable=False),
        sa.Column("pupil_id", sa.Integer, sa.ForeignKey("pupil.id"), nullable=False),
    )


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "removal", *_of_a_pupil(), sa.Column("ground", sa.String(40), nullable=False), sa.Column("last_day", sa.Date),
        sa.Column("facts", sa.JSON, nullable=False), sa.Column("proofs", sa.JSON, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False), sa.Column("opened_by", sa.Integer),
        _at("approved_at"), sa.Column("approved_by", sa.Integer), _words("approved_as", 200),
        sa.Column("outside_policy", sa.Boolean, nullable=False, server_default=sa.false()),
        _at("done_at"), sa.Column("done_by", sa.Integer), _at("dropped_at"), _words("dropped_why"),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"), sa.Column("position", POSITION, nullable=False),
    )  # fmt: skip
    op.create_index("ix_removal_setting_id_pupil_id", "removal", ["setting_id", "pupil_id"])
    op.create_index("uq_removal_open", "removal", ["setting_id", "pupil_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
    protect(op, "removal")
    op.create_table(
        "roll_return", *_of_a_pupil(), sa.Column("duty_id", sa.Integer, sa.ForeignKey("duty.id"), nullable=False),
        sa.Column("removal_id", sa.Integer, sa.ForeignKey("removal.id")), sa.Column("kind", sa.String(60), nullable=False), _words("recipient", 160),
        sa.Column("due", sa.Date), sa.Column("contents", sa.JSON, nullable=False), _words("gaps"), _words("channel", 40),
        sa.Column("sent_on", sa.Date), sa.Column("sent_by", sa.Integer), sa.Column("receipt_on", sa.Date), _words("receipt_reference", 160),
        sa.Column("position", POSITION, nullable=False),
    )  # fmt: skip
    op.create_index("ix_roll_return_setting_id_pupil_id", "roll_return", ["setting_id", "pupil_id"])
    op.create_index("uq_roll_return_duty", "roll_return", ["setting_id", "duty_id"], unique=True)
    protect(op, "roll_return")


def downgrade() -> None:
    """Drop both; what was done is then only in the event log."""
    op.drop_table("roll_return")
    op.drop_table("removal")
