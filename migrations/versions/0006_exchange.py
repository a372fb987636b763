"""Imports: files being looked at, remembered columns and what was imported."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from intranet.store.migrations import protect

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TABLES = ("import_upload", "import_mapping", "import_run")


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _setting() -> sa.Column[int]:
    return sa.Column("setting_id", sa.Integer, sa.ForeignKey("setting.id"), nullable=False)


def _word(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def upgrade() -> None:
    """Create the exchange room's tables and protect each by setting."""
    op.create_table(
        "import_upload",
        _key(),
        _setting(),
        sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id"), nullable=False),
        _word("kind", 20),
        _word("name", 200),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_import_upload_setting_id", "import_upload", ["setting_id"])
    op.create_table(
        "import_mapping",
        _key(),
        _setting(),
        _word("kind", 20),
        sa.Column("columns", sa.JSON, nullable=False),
        sa.UniqueConstraint("setting_id", "kind"),
    )
    op.create_table(
        "import_run",
        _key(),
        _setting(),
        sa.Column("account_id", sa.Integer),
        _word("kind", 20),
        _word("name", 200),
        _word("digest", 64),
        _count("rows"),
        _count("made"),
        _count("changed"),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.create_index("ix_import_run_setting_id_digest", "import_run", ["setting_id", "digest"])
    for table in TABLES:
        protect(op, table)


def downgrade() -> None:
    """Drop the exchange room's tables; what was imported stays, which file it came from is lost."""
    for table in reversed(TABLES):
        op.drop_table(table)
