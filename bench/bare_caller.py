"""Who asks the bare route: a story of one step that learns nothing."""

from __future__ import annotations

from typing import Any

from bench.crowd import Request


class Caller:
    """Asks again and again, with a body like a deed's."""

    def request(self, _step: str) -> Request:
        """A POST with the headers of ours."""
        return Request("POST", "/bare", "a-token-that-nobody-reads", b'{"installer_id": 7}')

    def heard(self, _step: str, _answer: Any) -> None:
        """Nothing to learn."""
