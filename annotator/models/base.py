"""What all tables share: names of constraints, column types, the base class."""

from __future__ import annotations

from typing import Annotated

from sqlalchemy import BigInteger, Integer, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


# SQLite numbers rows by itself only for INTEGER; ids and names sort by code point on every database.
BigKey = BigInteger().with_variant(Integer, "sqlite")
Name = String(200).with_variant(String(200, collation="C"), "postgresql")
LongName = String(1000).with_variant(String(1000, collation="C"), "postgresql")

pk = Annotated[int, mapped_column(BigKey, primary_key=True)]
name = Annotated[str, mapped_column(Name)]
word = Annotated[str, mapped_column(String(40))]
text = Annotated[str, mapped_column(Text)]
digest = Annotated[str, mapped_column(String(64))]
at = Annotated[int, mapped_column(BigInteger)]
number = Annotated[int, mapped_column(BigInteger)]
