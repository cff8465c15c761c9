"""Papers to a statement: evidence for doubted lines, invoices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response

from api import paging, routes
from api.files import attached
from api.paging import Page
from api.routes import Call, route
from api.schemas.alliance import PaperForm
from api.schemas.base import PageQuery
from domain.papers import MEDIA, MOST_BYTES
from services import statement_papers
from services.queries import statement_papers as reads
from services.queries.statement_papers import StatementPaper

area = routes.area("statement-papers", "结算附件")
UPLOAD: dict[str, Any] = {
    "permission": "statement:attach",
    "body": PaperForm,
    "answer": StatementPaper,
    "status": 201,
    "errors": (404, 409),
    "max_body": MOST_BYTES + 64 * 1024,  # the largest paper and its form
}


@route(
    area,
    "POST",
    "/statements/<id:statement_id>/contests/<id:entry_id>/files",
    summary="上传异议证据",
    **UPLOAD,
)
def to_contest(call: Call, form: Mapping[str, Any], statement_id: int, entry_id: int) -> StatementPaper:
    """PDF, JPEG or PNG, told by its bytes, while the doubt is not answered; ten at most, the same one once."""
    data = form["file"].stream.read(MOST_BYTES + 1)
    return statement_papers.to_contest(call.who, statement_id, entry_id, data, call.now)


@route(area, "POST", "/statements/<id:statement_id>/invoice/files", summary="上传发票文件", **UPLOAD)
def to_invoice(call: Call, form: Mapping[str, Any], statement_id: int) -> StatementPaper:
    """The invoice that stands, as a file."""
    data = form["file"].stream.read(MOST_BYTES + 1)
    return statement_papers.to_invoice(call.who, statement_id, data, call.now)


@route(
    area,
    "GET",
    "/statements/<id:statement_id>/files",
    permission="statement:read",
    query=PageQuery,
    answer=Page[StatementPaper],
    errors=(404,),
    summary="结算附件列表",
)
def papers(call: Call, query: Mapping[str, Any], statement_id: int) -> Page[StatementPaper]:
    """Evidence and invoices in the order they came, with their hashes."""
    after = paging.number(query["cursor"]) or 0
    found = reads.listed(call.who, statement_id, after, query["limit"] + 1)
    return paging.page(found, query["limit"], lambda one: (one.id,))


@route(
    area,
    "GET",
    "/statements/<id:statement_id>/files/<id:paper_id>",
    permission="statement:read",
    errors=(404,),
    media=", ".join(MEDIA),
    summary="下载结算附件",
)
def paper(call: Call, statement_id: int, paper_id: int) -> Response:
    """The bytes as they are kept, to be saved."""
    found = reads.paper(call.who, statement_id, paper_id)
    return attached(found.data, f"statement-{statement_id}-{paper_id}.{MEDIA[found.media]}", found.media)
