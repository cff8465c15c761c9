"""The console: one page for all its addresses, and the files that `make web` made. Without them it says so.

The page is handed out with a fresh nonce for the styles that its components write; scripts come from our own files
alone. Files carry a hash in their names, so browsers keep them for ever.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Response, request
from marshmallow import EXCLUDE

from api import routes
from api.routes import Call, route
from api.schemas.base import Shape
from domain.errors import NotFound
from services.config import Config, config

DIST = Path(__file__).parents[1] / "console" / "dist"
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
NONCE = b"__NONCE__"  # what vite.config.ts leaves in the page


class Filters(Shape):
    """Whatever stands in the address is the page's own: its script reads it, the server does not."""

    class Meta:
        unknown = EXCLUDE


area = routes.area("console", "控制台", prefix="/console")


class NotBuilt(NotFound):
    """The API works without it."""

    code = "console_not_built"
    title = "控制台尚未生成，请运行 make web（接口不受影响）"


@dataclass(frozen=True, slots=True)
class Asset:
    """A built file, as it is and packed."""

    media: str
    plain: bytes
    packed: bytes | None


@cache
def _assets() -> dict[str, Asset]:
    """Read once per process; new ones need a restart, as the code does."""
    found = {}
    for path in (DIST / "assets").glob("*"):
        if path.suffix in KINDS:
            packed = path.with_name(path.name + ".gz")
            found[path.name] = Asset(
                KINDS[path.suffix], path.read_bytes(), packed.read_bytes() if packed.exists() else None
            )
    return found


@cache
def _page() -> bytes | None:
    page = DIST / "index.html"
    return page.read_bytes() if page.exists() else None


def policy(nonce: str, config: Config) -> str:
    """What the page may do: talk to us alone, run our files alone, stand in nobody's frame."""
    photos = ""
    if config.photo_store_links:
        where = urlsplit(config.photo_store_endpoint)
        photos = f" {where.scheme}://{where.netloc}"
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; connect-src 'self'; "
        f"img-src 'self' data: blob:{photos}; font-src 'self'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


@route(
    area,
    "GET",
    "/assets/<string:name>",
    permission="docs:read",
    media="text/javascript, text/css",
    summary="控制台的文件",
    errors=(404,),
)
def asset(_: Call, name: str) -> Response:
    """Kept by browsers for ever: another content has another name."""
    found = _assets().get(name)
    if found is None:
        raise NotFound
    packed = found.packed if "gzip" in request.accept_encodings else None
    response = Response(packed or found.plain, mimetype=found.media)
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@route(
    area,
    "GET",
    "/",
    permission="docs:read",
    media="text/html",
    summary="控制台",
    query=Filters,
    errors=(404,),
)
def home(_: Call, query: Mapping[str, Any]) -> Response:
    """The page; the script in it reads the address."""
    return _shown()


@route(
    area,
    "GET",
    "/<path:address>",
    permission="docs:read",
    media="text/html",
    summary="控制台的各页",
    query=Filters,
    errors=(404,),
)
def elsewhere(_: Call, query: Mapping[str, Any], address: str) -> Response:
    """The same page at every address below, so that links and reloads work."""
    return _shown()


def _shown() -> Response:
    page = _page()
    if page is None:
        raise NotBuilt
    nonce = secrets.token_urlsafe(16)
    response = Response(page.replace(NONCE, nonce.encode()), mimetype="text/html")
    response.headers["Content-Security-Policy"] = policy(nonce, config())
    response.headers["Cache-Control"] = "no-store"
    return response
