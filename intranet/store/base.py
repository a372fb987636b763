"""The declarative base and the Flask-SQLAlchemy object; the only module that imports flask_sqlalchemy."""

from __future__ import annotations

from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Every model's base; a table with a ``setting_id`` column is scoped to settings."""

    metadata = MetaData(naming_convention=NAMES)


class ReadingSession(Session):
    """The session of a request: it reads; changes are made in ``store.writing()``."""


db: SQLAlchemy = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"class_": ReadingSession})
