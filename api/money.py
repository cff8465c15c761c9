"""Money: statements and their answers, the ledger and its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from api import paging, routes
from api.paging import Page
from api.routes import Call, route
from api.schemas.money import ContestBody, EntryQuery, StatementLineQuery, StatementQuery
from services import statements
from services.parts.stating import Answered
from services.queries import explained
from services.queries import ledger as ledger_reads
from services.queries import money as reads
from services.queries.explained import Explained
from services.queries.ledger import EntryLine
from services.queries.money import Among, StatementCard, StatementLine, StatementPage, Wanted

area = routes.area("money", "费用与结算")
ANSWER: dict[str, Any] = {"answer": Answered, "errors": (404, 409, 412)}


def _month_and_id(query: Mapping[str, Any]) -> tuple[date, int] | None:
    after = paging.key(query["cursor"], date, int)
    return None if after is None else (after[0], after[1])  # type: ignore[return-value]  # kinds were checked


@route(
    area,
    "GET",
    "/statements",
    permission="statement:read",
    query=StatementQuery,
    answer=Page[StatementCard],
    errors=(404,),
    summary="结算单列表",
)
def statement_list(call: Call, query: Mapping[str, Any]) -> Page[StatementCard]:
    """Newest month first; an owner sees its own."""
    wanted = Wanted(query["month"], query["status"], query["dealer_id"])
    found = reads.statements(call.who, wanted, _month_and_id(query), query["limit"] + 1)
    return paging.page(found, query["limit"], lambda card: (card.month, card.id))


@route(
    area,
    "GET",
    "/statements/<id:statement_id>",
    permission="statement:read",
    answer=StatementPage,
    errors=(404,),
    summary="结算单",
)
def statement(call: Call, statement_id: int) -> StatementPage:
    """Its sums and groups; another dealer's does not exist."""
    return reads.statement(call.who, statement_id)


@route(
    area,
    "GET",
    "/statements/<id:statement_id>/lines",
    permission="statement:read",
    query=StatementLineQuery,
    answer=Page[StatementLine],
    errors=(404,),
    summary="结算明细",
)
def statement_lines(call: Call, query: Mapping[str, Any], statement_id: int) -> Page[StatementLine]:
    """One line per ledger entry, each with its arithmetic; contested ones too."""
    after, among = paging.number(query["cursor"]) or 0, Among(query["kind"], query["doubted"])
    found = reads.statement_lines(call.who, statement_id, after, query["limit"] + 1, among)
    return paging.page(found, query["limit"], lambda line: (line.entry_id,))


@route(
    area,
    "POST",
    "/statements/<id:statement_id>/confirm",
    permission="statement:answer",
    summary="确认结算单",
    **ANSWER,
)
def confirm(call: Call, statement_id: int) -> Answered:
    """By the dealer's owner, once the month is over."""
    return statements.confirm(call.who, statement_id, call.now, if_match=call.if_match)


@route(
    area,
    "POST",
    "/statements/<id:statement_id>/contest",
    permission="statement:answer",
    body=ContestBody,
    summary="对明细提出异议",
    **ANSWER,
)
def contest(call: Call, body: Mapping[str, Any], statement_id: int) -> Answered:
    """Line by line, within seven days; the rest can be approved, the lines move to the next statement."""
    told = body["entry_ids"], body["reason"], call.now, body["photo_ids"]
    return statements.contest(call.who, statement_id, *told, if_match=call.if_match)


@route(
    area,
    "POST",
    "/statements/<id:statement_id>/withdraw-contest",
    permission="statement:answer",
    summary="撤回异议",
    **ANSWER,
)
def withdraw_contest(call: Call, statement_id: int) -> Answered:
    """All doubts taken back: a draft again."""
    return statements.withdraw_contest(call.who, statement_id, call.now, if_match=call.if_match)


@route(
    area,
    "POST",
    "/statements/<id:statement_id>/review",
    permission="statement:approve",
    summary="复核结算单",
    **ANSWER,
)
def review(call: Call, statement_id: int) -> Answered:
    """The first pair of eyes where the dealer kept silent or contested."""
    return statements.review(call.who, statement_id, call.now, if_match=call.if_match)


@route(
    area,
    "POST",
    "/statements/<id:statement_id>/approve",
    permission="statement:approve",
    summary="批准结算单",
    answer=Answered,
    errors=(403, 404, 409, 412),
)
def approve(call: Call, statement_id: int) -> Answered:
    """Four eyes: 403 `four_eyes` for who reviewed it, or made a rule it was reckoned by."""
    return statements.approve(call.who, statement_id, call.now, if_match=call.if_match)


@route(
    area,
    "GET",
    "/ledger/entries",
    permission="ledger:read",
    query=EntryQuery,
    answer=Page[EntryLine],
    errors=(404,),
    summary="分录",
)
def entries(call: Call, query: Mapping[str, Any]) -> Page[EntryLine]:
    """Newest first; an owner sees the legs on its own accounts, what its shops paid included."""
    wanted = Wanted(month=query["month"], dealer_id=query["dealer_id"], job_id=query["job_id"])
    found = ledger_reads.entries(call.who, wanted, _month_and_id(query), query["limit"] + 1)
    return paging.page(found, query["limit"], lambda line: (line.month, line.id))


@route(
    area,
    "GET",
    "/ledger/explain/<id:entry_id>",
    permission="ledger:read",
    answer=Explained,
    errors=(404,),
    summary="分录说明",
)
def explain(call: Call, entry_id: int) -> Explained:
    """Back to rule, job, events, photos and promise; forward to statement, invoice, payment and reversal."""
    return explained.explain(call.who, entry_id)
