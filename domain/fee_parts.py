"""One price and how it came about: what every rate of a fee rule is worked out to."""

from __future__ import annotations

from dataclasses import dataclass

ANY = "*"
"""In a row of a rule: whatever it is."""


@dataclass(frozen=True, slots=True)
class Part:
    """One price: fen and how they came about."""

    kind: str
    amount_fen: int
    text: str
