"""The rules that photos and jobs are judged by: versions per category, from a day on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import paging, routes
from api.paging import Page
from api.routes import Call, route
from api.schemas.base import PageQuery
from api.schemas.evidence_policies import PolicyVersionBody, PolicyWantedBody
from services import evidence_policies
from services.evidence_policies import PolicyPreview, PolicyVersionLine, PolicyWanted

area = routes.area("evidence_policies", "照片核查规则")


@route(
    area,
    "GET",
    "/evidence-policies",
    permission="evidence_policy:read",
    query=PageQuery,
    answer=Page[PolicyVersionLine],
    summary="照片核查规则的全部版本",
)
def evidence_policy_list(_: Call, query: Mapping[str, Any]) -> Page[PolicyVersionLine]:
    """Version 1 is what ships, with every setting; the others say only what differs."""
    first = paging.number(query["cursor"]) or 0
    lines = evidence_policies.listed(first, query["limit"] + 1)
    return paging.page(lines, query["limit"], lambda line: (line.version,))


@route(
    area,
    "POST",
    "/evidence-policies/preview",
    permission="evidence_policy:edit",
    body=PolicyWantedBody,
    answer=PolicyPreview,
    summary="预览照片核查规则",
)
def evidence_policy_preview(call: Call, body: PolicyWanted) -> PolicyPreview:
    """What the last month's photos would have got; nothing is written."""
    return evidence_policies.preview(body, call.now)


@route(
    area,
    "POST",
    "/evidence-policies",
    permission="evidence_policy:edit",
    body=PolicyVersionBody,
    answer=PolicyVersionLine,
    status=201,
    errors=(409,),
    summary="新增照片核查规则版本",
)
def evidence_policy_write(call: Call, body: Mapping[str, Any]) -> PolicyVersionLine:
    """For good, from now or a later moment on; findings made before keep their version."""
    return evidence_policies.write(call.who, body["policy"], body["reason"], call.now)
