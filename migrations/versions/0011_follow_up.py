"""Following absences up: tries, links for parents and what came by them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from intranet.store.migrations import protect

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
POSITION = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _text(name: str, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text, nullable=False, server_default="")


def _of_a_pupil() -> list[sa.Column[int]]:
    return [
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("setting_id", sa.Integer, sa.ForeignKey("setting.id"), nullable=False),
        sa.Column("pupil_id", sa.Integer, sa.ForeignKey("pupil.id"), nullable=False),
    ]


def upgrade() -> None:
    """Make the three tables, each row belonging to one setting."""
    op.create_table(
        "contact_attempt", *_of_a_pupil(), sa.Column("day", sa.Date, nullable=False), sa.Column("at", MOMENT, nullable=False),
        sa.Column("step", sa.String(40), nullable=False), sa.Column("outcome", sa.String(20), nullable=False), sa.Column("contact_id", sa.Integer),
        _text("reason", 20), _text("note"), sa.Column("concern", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("by", sa.Integer), sa.Column("position", POSITION, nullable=False),
    )  # fmt: skip
    op.create_index("ix_contact_attempt_setting_id_day", "contact_attempt", ["setting_id", "day", "pupil_id"])
    op.create_table(
        "absence_link", *_of_a_pupil(), _text("label", 40), sa.Column("last", sa.Date, nullable=False), sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("made_by", sa.Integer), sa.Column("withdrawn_at", MOMENT), sa.Column("position", POSITION, nullable=False),
    )  # fmt: skip
    op.create_index("ix_absence_link_setting_id_pupil_id", "absence_link", ["setting_id", "pupil_id"])
    op.create_table(
        "absence_message", *_of_a_pupil(), sa.Column("link_id", sa.Integer, sa.ForeignKey("absence_link.id"), nullable=False),
        sa.Column("first", sa.Date, nullable=False), sa.Column("last", sa.Date, nullable=False), _text("reason", 20), _text("text"),
        _text("informant", 80), sa.Column("received_at", MOMENT, nullable=False), sa.Column("read_at", MOMENT), sa.Column("read_by", sa.Integer),
        sa.Column("position", POSITION, nullable=False),
    )  # fmt: skip
    op.create_index("ix_absence_message_setting_id_received_at", "absence_message", ["setting_id", "received_at"])
    for table in ("contact_attempt", "absence_link", "absence_message"):
        protect(op, table)


def downgrade() -> None:
    """Drop the tables; tries and messages are then only in the event log."""
    for table in ("absence_message", "absence_link", "contact_attempt"):
        op.drop_table(table)
