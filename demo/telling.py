"""The story on a terminal: who did what, what was flagged, tables whose columns stand under each other.

Chinese characters are two columns wide, so padding counts columns. Colours only where somebody looks.
"""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime

from domain.calendar import SHANGHAI

STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}
MARKS = {
    "ok": ("✓", "green"),
    "no": ("✗", "red"),
    "flag": ("⚑", "yellow"),
    "msg": ("✉", "blue"),
    "": (" ", "dim"),
}
WHO_COLUMNS = 9


def width(text: str) -> int:
    """Columns a text takes on a terminal."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def fit(text: str, columns: int, right: bool = False) -> str:
    """The text in exactly so many columns, cut with … where it is longer."""
    while width(text) > columns:
        text = text.rstrip("…")[:-1] + "…"
    space = " " * (columns - width(text))
    return space + text if right else text + space


def yuan(fen: int) -> str:
    """12345 → ¥123.45, −500 → −¥5.00."""
    return f"{'−' if fen < 0 else ''}¥{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


class Telling:
    """Prints; `quiet` keeps lines for tests instead."""

    def __init__(self, quiet: bool = False) -> None:
        self.lines: list[str] = []
        self._quiet = quiet
        self._colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ

    def say(self, text: str = "") -> None:
        """One line."""
        self.lines.append(text)
        if not self._quiet:
            print(text, flush=True)

    def chapter(self, number: str, title: str) -> None:
        """A new part of the story."""
        self.say()
        self.say(self.dye(f"━━ {number} {title} ".ljust(12) + "━" * max(4, 86 - width(title)), "bold"))

    def step(self, when: datetime, who: str, text: str, mark: str = "") -> None:
        """`14日 09:30  王师傅     ✓ …`; `mark` is ok, no, flag or msg."""
        sign, colour = MARKS[mark]
        at = when.astimezone(SHANGHAI)
        moment = self.dye(f"{at.month:2d}月{at.day:02d}日 {at:%H:%M}", "dim")
        self.say(f"  {moment}  {self.dye(fit(who, WHO_COLUMNS), 'cyan')} {self.dye(sign, colour)} {text}")

    def more(self, text: str, mark: str = "") -> None:
        """A line that belongs to the step before."""
        sign, colour = MARKS[mark]
        self.say(" " * (17 + WHO_COLUMNS) + f"{self.dye(sign, colour)} {self.dye(text, 'dim')}")

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[str]], money: Sequence[int] = ()) -> None:
        """Columns as wide as they need; those in `money` stand right."""
        body = [[str(cell) for cell in row] for row in rows]
        widths = [max(map(width, column)) for column in zip(heads, *body, strict=True)]
        head = "  ".join(fit(cell, widths[i], i in money) for i, cell in enumerate(heads))
        self.say(f"    {self.dye(head.rstrip(), 'bold')}")
        for row in body:
            line = "  ".join(fit(cell, widths[i], i in money) for i, cell in enumerate(row))
            self.say(f"    {line.rstrip()}")

    def dye(self, text: str, style: str) -> str:
        """Coloured, where somebody looks."""
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if self._colour else text
