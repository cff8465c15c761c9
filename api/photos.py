"""Photos: uploaded by the installer, listed and looked at through short-lived links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, request
from werkzeug.wsgi import wrap_file

from api import paging, routes
from api.paging import Page
from api.routes import Call, route
from api.schemas.base import PageQuery
from api.schemas.photos import (
    CardsQuery,
    ComplaintPhotoForm,
    DirectFormBody,
    DirectPhotoBody,
    PhotoForm,
    WallQuery,
)
from domain.geo import Datum, Point
from services import complaint_photos, photo_direct, photo_reuse, photo_views, photos
from services.parts.photo_rows import Shot
from services.photo_reuse import SearchedAgain
from services.photo_views import Elsewhere, Served
from services.queries import photo_wall
from services.queries.photo_matches import PhotoMatches
from services.queries.photo_wall import PhotoIndex, PhotoWindow, Wanted
from services.queries.photos import PhotoCard, PhotoPage
from uploads.direct import PostForm

area = routes.area("photos", "现场照片")
MAX_BODY = 11 * 1024 * 1024  # the largest file and its form
SANDBOX = "default-src 'none'; frame-ancestors 'none'; sandbox"


@route(
    area,
    "POST",
    "/jobs/<id:job_id>/photos",
    permission="job:take_photo",
    body=PhotoForm,
    answer=PhotoCard,
    status=201,
    errors=(404, 409, 413, 415, 422, 503),
    max_body=MAX_BODY,
    summary="上传照片",
)
def upload(call: Call, form: Mapping[str, Any], job_id: int) -> PhotoCard:
    """The photo with its findings, so that it can be retaken at once. The same `client_id` is the same photo.

    After a redispatch or a cancel: 409 `job_changed`, and the photo is kept as evidence.
    """
    return photos.take_photo(call.who, job_id, _shot(form), form["file"].stream, call.now)


def _shot(form: Mapping[str, Any]) -> Shot:
    point = None
    if form["lng"] is not None:
        datum, source = Datum(form["datum"]), str(form["point_source"])
        point = Point(form["lng"], form["lat"], datum, form["accuracy_m"], source)
    return Shot(form["slot"], form["client_id"], str(form["capture"]), form["captured_at"], point)


@route(
    area,
    "POST",
    "/jobs/<id:job_id>/photo-forms",
    permission="job:take_photo",
    body=DirectFormBody,
    answer=PostForm,
    errors=(404, 409, 413, 422),
    summary="申请直传表单",
)
def direct_form(call: Call, body: Mapping[str, Any], job_id: int) -> PostForm:
    """A form of ten minutes with which the phone sends one photo straight to the store, `file` as its last part.

    409 `no_direct_upload` where photos lie in a folder: send it to us.
    """
    return photo_direct.offer(
        call.who, job_id, body["slot"], body["client_id"], body["content_type"], body["size_bytes"], call.now
    )


@route(
    area,
    "POST",
    "/jobs/<id:job_id>/photo-arrivals",
    permission="job:take_photo",
    body=DirectPhotoBody,
    answer=PhotoCard,
    status=201,
    errors=(404, 409, 413, 415, 422, 503),
    summary="直传完成",
)
def direct_photo(call: Call, body: Mapping[str, Any], job_id: int) -> PhotoCard:
    """The photo sent with the form: read, judged and answered like any upload. Said again, it is the same photo."""
    shot = _shot({**body, **(body["point"] or {"lng": None})})
    return photo_direct.arrived(call.who, job_id, shot, call.now, photos.take_photo)


@route(
    area,
    "POST",
    "/jobs/<id:job_id>/complaints/<id:complaint_id>/photos",
    permission="complaint:photograph",
    body=ComplaintPhotoForm,
    answer=PhotoCard,
    status=201,
    errors=(404, 409, 413, 415, 422, 503),
    max_body=MAX_BODY,
    summary="补充投诉照片",
)
def complaint_photo(call: Call, form: Mapping[str, Any], job_id: int, complaint_id: int) -> PhotoCard:
    """A customer's picture while his complaint is open; customer and brand see it. Same `client_id`, same photo."""
    shot = Shot("complaint", form["client_id"], str(form["capture"]), form["captured_at"])
    return complaint_photos.add(call.who, job_id, complaint_id, shot, form["file"].stream, call.now)


@route(
    area,
    "GET",
    "/jobs/<id:job_id>/photos",
    permission="photo:read",
    query=PageQuery,
    answer=Page[PhotoCard],
    errors=(404,),
    summary="工单照片列表",
)
def photo_list(call: Call, query: Mapping[str, Any], job_id: int) -> Page[PhotoCard]:
    """Oldest first, each with a link to its small rendition. Looked at by the brand, it is logged."""
    first = paging.number(query["cursor"])
    found = photo_views.listed(call.who, job_id, first, query["limit"], call.now)
    return paging.page(found, query["limit"], lambda card: (card.id,))


@route(
    area,
    "GET",
    "/photos",
    permission="photo:browse",
    query=WallQuery,
    answer=PhotoIndex,
    summary="照片墙",
)
def wall(call: Call, query: Mapping[str, Any]) -> PhotoIndex:
    """Which photos there are, the riskiest jobs first: ids only, at most 10,000; `GET /photo-cards` shows some."""
    return photo_wall.index(call.who, Wanted(**query))


@route(
    area,
    "GET",
    "/photo-cards",
    permission="photo:browse",
    query=CardsQuery,
    answer=PhotoWindow,
    summary="照片墙的一屏",
)
def cards(call: Call, query: Mapping[str, Any]) -> PhotoWindow:
    """The photos in sight with their jobs and links of ten minutes. Looked at, it is logged."""
    ids = tuple(int(one) for one in query["ids"].split(",")) if query["ids"] else ()
    return photo_views.window(call.who, ids, call.now)


@route(
    area,
    "GET",
    "/photos/<id:photo_id>",
    permission="photo:read",
    answer=PhotoPage,
    errors=(404,),
    summary="照片详情",
)
def photo_page(call: Call, photo_id: int) -> PhotoPage:
    """Facts, findings and links of ten minutes. Looked at by the brand, it is logged."""
    return photo_views.view(call.who, photo_id, call.now)


@route(
    area,
    "GET",
    "/photos/<id:photo_id>/matches",
    permission="photo:compare",
    answer=PhotoMatches,
    errors=(404,),
    summary="同图照片比对",
)
def photo_matches(call: Call, photo_id: int) -> PhotoMatches:
    """The jobs in which the same picture was handed in, with all it takes to lay one over the other. It is logged."""
    return photo_views.matches(call.who, photo_id, call.now)


@route(
    area,
    "DELETE",
    "/photos/<id:photo_id>",
    permission="job:take_photo",
    status=204,
    errors=(404, 409),
    summary="删除照片",
)
def delete_photo(call: Call, photo_id: int) -> None:
    """Before submit only. The photo fills its slot no more; it is kept."""
    photos.discard(call.who, photo_id, call.now)


@route(
    area,
    "GET",
    "/photo-files/<string:token>",
    permission="photo_file:read",
    errors=(302, 400, 403, 404, 503),
    media="image/jpeg",
    summary="照片文件",
)
def photo_file(call: Call, token: str) -> Response:
    """The picture behind a signed link, built anew from pixels in every size; 302 to the store's own address where a
    deployment has it so."""
    served = photo_views.open_file(token, call.now)
    if isinstance(served, Elsewhere):
        return _sent_on(served)
    seconds = int((served.expires_at - call.now).total_seconds())
    response = Response(
        wrap_file(request.environ, served.stream),
        mimetype=photo_views.CONTENT_TYPE,
        headers=_headers(served, seconds),
        direct_passthrough=True,
    )
    response.content_length = served.size_bytes
    return response


def _sent_on(elsewhere: Elsewhere) -> Response:
    """To the store's own address, which names no person and is kept by nobody."""
    headers = {"Location": elsewhere.url, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    return Response(status=302, headers=headers)


def _headers(served: Served, seconds: int) -> dict[str, str]:
    return {
        "Content-Disposition": f'inline; filename="{served.name}"',
        "Cache-Control": f"private, max-age={seconds}, immutable",
        "Content-Security-Policy": SANDBOX,
    }


@route(
    area,
    "POST",
    "/photo-searches",
    permission="photo:search_again",
    answer=SearchedAgain,
    status=202,
    summary="重新查找放弃过的照片",
)
def search_again(call: Call) -> SearchedAgain:
    """Everything whose search for earlier uses was given up after three tries is in the queue again."""
    return photo_reuse.again()
