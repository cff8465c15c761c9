"""Who asks for promises: another place and another product every time."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

from bench.crowd import Request


class Asker:
    """One client's questions, drawn anew from its own seed."""

    def __init__(self, seed: int, skus: Sequence[str], places: Sequence[str]) -> None:
        self._drawn = random.Random(seed)
        self._skus, self._places = list(skus), list(places)

    def request(self, _step: str) -> Request:
        """POST /promises for one product in one division, with the customer's point."""
        drawn = self._drawn
        point = {"lng": 105 + drawn.random() * 15, "lat": 25 + drawn.random() * 15, "datum": "gcj02"}
        asked = {
            "lines": [{"sku": drawn.choice(self._skus)}],
            "division_code": drawn.choice(self._places),
            "point": point,
        }
        return Request("POST", "/api/v1/promises", body=json.dumps(asked).encode())

    def heard(self, _step: str, answer: Any) -> None:
        """A promise it must be."""
        assert answer["answer"]["lines"]
