"""One job's evidence as a file: signed and verifiable as a ZIP, readable as a PDF."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from werkzeug.wsgi import wrap_file

from api import routes
from api.files import attached
from api.routes import Call, route
from api.schemas.evidence_packs import PackFormat, PackQuery, SectionSlotsBody
from domain import packs
from services import evidence_packs, pack_layouts, subjects
from services.evidence_packs import PackKeys
from services.pack_layouts import PackLayouts, SectionSlots
from services.parts.pack_manifest import Manifest, Wish

area = routes.area("evidence_packs", "证据包")


@route(
    area,
    "GET",
    "/jobs/<id:job_id>/evidence-pack",
    permission="evidence_pack:read",
    query=PackQuery,
    errors=(404, 409, 429, 503),
    media="application/zip, application/pdf",
    summary="导出工单证据包",
)
def evidence_pack(call: Call, query: Mapping[str, Any], job_id: int) -> Response:
    """Streamed; every photo in it counts as looked at. What is missing is in the pack and in the header
    `Evidence-Missing` (`before=2, after=1`). 409 `pack_of_another_platform`, `pack_empty`, `no_pack_key`.
    """
    reason = query["reason"].value if query["reason"] else None
    wish = Wish(query["kind"], query["originals"], reason)
    made = evidence_packs.prepare(call.who, job_id, wish, call.now, subjects.reveal)
    return _answer(made, query["format"])


def _answer(made: Manifest, format_: PackFormat) -> Response:
    if format_ is PackFormat.PDF:
        content = wrap_file(request.environ, evidence_packs.printed(made))
    else:
        content = evidence_packs.zipped(made)
    name = f"evidence-{made.job.id}-{made.kind}.{format_.value}"
    response = attached(content, name, f"application/{format_.value}")
    response.headers["Cache-Control"] = "no-store"
    if made.missing:
        response.headers["Evidence-Missing"] = packs.told(made.missing)
    return response


@route(
    area,
    "GET",
    "/evidence-pack-keys",
    permission="evidence_pack:verify",
    answer=PackKeys,
    summary="证据包验签公钥",
)
def evidence_pack_keys(_: Call) -> PackKeys:
    """Ed25519 public keys, the current one first, then those that packs were signed with before."""
    return evidence_packs.keys()


@route(
    area,
    "GET",
    "/evidence-pack-layouts",
    permission="evidence_pack:read",
    answer=PackLayouts,
    summary="证据包的内容规则",
)
def evidence_pack_layouts(call: Call) -> PackLayouts:
    """What each kind of pack holds, and the slots that channels have named for it."""
    return pack_layouts.listed(call.who)


@route(
    area,
    "POST",
    "/evidence-pack-layouts",
    permission="evidence_pack:arrange",
    body=SectionSlotsBody,
    answer=SectionSlots,
    errors=(422,),
    summary="设置渠道证据包的拍照项",
)
def evidence_pack_arrange(call: Call, body: SectionSlots) -> SectionSlots:
    """Which slots fill a section of one channel's packs, the wanted ones first; none: its phases decide again."""
    return pack_layouts.put(call.who, body, call.now)
