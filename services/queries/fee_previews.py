"""Previews of fee rules as finance reads them: how far each is, its sums, who would get more or less."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain.errors import NotFound
from domain.fee_comparison import AccountChange, JobChange, KindChange, LineChange, Refusal
from services.uow import query


@dataclass(frozen=True, slots=True)
class PreviewLine:
    """A preview and how far it is: `done` of `jobs`, None before it begins. `error`: why it was given up."""

    id: int
    version: int
    month: date
    asked_by: int | None
    asked_at: datetime
    jobs: int | None
    done: int
    finished_at: datetime | None
    error: str | None


@dataclass(frozen=True, slots=True)
class PreviewSums:
    """What the version would have changed, in fen as dealers earn them.

    `changed`: jobs with a line that differs, the twenty largest differences in `largest`. `refused`: jobs priced
    today and not by this version, the first twenty in `refusals`; `unpaid`: without a price today, of these `priced`
    would have one. `dealers`: how many get another sum.
    """

    jobs: int
    changed: int
    was_fen: int
    now_fen: int
    kinds: tuple[KindChange, ...]
    accounts: tuple[AccountChange, ...]
    dealers: int
    largest: tuple[JobChange, ...]
    refused: int
    unpaid: int
    priced: int
    refusals: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class PreviewPage:
    """A preview with its result, None until it is finished."""

    preview: PreviewLine
    result: PreviewSums | None


@dataclass(frozen=True, slots=True)
class DealerPreview:
    """What a dealer would have got for the month, less what its own shops pay; the largest difference first."""

    place: int
    dealer_id: int
    dealer_name: str
    was_fen: int
    now_fen: int


_COLUMNS = "preview.id, version, month, asked_by, asked_at, jobs, done, finished_at, error"
_FROM = "FROM fee_preview preview JOIN fee_rule ON fee_rule.id = fee_rule_id"
_LISTED = f"""
SELECT {_COLUMNS} {_FROM} WHERE preview.id < coalesce(%(before)s::bigint, 9223372036854775807)
 ORDER BY preview.id DESC LIMIT %(limit)s
"""
_ONE = f"""
SELECT {_COLUMNS}, result - 'dealers' AS result, jsonb_array_length(result->'dealers') AS dealers {_FROM}
 WHERE preview.id = %(id)s
"""


@query
def listed(connection: Connection, before: int | None, limit: int) -> list[PreviewLine]:
    """Newest first."""
    rows = connection.exec_driver_sql(_LISTED, {"before": before, "limit": limit})
    return [PreviewLine(*row) for row in rows]


@query
def page(connection: Connection, preview_id: int) -> PreviewPage:
    """One preview; `NotFound`."""
    row = connection.exec_driver_sql(_ONE, {"id": preview_id}).first()
    if row is None:
        raise NotFound
    return PreviewPage(PreviewLine(*row[:9]), None if row.result is None else _sums(row.result, row.dealers))


def _sums(kept: dict[str, Any], dealers: int) -> PreviewSums:
    rows = {
        "kinds": tuple(KindChange(**one) for one in kept["kinds"]),
        "accounts": tuple(AccountChange(**one) for one in kept["accounts"]),
        "largest": tuple(_job(one) for one in kept["largest"]),
        "refusals": tuple(Refusal(**one) for one in kept["refusals"]),
    }
    return PreviewSums(**{**kept, **rows, "dealers": dealers})


def _job(kept: dict[str, Any]) -> JobChange:
    return JobChange(**{**kept, "lines": tuple(LineChange(**line) for line in kept["lines"])})


_KNOWN = "SELECT 1 FROM fee_preview WHERE id = %(id)s"
_DEALERS = """
SELECT place, dealer.id, name, (one->>'was_fen')::bigint AS was_fen, (one->>'now_fen')::bigint AS now_fen
  FROM fee_preview preview
  CROSS JOIN LATERAL jsonb_array_elements(result->'dealers') WITH ORDINALITY AS made(one, place)
  JOIN dealer ON dealer.id = (one->>'dealer_id')::bigint
 WHERE preview.id = %(id)s AND place > %(after)s ORDER BY place LIMIT %(limit)s
"""


@query
def dealers(connection: Connection, preview_id: int, after: int, limit: int) -> list[DealerPreview]:
    """The dealers with another sum, after a place; none before the preview is finished. `NotFound`."""
    asked = {"id": preview_id, "after": after, "limit": limit}
    if connection.exec_driver_sql(_KNOWN, asked).first() is None:
        raise NotFound
    return [DealerPreview(*row) for row in connection.exec_driver_sql(_DEALERS, asked)]
