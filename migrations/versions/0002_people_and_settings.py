"""Organisations, settings, accounts, rights, sign-ins, term dates, closures and house values."""

import sqlalchemy as sa
from alembic import op

from intranet.store.migrations import protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

POSITION = sa.BigInteger().with_variant(sa.Integer, "sqlite")
MOMENT = sa.DateTime(timezone=True)
SCOPED = ("term_period", "closure", "house_value")
ALL = ("organisation", "setting", "account", "role_grant", "user_session", "login_attempt", "one_time_link", *SCOPED)


def upgrade() -> None:
    """Create the tables; those of one setting are protected."""
    _places()
    _accounts()
    _sign_ins()
    _days()
    _house_values()
    for table in SCOPED:
        protect(op, table)


def downgrade() -> None:
    """Drop the tables; accounts, settings and their calendars are lost."""
    for table in reversed(ALL):
        op.drop_table(table)


def _id() -> sa.Column:
    return sa.Column("id", sa.Integer, primary_key=True)


def _to(name: str, target: str, *, table: str, needed: bool = True) -> tuple[sa.Column, sa.ForeignKeyConstraint]:
    return (
        sa.Column(name, sa.Integer, nullable=not needed),
        sa.ForeignKeyConstraint([name], [f"{target}.id"], name=f"fk_{table}_{name}_{target}"),
    )


def _places() -> None:
    op.create_table(
        "organisation",
        _id(),
        *_to("parent_id", "organisation", table="organisation", needed=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
    )
    op.create_index("ix_organisation_parent_id", "organisation", ["parent_id"])
    op.create_table(
        "setting",
        _id(),
        *_to("organisation_id", "organisation", table="setting"),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("setting_type", sa.String(40), nullable=False),
        sa.Column("legal_type", sa.String(20), nullable=False),
        sa.Column("phase", sa.String(20), nullable=False),
        sa.Column("authority", sa.String(120), nullable=False),
        sa.Column("layout", sa.String(1), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("ix_setting_organisation_id", "setting", ["organisation_id"])


def _accounts() -> None:
    op.create_table(
        "account",
        _id(),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("position_title", sa.String(120), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("ends_on", sa.Date),
        sa.Column("disabled_at", MOMENT),
        sa.UniqueConstraint("email", name="uq_account_email"),
    )
    op.create_table(
        "role_grant",
        _id(),
        *_to("account_id", "account", table="role_grant"),
        *_to("organisation_id", "organisation", table="role_grant", needed=False),
        *_to("setting_id", "setting", table="role_grant", needed=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("last", sa.Date),
    )
    op.create_index("ix_role_grant_account_id", "role_grant", ["account_id"])
    op.create_index("ix_role_grant_setting_id", "role_grant", ["setting_id"])


def _sign_ins() -> None:
    op.create_table(
        "user_session",
        _id(),
        sa.Column("token_hash", sa.String(64), nullable=False),
        *_to("account_id", "account", table="user_session"),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.Column("step_up_at", MOMENT),
        sa.UniqueConstraint("token_hash", name="uq_user_session_token_hash"),
    )
    op.create_index("ix_user_session_account_id", "user_session", ["account_id"])
    op.create_table(
        "login_attempt",
        _id(),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("address", sa.String(45), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("good", sa.Boolean, nullable=False),
    )
    op.create_index("ix_login_attempt_who_at", "login_attempt", ["who", "at"])
    op.create_index("ix_login_attempt_address_at", "login_attempt", ["address", "at"])
    op.create_table(
        "one_time_link",
        _id(),
        sa.Column("token_hash", sa.String(64), nullable=False),
        *_to("account_id", "account", table="one_time_link"),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT),
        sa.UniqueConstraint("token_hash", name="uq_one_time_link_token_hash"),
    )
    op.create_index("ix_one_time_link_account_id", "one_time_link", ["account_id"])


def _days() -> None:
    op.create_table(
        "term_period",
        _id(),
        *_to("setting_id", "setting", table="term_period"),
        sa.Column("year", sa.String(7), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("last", sa.Date, nullable=False),
    )
    op.create_index("ix_term_period_setting_id", "term_period", ["setting_id"])
    op.create_table(
        "closure",
        _id(),
        *_to("setting_id", "setting", table="closure"),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("last", sa.Date, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("label", sa.String(120), nullable=False),
        sa.Column("planned", sa.Boolean, nullable=False),
        sa.Column("session_key", sa.String(5)),
        sa.Column("group_id", sa.Integer),
        sa.Column("position", POSITION),
        sa.Column("withdrawn_position", POSITION),
    )
    op.create_index("ix_closure_setting_id", "closure", ["setting_id"])


def _house_values() -> None:
    op.create_table(
        "house_value",
        _id(),
        *_to("setting_id", "setting", table="house_value"),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("first", sa.Date, nullable=False),
        sa.Column("last", sa.Date),
        sa.Column("author_id", sa.Integer),
        sa.Column("entered_at", MOMENT, nullable=False),
        sa.Column("position", POSITION),
    )
    op.create_index("ix_house_value_setting_id_key", "house_value", ["setting_id", "key"])
