"""The run of a year: alliance rewards and rebates are posted once per dealer, and who is held is told why.

A dealer's year is paid when finance has verified every declaration of it and no cut can be appealed any more. Again,
or after a crash, the run finds what is missing and posts nothing twice: the keys are natural.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from domain import alliance, rebates
from domain.actors import Actor
from domain.calendar import local_date, month_of
from domain.errors import Fault, Invalid
from domain.ledger import Entry
from domain.year_terms import YearTerms, read_terms
from services.parts import ledger, years
from services.parts import versions as numbers
from services.parts.years import Year
from services.uow import query, use_case

BATCH = 200


@dataclass(frozen=True, slots=True)
class YearRun:
    """Dealers looked at, entries posted, dealers held."""

    dealers: int = 0
    entries: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class YearLine:
    """A dealer's year as the run would post it now. `held`: why nothing is; `posted`: what is in the ledger."""

    dealer_id: int
    months: int
    offline_fen: int
    online_fen: int
    reward_fen: int
    reward_text: str
    rebate_fen: int
    rebate_text: str
    held: tuple[str, ...]
    posted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TermsMade:
    """A version of the terms, for years from `from_year` on."""

    id: int
    version: int
    from_year: int


@dataclass(frozen=True, slots=True)
class YearTermsLine:
    """One version of the terms; `terms` is the whole of it as data."""

    version: int
    created_by: int | None
    created_at: datetime
    terms: dict[str, Any]


_VERSIONS = """
SELECT version, created_by, created_at, terms FROM year_terms
 WHERE version < coalesce(%(before)s, 2147483648) ORDER BY version DESC LIMIT %(limit)s
"""


@query
def versions(connection: Connection, before: int | None, limit: int) -> list[YearTermsLine]:
    """Newest first, below `before`."""
    rows = connection.exec_driver_sql(_VERSIONS, {"before": before, "limit": limit})
    return [YearTermsLine(*row) for row in rows]


_ADD = """
INSERT INTO year_terms (version, terms, created_by, created_at)
VALUES (%(version)s, %(terms)s::jsonb, %(by)s, %(now)s) RETURNING id
"""


@use_case
def add_terms(tx: Connection, actor: Actor, given: Mapping[str, Any], now: datetime) -> TermsMade:
    """The next version; for this year or later ones: a year that is over was worked for under its own terms."""
    version = numbers.next_of(tx, "year_terms")
    terms = read_terms(given, version)
    if terms.from_year < local_date(now).year:
        raise Invalid(errors=[Fault("from_year", "in_the_past", "不能更改已过去的年度")])
    values = {
        "version": version,
        "terms": orjson.dumps(dict(given)).decode(),
        "by": actor.person_id,
        "now": now,
    }
    return TermsMade(tx.exec_driver_sql(_ADD, values).scalar_one(), version, terms.from_year)


def entries(one: Year, year: int, terms: YearTerms, month: date) -> list[Entry]:
    """What is due to a dealer that is not held; amounts of nothing are no entries."""
    due = one.reward(year, one.verified_fen, terms)
    back = rebates.rebate(year, one.verified_fen, one.online_fen, terms)
    found = []
    if due.fen and not one.against(terms):
        found.append(alliance.reward_entry(year, one.dealer_id, due, month))
    if back.fen:
        found.append(rebates.rebate_entry(year, one.dealer_id, back, month))
    return found


# Of those with anything to pay by: who declared, or shipped online.
_DEALERS = f"""
SELECT dealer_id FROM (
    SELECT dealer_id FROM offline_declaration WHERE year = %(year)s AND state <> 'refused'
    UNION SELECT dealer_id FROM ({years.ONLINE.format(whose="")}) online) one
 WHERE dealer_id > %(after)s ORDER BY dealer_id LIMIT %(limit)s
"""


def run(now: datetime) -> YearRun:
    """Pay the year before, from its terms' first day on; batch after batch, each one transaction."""
    year, total = local_date(now).year - 1, YearRun()
    ids = _due(year, now)
    for first in range(0, len(ids), BATCH):
        done = _batch(year, ids[first : first + BATCH], now)
        total = YearRun(total.dealers + done.dealers, total.entries + done.entries, total.held + done.held)
    return total


@query
def _due(connection: Connection, year: int, now: datetime) -> list[int]:
    """Whose year is to be looked at; nobody's before the terms' first day."""
    if local_date(now) < years.terms(connection, year).pays_from(year):
        return []
    return _dealers(connection, year, 0, None)


@use_case
def _batch(tx: Connection, year: int, ids: list[int], now: datetime) -> YearRun:
    terms = years.terms(tx, year)
    month = ledger.open_month(month_of(now), ledger.hold_months(tx))
    years.hold(tx, ids)
    known = years.load(tx, ids, year, now, local_date(now)).values()
    free = [one for one in known if not one.held()]
    posted = ledger.post(
        tx, [entry for one in free for entry in entries(one, year, terms, month)], {}, now, "year_end"
    )
    return YearRun(len(ids), posted, len(ids) - len(free))


def _dealers(tx: Connection, year: int, after: int, limit: int | None) -> list[int]:
    asked: dict[str, Any] = {"year": year, "after": after, "limit": limit}
    asked |= {"from": years.begins(year), "until": years.begins(year + 1)}
    return list(tx.exec_driver_sql(_DEALERS, asked).scalars())


_POSTED = "SELECT natural_key, memo FROM ledger_entry WHERE natural_key = ANY(%(keys)s)"


@query
def lines(connection: Connection, year: int, after: int, limit: int, now: datetime) -> list[YearLine]:
    """What each dealer's year would bring if it were posted now, what holds it, and what is posted; by dealer."""
    terms = years.terms(connection, year)
    ids = _dealers(connection, year, after, limit)
    known = years.load(connection, ids, year, now, local_date(now))
    keys = [key(year, one) for one in ids for key in (alliance.reward_key, rebates.rebate_key)]
    posted = {row.natural_key: row.memo for row in connection.exec_driver_sql(_POSTED, {"keys": keys})}
    return [_line(known[one], year, terms, posted) for one in ids]


def _line(one: Year, year: int, terms: YearTerms, posted: Mapping[str, str]) -> YearLine:
    due, against = one.reward(year, one.verified_fen, terms), one.against(terms)
    back = rebates.rebate(year, one.verified_fen, one.online_fen, terms)
    keys = (alliance.reward_key(year, one.dealer_id), rebates.rebate_key(year, one.dealer_id))
    return YearLine(
        one.dealer_id,
        one.months(year),
        one.verified_fen,
        one.online_fen,
        0 if against else due.fen,
        due.text,
        back.fen,
        back.text,
        one.held() + against,
        tuple(posted[key] for key in keys if key in posted),
    )
