"""What a setter of lines answers, whichever service sets them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Changed:
    """Whose lines, how many were ended and how many were set."""

    id: int
    ended: int
    added: int
