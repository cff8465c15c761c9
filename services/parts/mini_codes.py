"""Mini-program codes: pictures that, scanned in WeChat, open the page where something is claimed."""

from __future__ import annotations

import base64
from typing import Protocol

from domain.notices import CLAIM_PAGE


class WeChat(Protocol):
    """The part of `wechat.gateway.Gateway` that codes need."""

    def qr_code(self, scene: str, page: str) -> bytes:
        """A mini-program code as JPEG or PNG bytes."""


def drawn(wechat: WeChat, scene: str) -> tuple[str, str]:
    """(media type, base64). WeChat's errors as they come."""
    image = wechat.qr_code(scene, CLAIM_PAGE)
    media = "image/png" if image.startswith(b"\x89PNG") else "image/jpeg"
    return media, base64.b64encode(image).decode()
