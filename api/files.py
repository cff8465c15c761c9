"""Files to keep: tables and templates that a browser saves under a name instead of showing them."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attached(content: bytes | str | Iterable[bytes] | Iterable[str], name: str, media: str = CSV) -> Response:
    """The content under a name of plain ASCII, e.g. `order-template.csv`."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype=media, headers=headers)
