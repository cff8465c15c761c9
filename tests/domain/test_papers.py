"""Which files are papers."""

from __future__ import annotations

import pytest

from domain.papers import MOST_BYTES, MOST_PAPERS, BadPaper, check_room, media_of


def test_papers_are_told_by_their_bytes_and_counted() -> None:
    """PDF, JPEG and PNG; nothing else, nothing over 5 MB, no eleventh."""
    assert media_of(b"%PDF-1.4") == "application/pdf"
    assert media_of(b"\x89PNG\r\n\x1a\n") == "image/png"
    for data in (b"<html>", b"", b"%PDF-" + bytes(MOST_BYTES)):
        with pytest.raises(BadPaper):
            media_of(data)
    check_room(MOST_PAPERS - 1)
    with pytest.raises(BadPaper):
        check_room(MOST_PAPERS)
