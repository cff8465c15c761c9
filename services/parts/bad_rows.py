"""The rows of a file that did not go in, kept open on the import's own row: business data, nothing personal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import LiteralString

from sqlalchemy import Connection

from channels.errors_file import errors_csv
from channels.parsed import Bad
from domain.errors import NotFound


def as_csv(connection: Connection, imports: LiteralString, import_id: int) -> Iterator[bytes]:
    """The bad rows with their reasons, ready to be mended and sent again; `NotFound`."""
    row = connection.exec_driver_sql(
        f"SELECT bad_rows FROM {imports} WHERE id = %(id)s", {"id": import_id}
    ).first()
    if row is None:
        raise NotFound
    return errors_csv([Bad.unpacked(one) for one in row.bad_rows])
