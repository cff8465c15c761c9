"""Which end of a list comes first: what people work through is read oldest first, what is looked up newest first."""

from __future__ import annotations


def by_id(column: str, *, oldest: bool) -> str:
    """The end of a WHERE and the order of a list by number; `%(cursor)s` is the last one seen, NULL: none yet."""
    if oldest:
        return f"{column} > coalesce(%(cursor)s::bigint, 0) ORDER BY {column}"
    return f"{column} < coalesce(%(cursor)s::bigint, 9223372036854775807) ORDER BY {column} DESC"
