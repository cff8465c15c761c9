"""A built application of pages: one page for all its addresses, and the files a build made. Without them it says so.

The page is handed out with a fresh nonce for the styles that its components write; scripts come from our own files
alone. Files carry a hash in their names, so browsers keep them for ever.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import EXCLUDE

from api import routes
from api.routes import Call, route
from api.schemas.base import Shape
from domain.errors import NotFound
from services.config import Config, config

ROOT = Path(__file__).parents[1]
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}
NONCE = b"__NONCE__"  # what the build leaves in the page
KEPT = "public, max-age=31536000, immutable"
WORKER = "sw.js"
DONE = "made-of"  # what a build removes first and writes last, in `dist` or beside it


class Filters(Shape):
    """Whatever stands in the address is the page's own: its script reads it, the server does not."""

    class Meta:
        unknown = EXCLUDE


@dataclass(frozen=True, slots=True)
class Asset:
    """A built file, as it is and packed."""

    media: str
    plain: bytes
    packed: bytes | None


@dataclass(frozen=True, slots=True)
class Made:
    """What was read of one build, and of which."""

    build: int | None
    page: bytes
    assets: Mapping[str, Asset]


@dataclass(frozen=True)
class Built:
    """What a build left in `dist`, read once for each build that was finished; of the ones before the files stay.

    `more`: what its page's policy allows beyond every page's.
    """

    dist: Path
    absent: type[NotFound]
    more: str = ""

    @property
    def stands(self) -> bool:
        """Whether there is a page."""
        return "made" in vars(self) or (self.dist / "index.html").exists()

    @property
    def made(self) -> Made:
        """The page, its nonce still to be filled in, and by name the files of the kinds it asks for.

        Whoever opened the page of an earlier build still finds its files. The `absent` error until there is a build.
        """
        before: Made | None = vars(self).get("made")
        build = self._finished()
        if before is None or build not in (None, before.build):
            vars(self)["made"] = before = self._read(build, before.assets if before else {})
        return before

    def _finished(self) -> int | None:
        """Which build; None while one is under way."""
        marks = (folder / DONE for folder in (self.dist, self.dist.parent))
        return next((mark.stat().st_mtime_ns for mark in marks if mark.exists()), None)

    def _read(self, build: int | None, before: Mapping[str, Asset]) -> Made:
        page = self.dist / "index.html"
        if not page.exists():
            raise self.absent
        files = [*(self.dist / "assets").glob("*"), *self.dist.glob(WORKER)]
        found = {path.name: _asset(path) for path in files if path.suffix in KINDS}
        return Made(build, page.read_bytes(), {**before, **found})

    def file(self, name: str, kept: str = KEPT) -> Response:
        """One file; `NotFound` for what the build did not make."""
        found = self.made.assets.get(name)
        if found is None:
            raise NotFound
        packed = found.packed if "gzip" in request.accept_encodings else None
        response = Response(packed or found.plain, mimetype=found.media)
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = kept
        return response

    def shown(self) -> Response:
        """The page under a policy of its own."""
        nonce = secrets.token_urlsafe(16)
        response = Response(self.made.page.replace(NONCE, nonce.encode()), mimetype="text/html")
        response.headers["Content-Security-Policy"] = policy(nonce, config(), self.more)
        response.headers["Cache-Control"] = "no-store"
        return response


def _asset(path: Path) -> Asset:
    packed = path.with_name(path.name + ".gz")
    return Asset(KINDS[path.suffix], path.read_bytes(), packed.read_bytes() if packed.exists() else None)


def policy(nonce: str, config: Config, more: str = "") -> str:
    """What the page may do: talk to us alone, run our files alone, stand in nobody's frame, and `more`."""
    photos = ""
    if config.photo_store_links:
        where = urlsplit(config.photo_store_endpoint)
        photos = f" {where.scheme}://{where.netloc}"
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; connect-src 'self'; "
        f"img-src 'self' data: blob:{photos}; {more}base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


def hand_out(name: str, title: str, prefix: str, built: Built) -> Blueprint:
    """The routes of a built application: its files, its page at `prefix/` and at every address below."""
    area = routes.area(name, title, prefix=prefix)

    @route(
        area,
        "GET",
        "/assets/<string:name>",
        permission="docs:read",
        media="text/javascript, text/css",
        summary=f"{title}的文件",
        errors=(404,),
    )
    def asset(_: Call, name: str) -> Response:
        """Kept by browsers for ever: another content has another name."""
        return built.file(name)

    page: dict[str, Any] = {
        "permission": "docs:read",
        "media": "text/html",
        "query": Filters,
        "errors": (404,),
    }

    @route(area, "GET", "/", summary=title, **page)
    def home(_: Call, query: Mapping[str, Any]) -> Response:
        """The page; the script in it reads the address."""
        return built.shown()

    @route(area, "GET", "/<path:address>", summary=f"{title}的各页", **page)
    def elsewhere(_: Call, query: Mapping[str, Any], address: str) -> Response:
        """The same page at every address below, so that links and reloads work."""
        return built.shown()

    return area
