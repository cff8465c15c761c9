"""Suggestions for the product page: counted each night, decided by people, accepted into the guide's next version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection

from domain import guides
from domain.actors import Actor
from domain.calendar import SHANGHAI, local_date
from domain.causes import CAUSES
from domain.errors import NotFound
from domain.suggestions import ProductFacts, SuggestionDecided, Tally, sentence, spoken
from domain.warranty import months_later
from services.parts import guides as versions
from services.queries.reports.causes import CASES, CLOSED
from services.uow import query, use_case

QUIET = timedelta(days=90)  # after a decision the same thing is not proposed again
_CITY = "rpad(left(job.division_code, 4), 6, '0')"
_TALLIES = f"""
WITH {CASES.strip()}
SELECT sku, city, sum(jobs)::bigint AS jobs, cause, sum(cases)::bigint AS cases FROM (
    SELECT job.sku, {_CITY} AS city, 1 AS jobs, NULL::text AS cause, 0 AS cases FROM job WHERE {CLOSED}
    UNION ALL
    SELECT job.sku, {_CITY}, 0, cases.cause, 1 FROM cases JOIN job ON job.id = cases.job_id
     WHERE cases.cause IS NOT NULL) seen
 GROUP BY sku, city, cause
"""
_PRODUCTS = """
SELECT sku, product.name, lead_days, certificates, self_install_allowed AND certificates = '[]' AS self_install
  FROM product JOIN category ON category.code = category_code WHERE sku = ANY(%(skus)s)
"""
_EXTRAS = """
SELECT name, unit, price_fen FROM price_item WHERE charge_type <> 8 AND price_list_id = (
    SELECT id FROM price_list WHERE effective_from <= %(now)s ORDER BY effective_from DESC, version DESC LIMIT 1)
 ORDER BY id LIMIT 4
"""
_PROPOSE = """
INSERT INTO suggestion (sku, region, cause, month, cases, jobs, brand_cases, brand_jobs, lower_bp, brand_bp, arithmetic,
                        sentence, counted_at)
SELECT sku, region, cause, %(month)s, cases, jobs, brand_cases, brand_jobs, lower_bp, brand_bp, arithmetic, sentence,
       %(now)s
  FROM json_to_recordset(%(rows)s::json) AS made(sku text, region text, cause text, cases bigint, jobs bigint,
       brand_cases bigint, brand_jobs bigint, lower_bp bigint, brand_bp bigint, arithmetic text, sentence text)
 WHERE NOT EXISTS (SELECT 1 FROM suggestion old WHERE old.sku = made.sku AND old.region = made.region
                      AND old.cause = made.cause AND old.decided_at > %(quiet)s)
    ON CONFLICT (sku, region, cause, month) DO UPDATE
   SET cases = excluded.cases, jobs = excluded.jobs, brand_cases = excluded.brand_cases,
       brand_jobs = excluded.brand_jobs, lower_bp = excluded.lower_bp, brand_bp = excluded.brand_bp,
       arithmetic = excluded.arithmetic, sentence = excluded.sentence, counted_at = excluded.counted_at
 WHERE suggestion.state = 'proposed'
"""
_NO_LONGER = """
DELETE FROM suggestion WHERE state = 'proposed' AND month = %(month)s AND counted_at < %(now)s
"""


def suggest(now: datetime) -> int:
    """Count last month and this one; what no longer speaks is taken away, what was decided stays. How many speak."""
    this = local_date(now).replace(day=1)
    return sum(_suggest(month, now) for month in ((this - timedelta(days=1)).replace(day=1), this))


@use_case
def _suggest(tx: Connection, month: date, now: datetime) -> int:
    found = spoken(_tallies(tx, month))
    facts = _facts(tx, sorted({one.sku for one in found}), now)
    rows = [
        asdict(one) | {"sentence": sentence(one.cause, facts[one.sku])} for one in found if one.sku in facts
    ]
    values = {"month": month, "now": now, "quiet": now - QUIET, "rows": orjson.dumps(rows).decode()}
    tx.exec_driver_sql(_PROPOSE, values)
    tx.exec_driver_sql(_NO_LONGER, {"month": month, "now": now})
    return len(rows)


def _tallies(tx: Connection, month: date) -> list[Tally]:
    span = {
        name: datetime.combine(day, time(), SHANGHAI)
        for name, day in (("from", month), ("until", months_later(month, 1)))
    }
    jobs: dict[tuple[str, str | None], int] = defaultdict(int)
    cases: dict[tuple[str, str | None], dict[str, int]] = defaultdict(dict)
    for row in tx.exec_driver_sql(_TALLIES, span):
        place = (row.sku, row.city)
        jobs[place] += row.jobs
        if row.cause is not None:
            cases[place][row.cause] = row.cases
    return [Tally(sku, city, jobs[sku, city], cases[sku, city]) for sku, city in {**jobs, **cases}]


def _facts(tx: Connection, skus: Sequence[str], now: datetime) -> dict[str, ProductFacts]:
    extras = tuple((row.name, row.unit, row.price_fen) for row in tx.exec_driver_sql(_EXTRAS, {"now": now}))
    rows = tx.exec_driver_sql(_PRODUCTS, {"skus": list(skus)})
    return {
        row.sku: ProductFacts(row.name, row.lead_days, tuple(row.certificates), row.self_install, extras)
        for row in rows
    }


# -- read


@dataclass(frozen=True, slots=True)
class SuggestionLine:
    """A suggestion with the count that speaks for it. `region` empty: everywhere."""

    id: int
    sku: str
    product_name: str
    region: str
    region_name: str | None
    cause: str
    cause_name: str
    month: date
    cases: int
    jobs: int
    brand_cases: int
    brand_jobs: int
    lower_bp: int
    brand_bp: int
    arithmetic: str
    sentence: str
    state: str
    guide_version: int | None
    decided_at: datetime | None
    dismissed_for: str | None


_LISTED = """
SELECT suggestion.*, product.name AS product_name,
       (SELECT name FROM division WHERE code = nullif(suggestion.region, '')) AS region_name
  FROM suggestion JOIN product ON product.sku = suggestion.sku
 WHERE {condition}
"""
_FILTERS = """
       (%(state)s::text IS NULL OR state = %(state)s) AND (%(sku)s::text IS NULL OR suggestion.sku = %(sku)s)
   AND (%(month)s::date IS NULL OR month = %(month)s) AND suggestion.id > %(after)s
 ORDER BY suggestion.id LIMIT %(most)s
"""


def _line(row: Any) -> SuggestionLine:
    known = {name: value for name, value in row._asdict().items() if name in SuggestionLine.__slots__}
    return SuggestionLine(**known, cause_name=CAUSES[row.cause])


@query
def listed(
    connection: Connection,
    actor: Actor,
    state: str | None,
    sku: str | None,
    month: date | None,
    after: int,
    limit: int,
) -> list[SuggestionLine]:
    """Suggestions in the order they were first made. They count every shop: nothing for who is bound to some."""
    if actor.channel_ids is not None:
        return []
    values = {"state": state, "sku": sku, "month": month, "after": after, "most": limit}
    return [_line(row) for row in connection.exec_driver_sql(_LISTED.format(condition=_FILTERS), values)]


# -- decided

_LOCK = "SELECT id, sku, sentence, state FROM suggestion WHERE id = %(id)s FOR UPDATE"
_DECIDE = """
UPDATE suggestion SET state = %(state)s, sentence = %(sentence)s, guide_version = %(version)s, decided_by = %(by)s,
       decided_at = %(now)s, dismissed_for = %(reason)s WHERE id = %(id)s
"""


def _proposed(tx: Connection, actor: Actor, suggestion_id: int) -> Any:
    row = tx.exec_driver_sql(_LOCK, {"id": suggestion_id}).first()
    if row is None or actor.channel_ids is not None:
        raise NotFound
    if row.state != "proposed":
        raise SuggestionDecided
    return row


def _decided(tx: Connection, suggestion_id: int, **values: Any) -> SuggestionLine:
    tx.exec_driver_sql(_DECIDE, {"id": suggestion_id, "version": None, "reason": None, **values})
    condition = "suggestion.id = %(id)s"
    return _line(tx.exec_driver_sql(_LISTED.format(condition=condition), {"id": suggestion_id}).one())


@use_case
def accept(
    tx: Connection, actor: Actor, suggestion_id: int, text: str | None, now: datetime
) -> SuggestionLine:
    """The sentence, as it is or as edited, becomes a note of the guide's next version; publishing it is another act."""
    row = _proposed(tx, actor, suggestion_id)
    told = text or row.sentence
    product = versions.product(tx, row.sku)
    content = guides.noted(versions.base_of(tx, product), told)
    _, version = versions.write_draft(tx, row.sku, content, actor.person_id, now)
    by = {"by": actor.person_id, "now": now}
    return _decided(tx, suggestion_id, state="accepted", sentence=told, version=version, **by)


@use_case
def dismiss(tx: Connection, actor: Actor, suggestion_id: int, reason: str, now: datetime) -> SuggestionLine:
    """Not for the page, with the reason; the same thing is not proposed again for 90 days."""
    row = _proposed(tx, actor, suggestion_id)
    by = {"by": actor.person_id, "now": now}
    return _decided(tx, suggestion_id, state="dismissed", sentence=row.sentence, reason=reason, **by)
