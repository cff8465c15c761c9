"""One line of coverage as a file or an admin tells it, and what speaks against it (domain.md §3)."""

from __future__ import annotations

from dataclasses import dataclass

ZONES = {"免费": "free", "远程": "remote", "不服务": "none", "取消": None}
"""What a file says of a place; 取消 takes the line away."""
YES_NO = {"是": True, "否": False, "": False}
FARTHEST_M = 500_000
DEAREST_FEN = 10_000


@dataclass(frozen=True, slots=True)
class Key:
    """What a line is about: dealer and category by code, division by code."""

    dealer: str
    category: str
    division: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds there. `free_m` and `per_km_fen` replace the fee rule's, where they are said."""

    zone: str
    territory_owner: bool = False
    free_m: int | None = None
    per_km_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A row: what holds from now on, None to take the line away."""

    key: Key
    terms: Terms | None
