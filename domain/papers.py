"""Papers handed in as evidence: what they may be, told by their bytes and not by their names."""

from __future__ import annotations

from collections.abc import Mapping

from domain.errors import Fault, Invalid

MOST_PAPERS, MOST_BYTES = 10, 5 * 1024 * 1024
MEDIA: Mapping[str, str] = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
_BEGINNINGS = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


class BadPaper(Invalid):
    """Neither PDF, JPEG nor PNG, too large, or one too many."""

    code = "bad_paper"
    title = "附件须为 PDF、JPEG 或 PNG，每份不超过 5 MB，最多 10 份"


def bad() -> BadPaper:
    """The refusal of a file."""
    return BadPaper(errors=[Fault("file", "bad_paper", BadPaper.title)])


def media_of(data: bytes, already: int) -> str:
    """What a paper is by its first bytes, whatever it is called; `BadPaper`, also where `already` are enough."""
    found = next((media for beginning, media in _BEGINNINGS if data.startswith(beginning)), None)
    if found is None or len(data) > MOST_BYTES or already >= MOST_PAPERS:
        raise bad()
    return found
