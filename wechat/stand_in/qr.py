"""getwxacodeunlimit: a real PNG QR code.

What it encodes also travels in a text chunk, so `scan` needs no decoder.
"""

from __future__ import annotations

import io
import json
import re
import struct
import zlib

import segno

from wechat.stand_in.replies import ApiError, Call, Json

_SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}")
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_KEYWORD = b"wxsim\x00"


def create(call: Call) -> bytes:
    """PNG bytes, or 40169/40129 for the scene, 41030 for the page, 45009 past 5,000 a minute."""
    body, app = call.body, call.app
    if call.world.hit(f"qr/{app.appid}", 60) > app.limits.qr_per_minute:
        raise ApiError(45009)
    scene, page = body.get("scene"), body.get("page", "")
    if not isinstance(scene, str) or not scene or len(scene) > 32:
        raise ApiError(40169, "invalid length for scene, or the data is not json string")
    if not _SCENE.fullmatch(scene):
        raise ApiError(40129)
    _check_page(body, page, app.pages)
    width = body.get("width", 430)
    if not isinstance(width, int) or not 280 <= width <= 1280:
        raise ApiError(47003, "argument invalid! width invalid")
    env = body.get("env_version", "release")
    if env not in ("release", "trial", "develop"):
        raise ApiError(47003, "argument invalid! env_version invalid")
    return draw({"appid": app.appid, "scene": scene, "page": page, "env_version": env}, width)


def _check_page(body: Json, page: object, pages: set[str]) -> None:
    if not isinstance(page, str) or page.startswith("/") or "?" in page:
        raise ApiError(41030)
    if page and body.get("check_path", True) is not False and page not in pages:
        raise ApiError(41030)


def draw(payload: Json, width: int) -> bytes:
    """A PNG of about `width` pixels."""
    text = "wxsim://{appid}/{page}?scene={scene}&env={env_version}".format(**payload)
    code = segno.make_qr(text, error="m")
    modules = code.symbol_size(border=2)[0]
    out = io.BytesIO()
    code.save(out, kind="png", scale=max(1, width // modules), border=2, dark="#0b5d3b")
    return _with_text(out.getvalue(), json.dumps(payload).encode())


def scan(png: bytes) -> Json | None:
    """The payload of an image made by `draw`, or None."""
    if not png.startswith(_SIGNATURE):
        return None
    at = len(_SIGNATURE)
    while at + 12 <= len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        kind, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        if kind == b"tEXt" and data.startswith(_KEYWORD):
            found: Json = json.loads(data[len(_KEYWORD) :])
            return found
        at += 12 + size
    return None


def _with_text(png: bytes, text: bytes) -> bytes:
    """The chunk goes before IEND, the last 12 bytes."""
    data = b"tEXt" + _KEYWORD + text
    chunk = struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
    return png[:-12] + chunk + png[-12:]
