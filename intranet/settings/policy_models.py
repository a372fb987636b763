"""What a setting says of its policy document; every row is added once and none is changed, so the latest one counts."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from intranet.store import Base
from intranet.store.types import UtcDateTime

__all__ = ["PolicyComment", "PolicyDocument", "PolicyKnown", "PolicyReview", "PolicySource", "PolicyTraining"]

POSITION = BigInteger().with_variant(Integer, "sqlite")


class _Entry:
    """What every entry has: whose it is, who made it when, and the event that holds it for good."""

    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int | None]
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime())
    position: Mapped[int] = mapped_column(POSITION)


class PolicyDocument(_Entry, Base):
    """The document from the moment of entry: version, date, title and the role that owns it."""

    __tablename__ = "policy_document"
    __table_args__ = (Index("ix_policy_document_setting_id", "setting_id"),)

    setting_id: Mapped[int] = mapped_column(ForeignKey("setting.id"))
    title: Mapped[str] = mapped_column(String(120))
    version: Mapped[str] = mapped_column(String(20))
    dated: Mapped[date]
    owner: Mapped[str] = mapped_column(String(40))


class PolicyReview(_Entry, Base):
    """A review that was done (``done``), or one that is brought forward (``forward``) with what called for it."""

    __tablename__ = "policy_review"
    __table_args__ = (Index("ix_policy_review_setting_id", "setting_id"),)

    setting_id: Mapped[int] = mapped_column(ForeignKey("setting.id"))
    kind: Mapped[str] = mapped_column(String(10))
    reviewed: Mapped[date | None]
    due: Mapped[date | None]
    trigger: Mapped[str] = mapped_column(String(40), default="")
    weighed: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str] = mapped_column(Text)


class PolicySource(_Entry, Base):
    """An edition that the policy cites, or another policy it goes with; ``cited`` false takes it off the list."""

    __tablename__ = "policy_source"
    __table_args__ = (Index("ix_policy_source_setting_id", "setting_id"),)

    setting_id: Mapped[int] = mapped_column(ForeignKey("setting.id"))
    kind: Mapped[str] = mapped_column(String(10))
    key: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(160))
    edition: Mapped[str] = mapped_column(String(60))
    dated: Mapped[date | None]
    note: Mapped[str] = mapped_column(Text, default="")
    cited: Mapped[bool]


class PolicyKnown(_Entry, Base):
    """Somebody's word that they have read and know a version of the policy."""

    __tablename__ = "policy_known"
    __table_args__ = (Index("ix_policy_known_setting_id", "setting_id", "account_id"),)

    setting_id: Mapped[int] = mapped_column(ForeignKey("setting.id"))
    account_id: Mapped[int]
    version: Mapped[str] = mapped_column(String(60))


class PolicyTraining(_Entry, Base):
    """A training that somebody took part in."""

    __tablename__ = "policy_training"
    __table_args__ = (Index("ix_policy_training_setting_id", "setting_id", "account_id"),)

    setting_id: Mapped[int] = mapped_column(ForeignKey("setting.id"))
    account_id: Mapped[int]
    topic: Mapped[str] = mapped_column(String(60))
    held: Mapped[date]
    led_by: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(Text, default="")


class PolicyComment(_Entry, Base):
    """A comment on the policy, or an answer to one; an answer may close it."""

    __tablename__ = "policy_comment"
    __table_args__ = (Index("ix_policy_comment_setting_id", "setting_id"),)

    setting_id: Mapped[int] = mapped_column(ForeignKey("setting.id"))
    answers_id: Mapped[int | None]
    text: Mapped[str] = mapped_column(Text)
    closes: Mapped[bool] = mapped_column(default=False)
