"""What follows a statement's approval, and what finance answers before it: doubts, invoices, payments, tax rates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from werkzeug.wsgi import wrap_file

from api import paging, routes
from api.files import XLSX, attached
from api.paging import Page
from api.routes import Call, route
from api.schemas.base import PageQuery
from api.schemas.settling import (
    ContestAnswerBody,
    FileFormat,
    FileQuery,
    InvoiceBody,
    InvoiceRefusalBody,
    PaymentBody,
    TaxRuleBody,
    TaxRuleQuery,
    WithholdingBody,
)
from domain.invoices import Invoice
from services import contests, settling, statement_files, tax_rules, withholding_rules
from services.contests import ContestAnswer
from services.parts.stating import Answered
from services.tax_rules import NewTaxRule, TaxRuleLine
from services.withholding_rules import WithholdingLine

area = routes.area("settling", "开票与付款")
SETTLE: dict[str, Any] = {
    "permission": "statement:settle",
    "answer": Answered,
    "errors": (404, 409, 412),
}


@route(
    area,
    "POST",
    "/statements/<id:statement_id>/contests/<id:entry_id>/answer",
    permission="statement:settle",
    body=ContestAnswerBody,
    answer=ContestAnswer,
    errors=(404, 409),
    summary="答复异议",
)
def answer(call: Call, body: Mapping[str, Any], statement_id: int, entry_id: int) -> ContestAnswer:
    """Accepted: a correction of the entry is proposed, which another person approves. Declined: with the words."""
    said, words, fen = body["answer"], body["words"], body["instead_fen"]
    return contests.answer(call.who, statement_id, entry_id, said, words, call.now, fen)


@route(area, "POST", "/statements/<id:statement_id>/invoice", body=InvoiceBody, summary="登记发票", **SETTLE)
def record_invoice(call: Call, body: Invoice, statement_id: int) -> Answered:
    """422 `bad_invoice` names what does not fit: number, day, amount, tax."""
    return settling.record_invoice(call.who, statement_id, body, call.now, if_match=call.if_match)


@route(
    area,
    "POST",
    "/statements/<id:statement_id>/refuse-invoice",
    body=InvoiceRefusalBody,
    summary="退回发票",
    **SETTLE,
)
def refuse_invoice(call: Call, body: Mapping[str, Any], statement_id: int) -> Answered:
    """With the reason on record; another may come."""
    return settling.refuse_invoice(call.who, statement_id, body["reason"], call.now, if_match=call.if_match)


@route(area, "POST", "/statements/<id:statement_id>/payment", body=PaymentBody, summary="登记付款", **SETTLE)
def record_payment(call: Call, body: Mapping[str, Any], statement_id: int) -> Answered:
    """Paid by hand at the bank: posted from the payable to the bank, once."""
    told = body["paid_on"], body["reference"]
    return settling.record_payment(call.who, statement_id, *told, call.now, if_match=call.if_match)


@route(area, "POST", "/statements/<id:statement_id>/close", summary="关闭结算单", **SETTLE)
def close(call: Call, statement_id: int) -> Answered:
    """A paid one."""
    return settling.close(call.who, statement_id, call.now, if_match=call.if_match)


@route(area, "POST", "/statements/<id:statement_id>/close-unpaid", summary="关闭无须付款的结算单", **SETTLE)
def close_unpaid(call: Call, statement_id: int) -> Answered:
    """An approved one of zero, or with a deficit that the next one carries."""
    return settling.close_unpaid(call.who, statement_id, call.now, if_match=call.if_match)


@route(
    area,
    "GET",
    "/statements/<id:statement_id>/file",
    permission="statement:read",
    query=FileQuery,
    errors=(404, 409, 503),
    media=f"{XLSX}, application/pdf",
    summary="导出结算单",
)
def statement_file(call: Call, query: Mapping[str, Any], statement_id: int) -> Response:
    """The sums of the screen and the ledger. 409 `statement_too_long`: thousands of lines are for XLSX."""
    content: Any
    if query["format"] is FileFormat.PDF:
        content = wrap_file(request.environ, statement_files.pdf(call.who, statement_id))
    else:
        content = statement_files.xlsx(call.who, statement_id)
    kind = "application/pdf" if query["format"] is FileFormat.PDF else XLSX
    response = attached(content, f"statement-{statement_id}.{query['format'].value}", kind)
    response.headers["Cache-Control"] = "no-store"
    return response


@route(
    area,
    "POST",
    "/tax-rules",
    permission="tax_rule:write",
    body=TaxRuleBody,
    answer=TaxRuleLine,
    status=201,
    errors=(404, 409),
    summary="新增税率",
)
def add_tax_rule(call: Call, body: NewTaxRule) -> TaxRuleLine:
    """From this month or later."""
    return tax_rules.add(call.who, body, call.now)


@route(
    area,
    "GET",
    "/tax-rules",
    permission="statement:read",
    query=TaxRuleQuery,
    answer=Page[TaxRuleLine],
    errors=(404,),
    summary="税率列表",
)
def tax_rule_list(call: Call, query: Mapping[str, Any]) -> Page[TaxRuleLine]:
    """Newest first; an owner sees everybody's and its own."""
    before = paging.number(query["cursor"])
    found = tax_rules.listed(call.who, query["dealer_id"], before, query["limit"] + 1)
    return paging.page(found, query["limit"], lambda line: (line.id,))


@route(
    area,
    "POST",
    "/withholding-rules",
    permission="tax_rule:write",
    body=WithholdingBody,
    answer=WithholdingLine,
    status=201,
    errors=(409,),
    summary="新增代扣规则",
)
def add_withholding(call: Call, body: Mapping[str, Any]) -> WithholdingLine:
    """For what is paid to persons from this month or a later one on."""
    return withholding_rules.add(call.who, body["since"], body["bands"], call.now)


@route(
    area,
    "GET",
    "/withholding-rules",
    permission="tax_rule:write",
    query=PageQuery,
    answer=Page[WithholdingLine],
    summary="代扣规则列表",
)
def withholding_list(_call: Call, query: Mapping[str, Any]) -> Page[WithholdingLine]:
    """Newest first."""
    found = withholding_rules.listed(paging.number(query["cursor"]), query["limit"] + 1)
    return paging.page(found, query["limit"], lambda line: (line.id,))
