"""Which files are papers."""

from __future__ import annotations

import pytest

from domain.papers import MOST_BYTES, MOST_PAPERS, BadPaper, media_of


def test_papers_are_told_by_their_bytes_and_counted() -> None:
    """PDF, JPEG and PNG; nothing else, nothing over 5 MB, no eleventh."""
    assert media_of(b"%PDF-1.4", 0) == "application/pdf"
    assert media_of(b"\x89PNG\r\n\x1a\n", MOST_PAPERS - 1) == "image/png"
    for data, already in [
        (b"<html>", 0),
        (b"", 0),
        (b"%PDF-" + bytes(MOST_BYTES), 0),
        (b"%PDF-", MOST_PAPERS),
    ]:
        with pytest.raises(BadPaper):
            media_of(data, already)
