"""Offline sales of a year: declared with papers, verified by finance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from api import paging, routes
from api.files import attached
from api.paging import Page
from api.routes import Call, route
from api.schemas.alliance import DeclarationBody, DeclarationQuery, PaperForm, RefuseBody, VerifyBody
from domain.papers import MEDIA, MOST_BYTES
from services import declarations
from services.queries import declarations as reads
from services.queries.declarations import Attached, Declaration, DeclarationDetails

area = routes.area("declarations", "线下销售额申报")
ONE = "/alliance/declarations/<id:declaration_id>"
MAX_BODY = MOST_BYTES + 64 * 1024  # the largest paper and its form


@route(
    area,
    "GET",
    "/alliance/declarations",
    permission="declaration:read",
    query=DeclarationQuery,
    answer=Page[Declaration],
    errors=(404,),
    summary="申报列表",
)
def declaration_list(call: Call, query: Mapping[str, Any]) -> Page[Declaration]:
    """Newest first, those that wait oldest first; an owner its own."""
    before, wanted = paging.number(query["cursor"]), (query["dealer_id"], query["year"], query["state"])
    found = reads.declarations(call.who, *wanted, before, query["limit"] + 1)
    return paging.page(found, query["limit"], lambda one: (one.id,))


@route(
    area,
    "POST",
    "/alliance/declarations",
    permission="declaration:make",
    body=DeclarationBody,
    answer=Declaration,
    status=201,
    errors=(404, 409),
    summary="申报线下销售额",
)
def declare(call: Call, body: Mapping[str, Any]) -> Declaration:
    """One figure per year and market of one's own; until it is verified a later one replaces it."""
    given = (body["dealer_id"], body["year"], body["division_code"], body["declared_fen"])
    return declarations.declare(call.who, *given, call.now)


@route(
    area,
    "GET",
    ONE,
    permission="declaration:read",
    answer=DeclarationDetails,
    errors=(404,),
    summary="申报详情",
)
def declaration_page(call: Call, declaration_id: int) -> DeclarationDetails:
    """With its papers."""
    return reads.declaration(call.who, declaration_id)


@route(
    area,
    "POST",
    f"{ONE}/files",
    permission="declaration:make",
    body=PaperForm,
    answer=Attached,
    status=201,
    errors=(404, 409),
    max_body=MAX_BODY,
    summary="上传申报附件",
)
def attach(call: Call, form: Mapping[str, Any], declaration_id: int) -> Attached:
    """PDF, JPEG or PNG, told by its bytes; ten at most, the same one once."""
    data = form["file"].stream.read(MOST_BYTES + 1)
    return declarations.attach(call.who, declaration_id, data, call.now)


@route(
    area,
    "GET",
    f"{ONE}/files/<id:file_id>",
    permission="declaration:read",
    errors=(404,),
    media=", ".join(MEDIA),
    summary="下载申报附件",
)
def paper(call: Call, declaration_id: int, file_id: int) -> Response:
    """The bytes as they came, to be saved."""
    found = reads.paper(call.who, declaration_id, file_id)
    return attached(found.data, f"declaration-{declaration_id}-{file_id}.{MEDIA[found.media]}", found.media)


@route(
    area,
    "POST",
    f"{ONE}/verify",
    permission="declaration:verify",
    body=VerifyBody,
    answer=Declaration,
    errors=(403, 404, 409),
    summary="核定申报",
)
def verify(call: Call, body: Mapping[str, Any], declaration_id: int) -> Declaration:
    """403 `four_eyes` for who entered it; 422 without a reason for another amount."""
    return declarations.verify(call.who, declaration_id, body["verified_fen"], body["reason"], call.now)


@route(
    area,
    "POST",
    f"{ONE}/refuse",
    permission="declaration:verify",
    body=RefuseBody,
    answer=Declaration,
    errors=(403, 404, 409),
    summary="退回申报",
)
def refuse(call: Call, body: Mapping[str, Any], declaration_id: int) -> Declaration:
    """The dealer declares anew; until then its year waits."""
    return declarations.refuse(call.who, declaration_id, body["reason"], call.now)
