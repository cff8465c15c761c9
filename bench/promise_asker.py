"""What the promise bench asks: another place and product every time; and the bare route's request."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence

from bench.bare_caller import Caller
from bench.crowd import Request


def questions(seed: int, skus: Sequence[str], places: Sequence[str], many: int) -> list[bytes]:
    """So many POST /promises of one client, each for one product in one division with the customer's point."""
    drawn = random.Random(seed)
    return [_question(drawn, skus, places) for _ in range(many)]


def _question(drawn: random.Random, skus: Sequence[str], places: Sequence[str]) -> bytes:
    point = {"lng": 105 + drawn.random() * 15, "lat": 25 + drawn.random() * 15, "datum": "gcj02"}
    asked = {"lines": [{"sku": drawn.choice(skus)}], "division_code": drawn.choice(places), "point": point}
    return Request("POST", "/api/v1/promises", body=json.dumps(asked).encode()).bytes()


def bare(many: int) -> list[bytes]:
    """So many requests to the bare route."""
    return [Caller().request("ask").bytes()] * many
