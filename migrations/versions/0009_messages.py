"""Notices with their delivery, opening and correction, and the log of what was said to whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from intranet.store.migrations import protect

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

POSITION = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _at(name: str, needed: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not needed)


def _text(name: str, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text, nullable=False, server_default="")


def _small(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.SmallInteger, nullable=False, server_default="0")


def _yes(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())


def _sending() -> tuple[sa.Column[object], ...]:
    return _at("next_try_at"), _small("tries"), _at("sent_at"), _text("failure", 200)


def upgrade() -> None:
    """Make the two tables."""
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("setting_id", sa.Integer, sa.ForeignKey("setting.id"), nullable=False),
        _text("about", 120), _text("kind", 60), sa.Column("pupil_id", sa.Integer), _text("title", 300), _small("stage"), _yes("correction"),
        _text("told", 40), _text("role", 40), _text("recipient", 60), sa.Column("account_id", sa.Integer), _text("body", 40), _small("urgency"),
        _text("clauses", 300), _yes("restricted"), _at("raised_at", True), _small("passed"), _at("passed_at"), _at("opened_at"), _at("ended_at"),
        _text("ended_why", 200), _at("handed_at"), sa.Column("handed_by", sa.Integer), _text("channel", 20), _text("handed_to", 120), _text("note"),
        *_sending(),
        sa.UniqueConstraint("setting_id", "about", "recipient", "stage", "correction", name="uq_notice_once"),
    )  # fmt: skip
    op.create_index("ix_notice_account", "notice", ["setting_id", "account_id", "opened_at"])
    op.create_index("ix_notice_pupil", "notice", ["setting_id", "pupil_id"])
    op.create_index("ix_notice_raised", "notice", ["setting_id", "raised_at"])
    protect(op, "notice")
    op.create_table(
        "contact_note",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("setting_id", sa.Integer, sa.ForeignKey("setting.id"), nullable=False),
        sa.Column("pupil_id", sa.Integer, nullable=False), _at("at", True), _text("channel", 20), _text("with_whom", 120), sa.Column("person_id", sa.Integer),
        _text("address", 60), _text("summary"), _yes("sensitive"), sa.Column("consent", sa.Boolean), sa.Column("agenda", sa.Boolean), _at("ended_at"),
        _text("ended_why", 300), sa.Column("author_id", sa.Integer), _text("author", 250), _at("entered_at", True),
        sa.Column("position", POSITION, nullable=False), *_sending(),
    )  # fmt: skip
    op.create_index("ix_contact_note_pupil", "contact_note", ["setting_id", "pupil_id"])
    protect(op, "contact_note")


def downgrade() -> None:
    """Drop them; what was opened, handed over and said is then only in the event log."""
    op.drop_table("contact_note")
    op.drop_table("notice")
