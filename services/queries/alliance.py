"""The alliance as people read it: agreements with who signed, who has not yet, and what a member is on course for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from domain import alliance
from domain.actors import Actor
from domain.alliance import Record
from domain.calendar import local_date
from domain.errors import NotFound
from services.parts import years
from services.parts.years import Year
from services.queries.money import horizon
from services.uow import query


@dataclass(frozen=True, slots=True)
class AgreementCard:
    """A version with its whole text; `signed_at`: by the reader's dealer. `sha256` is what a signature names."""

    id: int
    version: int
    text: str
    sha256: str
    effective_from: date
    published_at: datetime
    signatures: int | None
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """A member and a version: who signed it when, from which hash; no `signed_at`: not yet."""

    dealer_id: int
    dealer_name: str
    member_since: date | None
    version: int
    signed_at: datetime | None
    signed_by: int | None
    sha256: str | None


@dataclass(frozen=True, slots=True)
class OutlookView:
    """What a dealer's year is on course for, in fen; the words say the same. `basis`: which sales were taken."""

    dealer_id: int
    year: int
    member: bool
    signed: bool
    months: int
    basis: str
    sales_fen: int
    jobs: int
    late: int
    upheld_complaints: int
    on_course_fen: int
    lost_fen: int
    late_left: int
    complaints_left: int
    missed: tuple[str, ...]
    text: str
    arithmetic: str


_CARDS = """
SELECT id, version, text, sha256, effective_from, published_at,
       CASE WHEN %(dealer)s::bigint IS NULL THEN (SELECT count(DISTINCT dealer_id) FROM agreement_signature s
                                                   WHERE s.agreement_id = a.id) END AS signatures,
       (SELECT max(signed_at) FROM agreement_signature s
         WHERE s.agreement_id = a.id AND s.dealer_id = %(dealer)s::bigint) AS signed_at
  FROM agreement a WHERE version < coalesce(%(before)s, 2147483648) ORDER BY version DESC LIMIT %(limit)s
"""


@query
def agreements(connection: Connection, actor: Actor, before: int | None, limit: int) -> list[AgreementCard]:
    """Newest version first. The number of signatures is for the brand, `signed_at` for a dealer."""
    values = {"dealer": horizon(actor), "before": before, "limit": limit}
    return [AgreementCard(*row) for row in connection.exec_driver_sql(_CARDS, values)]


_UNSIGNED = """
SELECT dealer.id, dealer.name, member.joined_on, %(version)s::bigint, NULL, NULL, NULL
  FROM alliance_membership member JOIN dealer ON dealer.id = member.dealer_id
 WHERE member.left_on IS NULL AND dealer.id > %(after)s AND (%(dealer)s::bigint IS NULL OR dealer.id = %(dealer)s)
   AND NOT EXISTS (SELECT 1 FROM agreement_signature s JOIN agreement a ON a.id = s.agreement_id
        WHERE s.dealer_id = dealer.id AND a.version = %(version)s)
 ORDER BY dealer.id LIMIT %(limit)s
"""
_SIGNED = """
SELECT DISTINCT ON (dealer.id) dealer.id, dealer.name, member.joined_on, a.version, s.signed_at, s.person_id,
       s.sha256
  FROM agreement_signature s JOIN agreement a ON a.id = s.agreement_id JOIN dealer ON dealer.id = s.dealer_id
  LEFT JOIN alliance_membership member ON member.dealer_id = dealer.id AND member.left_on IS NULL
 WHERE a.version = %(version)s AND dealer.id > %(after)s
   AND (%(dealer)s::bigint IS NULL OR dealer.id = %(dealer)s)
 ORDER BY dealer.id, s.signed_at DESC LIMIT %(limit)s
"""


@query
def signatures(
    connection: Connection, actor: Actor, version: int, signed: bool, after: int, limit: int
) -> list[SignatureLine]:
    """Who signed a version, or which members have not yet; by dealer. An owner sees its own dealer."""
    values = {"version": version, "dealer": horizon(actor), "after": after, "limit": limit}
    rows = connection.exec_driver_sql(_SIGNED if signed else _UNSIGNED, values)
    return [SignatureLine(*row) for row in rows]


@query
def outlook(
    connection: Connection, actor: Actor, dealer_id: int | None, year: int | None, now: datetime
) -> OutlookView:
    """On course for ¥15,000; lost so far ¥0; two late jobs left. `NotFound` for another's, or nobody named."""
    whose, today = horizon(actor, dealer_id), local_date(now)
    if whose is None:
        raise NotFound
    year = today.year if year is None else year
    one = years.load(connection, [whose], year, now, today)[whose]
    basis, sales = _basis(connection, one, year, now, today)
    terms = years.terms(connection, year)
    due = one.reward(year, sales, terms)
    seen = alliance.outlook(due, one.record, terms, one.signed)
    return OutlookView(
        whose,
        year,
        any(span.left is None for span in one.spans),
        one.signed,
        one.months(year),
        basis,
        sales,
        *_counts(one.record),
        seen.on_course_fen,
        seen.lost_fen,
        seen.late_left,
        seen.complaints_left,
        seen.missed,
        seen.text,
        due.text,
    )


def _counts(record: Record) -> tuple[int, int, int]:
    return record.jobs, record.late, record.upheld


def _basis(connection: Connection, one: Year, year: int, now: datetime, today: date) -> tuple[str, int]:
    """The sales an outlook rests on: what is declared of this year, else what was verified of the last."""
    if one.declared:
        return ("本年申报，部分待核定", one.declared_fen) if one.undecided else ("本年核定", one.verified_fen)
    before = years.load(connection, [one.dealer_id], year - 1, now, today)[one.dealer_id]
    return "上一年核定", before.verified_fen
