"""The one registry of tables. Column types that recur have one name here."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Identity, LargeBinary, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, mapped_column


class Base(DeclarativeBase):
    """Declarative base with a naming convention, so that every constraint has a name a migration can use."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        str: Text(),
        int: BigInteger(),
        bytes: LargeBinary(),
        datetime: TIMESTAMP(timezone=True),
        date: Date(),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
    }


db = SQLAlchemy(metadata=Base.metadata)

SUMMARIZE = {"autosummarize": "on"}  # of a BRIN index: new pages at once, not at the next vacuum

Id = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]


def ref(target: str, *, index: bool = False, nullable: bool = False, primary_key: bool = False) -> Any:
    """A foreign key column: `ref("job.id")`."""
    return mapped_column(ForeignKey(target), index=index, nullable=nullable, primary_key=primary_key)


def one_of(column: str, values: type[StrEnum] | tuple[str, ...]) -> CheckConstraint:
    """The database refuses a status the code does not know."""
    names = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({names})", name=f"{column}_known")
