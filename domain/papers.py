"""Papers handed in as evidence: what they may be, told by their bytes and not by their names."""

from __future__ import annotations

from collections.abc import Mapping

from domain.errors import Fault, Invalid

MOST_PAPERS, MOST_OF_DOUBTS, MOST_BYTES = 10, 50, 5 * 1024 * 1024
MEDIA: Mapping[str, str] = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
_BEGINNINGS = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)


class BadPaper(Invalid):
    """Neither PDF, JPEG nor PNG, too large, or one too many."""

    code = "bad_paper"
    title = "附件须为 PDF、JPEG 或 PNG，每份不超过 5 MB，每项最多 10 份，一张结算单的异议共最多 50 份"


def bad() -> BadPaper:
    """The refusal of a file."""
    return BadPaper(errors=[Fault("file", "bad_paper", BadPaper.title)])


def check_room(already: int, most: int = MOST_PAPERS) -> None:
    """`already`: how many others are there; `BadPaper` where they are enough."""
    if already >= most:
        raise bad()


def media_of(data: bytes) -> str:
    """What a paper is by its first bytes, whatever it is called; `BadPaper`."""
    found = next((media for beginning, media in _BEGINNINGS if data.startswith(beginning)), None)
    if found is None or len(data) > MOST_BYTES:
        raise bad()
    return found
