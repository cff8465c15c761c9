"""How long personal data is kept, what would go now, the proof of what went, and orders to keep it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from api import paging, routes
from api.paging import Page
from api.routes import Call, route
from api.schemas.base import PageQuery
from api.schemas.retention import HoldBody, HoldQuery, LiftBody
from domain.retention import NAMES
from services import erasure_proof, legal_holds, retention
from services.erasure_proof import RecordLine
from services.legal_holds import LegalHold
from services.retention import PurgePreview

area = routes.area("retention", "数据保存期限")


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """A kind of data, and for how many months after the end it is kept."""

    kind: str
    name: str
    months: int
    rule: str


@dataclass(frozen=True, slots=True)
class RetentionRules:
    """All kinds."""

    items: tuple[RetentionRule, ...]


@route(area, "GET", "/retention", permission="retention:read", answer=RetentionRules, summary="保存期限")
def rules(_: Call) -> RetentionRules:
    """As the settings have them; `rule` is what a record of erasure names."""
    found = retention.rules().values()
    return RetentionRules(
        tuple(RetentionRule(rule.kind, NAMES[rule.kind], rule.months, rule.version) for rule in found)
    )


@route(
    area,
    "GET",
    "/retention/preview",
    permission="retention:read",
    answer=PurgePreview,
    summary="到期数据预览",
)
def preview(call: Call) -> PurgePreview:
    """A dry run: what would be erased now, and what is kept although its term is over, with the reasons."""
    return retention.preview(call.now)


@route(
    area,
    "GET",
    "/retention/records",
    permission="retention:read",
    query=PageQuery,
    answer=Page[RecordLine],
    summary="删除记录",
)
def records(_: Call, query: Mapping[str, Any]) -> Page[RecordLine]:
    """Newest first, by term and on request. Each holds the hash of the one before."""
    found = erasure_proof.listed(paging.number(query["cursor"]), query["limit"] + 1)
    return paging.page(found, query["limit"], lambda line: (line.seq,))


@route(
    area,
    "GET",
    "/legal-holds",
    permission="hold:read",
    query=HoldQuery,
    answer=Page[LegalHold],
    summary="依法保留列表",
)
def hold_list(call: Call, query: Mapping[str, Any]) -> Page[LegalHold]:
    """Newest first: who laid it when and why, who lifted it. Agents see those of their channels."""
    before = paging.number(query["cursor"])
    found = legal_holds.listed(call.who, query["open"], query["job_id"], before, query["limit"] + 1)
    return paging.page(found, query["limit"], lambda hold: (hold.id,))


@route(
    area,
    "POST",
    "/jobs/<id:job_id>/legal-hold",
    permission="job:hold_data",
    body=HoldBody,
    answer=LegalHold,
    status=201,
    errors=(404,),
    summary="依法保留客户数据",
)
def place(call: Call, body: Mapping[str, Any], job_id: int) -> LegalHold:
    """While it stands, nothing about the job's customer is erased: not when the term is over, not on request."""
    return legal_holds.place(call.who, job_id, body["reason"], body["reference"], call.now)


@route(
    area,
    "POST",
    "/legal-holds/<id:hold_id>/lift",
    permission="hold:lift",
    body=LiftBody,
    answer=LegalHold,
    errors=(404, 409),
    summary="解除保留",
)
def lift(call: Call, body: Mapping[str, Any], hold_id: int) -> LegalHold:
    """What is due goes with the next run. 409 `already_lifted`."""
    return legal_holds.lift(call.who, hold_id, body["reason"], call.now)
