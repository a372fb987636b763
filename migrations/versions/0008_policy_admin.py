"""The policy document of a setting: versions, reviews, sources, who knows it, training and comments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from intranet.store.migrations import protect

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

POSITION = sa.BigInteger().with_variant(sa.Integer, "sqlite")
TABLES = ("policy_document", "policy_review", "policy_source", "policy_known", "policy_training", "policy_comment")


def _make(name: str, *columns: sa.Column, by_account: bool = False) -> None:
    """Make a table of entries, each belonging to one setting, which is written and read but never changed."""
    own = (sa.Column("account_id", sa.Integer, nullable=False),) if by_account else ()
    op.create_table(
        name,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("setting_id", sa.Integer, sa.ForeignKey("setting.id"), nullable=False),
        *own,
        *columns,
        sa.Column("author_id", sa.Integer),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("position", POSITION, nullable=False),
    )
    op.create_index(f"ix_{name}_setting_id", name, ["setting_id", "account_id"] if by_account else ["setting_id"])
    protect(op, name)


def _text(name: str, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length) if length else sa.Text, nullable=False, server_default="")


def upgrade() -> None:
    """Make the six tables of the policy document."""
    _make("policy_document", _text("title", 120), _text("version", 20), sa.Column("dated", sa.Date, nullable=False), _text("owner", 40))
    _make("policy_review", _text("kind", 10), sa.Column("reviewed", sa.Date), sa.Column("due", sa.Date), _text("trigger", 40),
          _text("weighed", 120), _text("note"))  # fmt: skip
    _make("policy_source", _text("kind", 10), _text("key", 60), _text("title", 160), _text("edition", 60), sa.Column("dated", sa.Date),
          _text("note"), sa.Column("cited", sa.Boolean, nullable=False))  # fmt: skip
    _make("policy_known", _text("version", 60), by_account=True)
    _make("policy_training", _text("topic", 60), sa.Column("held", sa.Date, nullable=False), _text("led_by", 120), _text("note"), by_account=True)
    _make("policy_comment", sa.Column("answers_id", sa.Integer), _text("text"), sa.Column("closes", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Drop them; what was entered is then only in the event log."""
    for name in reversed(TABLES):
        op.drop_table(name)
