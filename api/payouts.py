"""Payouts by bank: verified accounts, templates, batches and their files, the banks' answers, what differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response

from api import paging, routes
from api.files import attached
from api.paging import Page
from api.routes import Call, route
from api.schemas.base import PageQuery
from api.schemas.payouts import (
    AccountBody,
    AccountQuery,
    BankTemplateBody,
    BatchBody,
    DifferenceNote,
    ResultForm,
)
from services import bank_accounts, bank_templates, payout_check, payouts
from services.bank_accounts import AccountLine
from services.bank_templates import TemplateLine
from services.parts.sealed_accounts import NewAccount
from services.payout_check import PayoutDifference
from services.payouts import Batch, ResultRead

area = routes.area("payouts", "银行付款")
MOST_BYTES = 5_000_000


@dataclass(frozen=True, slots=True)
class Accounts:
    """A dealer's accounts, newest first."""

    accounts: tuple[AccountLine, ...]


@dataclass(frozen=True, slots=True)
class Differences:
    """Where ledger, payments, banks and WeChat disagree."""

    differences: tuple[PayoutDifference, ...]


@route(
    area,
    "POST",
    "/dealers/<id:dealer_id>/bank-accounts",
    permission="bank_account:propose",
    body=AccountBody,
    answer=AccountLine,
    status=201,
    errors=(404, 409),
    summary="提交收款账户",
)
def propose(call: Call, body: NewAccount, dealer_id: int) -> AccountLine:
    """Sealed; in force once another person has verified it. The owner is told."""
    return bank_accounts.propose(call.who, dealer_id, body, call.now)


@route(
    area,
    "GET",
    "/dealers/<id:dealer_id>/bank-accounts",
    permission="bank_account:read",
    answer=Accounts,
    errors=(404,),
    summary="收款账户",
)
def account_list(call: Call, dealer_id: int) -> Accounts:
    """By their last four digits."""
    return Accounts(tuple(bank_accounts.of_dealer(call.who, dealer_id)))


@route(
    area,
    "GET",
    "/bank-accounts",
    permission="bank_account:read",
    query=AccountQuery,
    answer=Page[AccountLine],
    errors=(404,),
    summary="全部收款账户",
)
def all_accounts(call: Call, query: Mapping[str, Any]) -> Page[AccountLine]:
    """Every dealer's by their last four digits, newest first; an owner's own ones."""
    last = paging.number(query["cursor"])
    found = bank_accounts.listed(call.who, query["dealer_id"], query["state"], last, query["limit"] + 1)
    return paging.page(found, query["limit"], lambda line: (line.id,))


@route(
    area,
    "POST",
    "/bank-accounts/<id:account_id>/verify",
    permission="bank_account:verify",
    answer=AccountLine,
    errors=(403, 404, 409),
    summary="核实收款账户",
)
def verify(call: Call, account_id: int) -> AccountLine:
    """403 `four_eyes` for who proposed it. From now on money goes there."""
    return bank_accounts.decide(call.who, account_id, True, call.now)


@route(
    area,
    "POST",
    "/bank-accounts/<id:account_id>/refuse",
    permission="bank_account:verify",
    answer=AccountLine,
    errors=(403, 404, 409),
    summary="不予核实收款账户",
)
def refuse(call: Call, account_id: int) -> AccountLine:
    """Money goes on to the one before."""
    return bank_accounts.decide(call.who, account_id, False, call.now)


@route(
    area,
    "POST",
    "/bank-templates",
    permission="payout:make",
    body=BankTemplateBody,
    answer=TemplateLine,
    status=201,
    summary="新增银行文件模板",
)
def add_template(call: Call, body: Mapping[str, Any]) -> TemplateLine:
    """Never changed afterwards: a batch's file stays what it was."""
    data = {name: value for name, value in body.items() if name != "name"}
    return bank_templates.add(call.who, body["name"], data, call.now)


@route(
    area,
    "GET",
    "/bank-templates",
    permission="payout:make",
    query=PageQuery,
    answer=Page[TemplateLine],
    summary="银行文件模板列表",
)
def template_list(_call: Call, query: Mapping[str, Any]) -> Page[TemplateLine]:
    """Newest first."""
    found = bank_templates.listed(paging.number(query["cursor"]), query["limit"] + 1)
    return paging.page(found, query["limit"], lambda line: (line.id,))


@route(
    area,
    "POST",
    "/payout-batches",
    permission="payout:make",
    body=BatchBody,
    answer=Batch,
    status=201,
    errors=(404, 409),
    summary="生成付款批次",
)
def make(call: Call, body: Mapping[str, Any]) -> Batch:
    """Invoiced statements of dealers with a verified account, each in one living payment."""
    asked = body["key"], body["template_id"], body["statement_ids"]
    return payouts.make(call.who, *asked, call.now)


@route(
    area,
    "GET",
    "/payout-batches",
    permission="payout:make",
    query=PageQuery,
    answer=Page[Batch],
    summary="付款批次列表",
)
def batch_list(_call: Call, query: Mapping[str, Any]) -> Page[Batch]:
    """Newest first, with what the banks have answered so far."""
    found = payouts.batches(paging.number(query["cursor"]), query["limit"] + 1)
    return paging.page(found, query["limit"], lambda batch: (batch.id,))


@route(
    area,
    "GET",
    "/payout-batches/<id:batch_id>/file",
    permission="payout:make",
    errors=(404, 409),
    media="text/csv",
    summary="下载银行付款文件",
)
def file(call: Call, batch_id: int) -> Response:
    """Always the same bytes; each download is on record."""
    response = attached(payouts.file(call.who, batch_id, call.now), f"payout-{batch_id}.csv")
    response.headers["Cache-Control"] = "no-store"
    return response


@route(
    area,
    "POST",
    "/payout-batches/<id:batch_id>/result",
    permission="payout:make",
    body=ResultForm,
    answer=ResultRead,
    errors=(404, 409),
    max_body=MOST_BYTES,
    summary="导入银行结果文件",
)
def read_result(call: Call, form: Mapping[str, Any], batch_id: int) -> ResultRead:
    """Paid: posted. Failed: free for another batch. Anything else is listed among the differences."""
    data = form["file"].stream.read()
    return payouts.read_result(call.who, batch_id, data, form["paid_on"], call.now)


@route(
    area,
    "POST",
    "/payout-differences/notes",
    permission="payout:make",
    body=DifferenceNote,
    answer=PayoutDifference,
    status=201,
    errors=(404,),
    summary="说明差异",
)
def note(call: Call, body: Mapping[str, Any]) -> PayoutDifference:
    """What finance found it to be: it stays in the list with the words and is no alarm any more."""
    return payout_check.note(call.who, body["key"], body["memo"], call.now)


@route(
    area,
    "GET",
    "/payout-differences",
    permission="payout:make",
    answer=Differences,
    summary="总账、付款与银行、微信结果的差异",
)
def differences(call: Call) -> Differences:
    """As they are now; the nightly run `payout_check` counts the same."""
    return Differences(tuple(payout_check.differences(call.now)))
