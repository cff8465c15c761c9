"""The text of a PDF as a reader copies it out: streams inflated, glyphs read by the document's own table."""

from __future__ import annotations

import re
import zlib

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_PAIRS = re.compile(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]+)>")
_RANGES = re.compile(rb"<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]+)>")
_SHOWN = re.compile(rb"(?:\(((?:\\.|[^\\)])*)\)|<([0-9A-Fa-f\s]*)>)\s*Tj|\[(.*?)\]\s*TJ", re.DOTALL)
_PIECE = re.compile(rb"\(((?:\\.|[^\\)])*)\)|<([0-9A-Fa-f]*)>", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _streams(pdf: bytes) -> list[bytes]:
    found = []
    for raw in _STREAM.findall(pdf):
        try:
            found.append(zlib.decompress(raw))
        except zlib.error:
            found.append(raw)
    return found


def _glyphs(cmaps: list[bytes]) -> dict[int, str]:
    known: dict[int, str] = {}
    for cmap in cmaps:
        for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
            for first, last, to in _RANGES.findall(block):
                start = int(to, 16)
                known |= {
                    code: chr(start + code - int(first, 16))
                    for code in range(int(first, 16), int(last, 16) + 1)
                }
        for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
            known |= {
                int(code, 16): bytes.fromhex(to.decode()).decode("utf-16-be")
                for code, to in _PAIRS.findall(block)
            }
    return known


def _bytes(piece: tuple[bytes, bytes]) -> bytes:
    literal, digits = piece
    if digits:
        return bytes.fromhex(digits.decode())
    return re.sub(rb"\\(.)", lambda hit: _ESCAPED.get(hit[1], hit[1]), literal, flags=re.DOTALL)


def text_of(pdf: bytes) -> list[str]:
    """Every string shown, in order."""
    streams = _streams(pdf)
    known = _glyphs([stream for stream in streams if b"begincmap" in stream])
    shown = []
    for stream in streams:
        if b"BT" not in stream or b"begincmap" in stream:
            continue
        for literal, digits, array in _SHOWN.findall(stream):
            pieces = _PIECE.findall(array) if array else [(literal, digits)]
            raw = b"".join(_bytes(piece) for piece in pieces)
            codes = [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]
            shown.append("".join(known.get(code, "?") for code in codes))
    return shown
