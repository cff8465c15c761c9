"""Money as people read it: statements and their lines, the ledger, and why an entry is what it is.

Finance and admins see everything, an owner its own dealer's accounts: what it is owed, and what its shops paid.
Everything else does not exist for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain import tax
from domain.actors import Actor, Role
from domain.errors import NotFound
from domain.statements import KINDS, STATUS_NAMES, Status, answer_by, available_actions
from domain.tax import TaxRule
from services.parts import approving, taxing
from services.queries import settled
from services.queries.settled import ContestLine, InvoiceLine, PaymentLine, TaxSums
from services.uow import query


@dataclass(frozen=True, slots=True)
class StatementCard:
    """A month of one dealer, in fen. `contested_fen` is in no sum. `answer_by`: after that, silence confirms."""

    id: int
    dealer_id: int
    dealer_name: str
    month: date
    status: Status
    status_name: str
    total_fen: int
    contested_fen: int
    carried_in_fen: int
    payout_fen: int
    carried_out_fen: int
    drawn_at: datetime
    answer_by: datetime
    confirmed_at: datetime | None
    reviewed_at: datetime | None
    approved_at: datetime | None
    version: int
    available_actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The lines of one kind that are in the total: how many, and their sum. Contested ones are in `contested_fen`."""

    kind: str
    title: str
    lines: int
    total_fen: int


@dataclass(frozen=True, slots=True)
class StatementPage:
    """A statement with its groups in the order people read them; the lines are a list of their own.

    `approval_bar`: why the reader himself may not approve it, in words, where somebody of his role may.
    """

    statement: StatementCard
    approval_bar: str | None
    groups: tuple[Group, ...]
    tax: TaxSums
    invoices: tuple[InvoiceLine, ...]
    payments: tuple[PaymentLine, ...]


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One ledger entry on a statement, `net_fen` + `tax_fen` = `amount_fen`.

    `moved_from_id`: the statement on which it was contested before; `contest`: the newest doubt and its answer.
    """

    entry_id: int
    natural_key: str
    month: date
    kind: str
    job_id: int | None
    amount_fen: int
    memo: str
    contested_at: datetime | None
    contest_reason: str | None
    moved_from_id: int | None
    net_fen: int
    tax_fen: int
    tax_bp: int
    tax_inclusive: bool
    contest: ContestLine | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Filters of the lists; None is no filter."""

    month: date | None = None
    status: str | None = None
    dealer_id: int | None = None
    job_id: int | None = None


@dataclass(frozen=True, slots=True)
class Among:
    """Which lines of a statement: of one kind, with a doubt that was not taken back (answered or not); None: all."""

    kind: str | None = None
    doubted: bool | None = None


_ALL = Among()


def horizon(actor: Actor, dealer_id: int | None = None) -> int | None:
    """The dealer whose money the actor may see, None for everybody's; `NotFound` for another's."""
    if actor.role in (Role.FINANCE, Role.ADMIN):
        return dealer_id
    if actor.role != Role.DEALER_OWNER or actor.dealer_id is None or dealer_id not in (None, actor.dealer_id):
        raise NotFound
    return actor.dealer_id


_CARD = """
SELECT s.id, s.dealer_id, dealer.name, s.month, s.status, s.total_fen,
       coalesce((SELECT sum(amount_fen) FROM statement_line
                  WHERE statement_id = s.id AND contested_at IS NOT NULL), 0)::bigint AS contested_fen,
       s.carried_in_fen, s.payout_fen, s.carried_out_fen, s.drawn_at, s.confirmed_at, s.reviewed_at, s.approved_at,
       s.version, s.confirmed_by, s.reviewed_by
  FROM statement s JOIN dealer ON dealer.id = s.dealer_id
"""


def _card(row: Any, actor: Actor) -> StatementCard:
    status = Status(row.status)
    sums = (row.total_fen, row.contested_fen, row.carried_in_fen, row.payout_fen, row.carried_out_fen)
    moments = (
        row.drawn_at,
        answer_by(row.month, row.drawn_at),
        row.confirmed_at,
        row.reviewed_at,
        row.approved_at,
    )
    actions = available_actions(status, actor.role, row.payout_fen)
    whose = (row.id, row.dealer_id, row.name, row.month)
    return StatementCard(*whose, status, STATUS_NAMES[status], *sums, *moments, row.version, actions)


@query
def statements(
    connection: Connection, actor: Actor, wanted: Wanted, before: tuple[date, int] | None, limit: int
) -> list[StatementCard]:
    """Newest month first; `before` is (month, id) of the last one seen."""
    values = {
        "dealer": horizon(actor, wanted.dealer_id),
        "month": wanted.month and wanted.month.replace(day=1),
        "status": wanted.status,
        "limit": limit,
        "at": before[0] if before else None,
        "id": before[1] if before else None,
    }
    tests = {
        "dealer": "s.dealer_id = %(dealer)s",
        "month": "s.month = %(month)s",
        "status": "s.status = %(status)s",
    }
    tests["at"] = "(s.month, s.id) < (%(at)s, %(id)s)"
    where = " AND ".join(["true", *(test for name, test in tests.items() if values[name] is not None)])
    sql = f"{_CARD} WHERE {where} ORDER BY s.month DESC, s.id DESC LIMIT %(limit)s"
    return [_card(row, actor) for row in connection.exec_driver_sql(sql, values)]


_GROUPS = """
SELECT kind, count(*) AS lines, sum(amount_fen)::bigint AS total
  FROM statement_line line JOIN ledger_entry entry ON entry.id = line.entry_id
 WHERE line.statement_id = %(id)s AND contested_at IS NULL GROUP BY kind
"""


@query
def statement(connection: Connection, actor: Actor, statement_id: int) -> StatementPage:
    """One statement; `NotFound` also for another dealer's."""
    return page_of(connection, actor, statement_id)


def page_of(connection: Connection, actor: Actor, statement_id: int) -> StatementPage:
    """`statement`, for who reads more at the same instant."""
    row = _row(connection, actor, statement_id)
    card = _card(row, actor)
    actions, bar = approving.left(connection, actor, row, card.available_actions)
    order = list(KINDS)
    found = connection.exec_driver_sql(_GROUPS, {"id": statement_id}).all()
    rows = sorted(
        found, key=lambda row: (order.index(row.kind) if row.kind in KINDS else len(order), row.kind)
    )
    groups = tuple(Group(row.kind, KINDS.get(row.kind, row.kind), row.lines, row.total) for row in rows)
    own, all_of_it = taxing.of_statement(connection, card.dealer_id, card.month)
    payable = card.payout_fen, all_of_it if card.payout_fen else 0
    sums = TaxSums(card.total_fen - own, own, *payable)
    told = settled.invoices(connection, statement_id), settled.payments(connection, statement_id)
    return StatementPage(replace(card, available_actions=actions), bar, groups, sums, *told)


def _row(connection: Connection, actor: Actor, statement_id: int) -> Any:
    row = connection.exec_driver_sql(f"{_CARD} WHERE s.id = %(id)s", {"id": statement_id}).first()
    if row is None:
        raise NotFound
    horizon(actor, row.dealer_id)
    return row


_LINES = f"""
SELECT line.entry_id, natural_key, entry.month, entry.kind, job_id, line.amount_fen, memo, contested_at, contest_reason,
       moved_from_id, {settled.DOUBTED}, {taxing.TAX_MONTH} AS tax_month
  FROM statement_line line JOIN ledger_entry entry ON entry.id = line.entry_id
  JOIN statement s ON s.id = line.statement_id CROSS JOIN LATERAL (SELECT s.dealer_id) account {settled.DOUBT}
 WHERE line.statement_id = %(id)s AND line.entry_id > %(after)s
   AND (%(kind)s::text IS NULL OR entry.kind = %(kind)s)
   AND (%(doubted)s::boolean IS NULL OR (doubted_on IS NOT NULL) = %(doubted)s)
 ORDER BY line.entry_id LIMIT %(limit)s
"""


@query
def statement_lines(
    connection: Connection, actor: Actor, statement_id: int, after: int, limit: int, among: Among = _ALL
) -> list[StatementLine]:
    """The lines by entry, after an entry's id."""
    return lines_of(connection, actor, statement_id, after, limit, among)


def lines_of(
    connection: Connection, actor: Actor, statement_id: int, after: int, limit: int, among: Among = _ALL
) -> list[StatementLine]:
    """`statement_lines`, for who reads more at the same instant."""
    card = _row(connection, actor, statement_id)
    rules = taxing.rules(connection, card.month)
    asked = {"id": statement_id, "after": after, "limit": limit, "kind": among.kind, "doubted": among.doubted}
    rows = connection.exec_driver_sql(_LINES, asked)
    return [_line(row, tax.rule_for(rules, row.kind, card.dealer_id, row.tax_month)) for row in rows]


def _line(row: Any, rule: TaxRule) -> StatementLine:
    parts = tax.part(row.amount_fen, row.kind, rule)
    taxed = (parts.net_fen, parts.tax_fen, parts.rate_bp, parts.inclusive)
    return StatementLine(*(*row[:10], *taxed, settled.doubt(row)))
