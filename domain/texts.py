"""Marks that turn the direction of text around: nobody types them, yet phone books paste them around numbers, and they
let a name show other words than it holds."""

from __future__ import annotations

_TURNING = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))


def straight(text: str) -> str:
    """The text without them: "\\u202d138 0013 8000\\u202c" → "138 0013 8000"."""
    return text if text.isascii() else text.translate(_TURNING)
