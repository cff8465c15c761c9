"""A statement as it is printed: the words and sums of the screen, in rows for a spreadsheet and for paper.

Lines in `groups` are in the total, lines in `contested` are not; every sum is of the lines above it.
"""

from __future__ import annotations

from dataclasses import dataclass

from domain.money import percent, yuan

HEADS = ("分录", "工单", "说明", "金额", "未税金额", "税率", "税额")


@dataclass(frozen=True, slots=True)
class Row:
    """One line, in fen; `net_fen` + `tax_fen` = `amount_fen`."""

    entry_id: int
    job_id: int | None
    memo: str
    amount_fen: int
    net_fen: int
    tax_fen: int
    tax_bp: int
    tax_inclusive: bool

    @property
    def rate(self) -> str:
        """6%, or 6% 另计 where the tax is a line of its own."""
        return percent(self.tax_bp) + ("" if self.tax_inclusive else " 另计")


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of one kind under its title."""

    title: str
    rows: tuple[Row, ...]

    @property
    def sums(self) -> tuple[int, int, int]:
        """Amount, net, tax."""
        return (
            sum(row.amount_fen for row in self.rows),
            sum(row.net_fen for row in self.rows),
            sum(row.tax_fen for row in self.rows),
        )


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole: what stands above, the parts, the doubts, what stands below (label and fen)."""

    title: str
    facts: tuple[tuple[str, str], ...]
    groups: tuple[Part, ...]
    contested: Part
    totals: tuple[tuple[str, int], ...]


def printed(sheet: Sheet) -> dict[str, object]:
    """Everything as text for who draws it: amounts as ¥80.00."""
    parts = [*sheet.groups, *([sheet.contested] if sheet.contested.rows else [])]
    return {
        "title": sheet.title,
        "facts": sheet.facts,
        "heads": HEADS,
        "parts": [
            {
                "title": part.title,
                "rows": [_words(row) for row in part.rows],
                "sums": [yuan(fen) for fen in part.sums],
            }
            for part in parts
        ],
        "totals": [(label, yuan(fen)) for label, fen in sheet.totals],
    }


def _words(row: Row) -> tuple[str, ...]:
    job = "" if row.job_id is None else str(row.job_id)
    amounts = yuan(row.amount_fen), yuan(row.net_fen), row.rate, yuan(row.tax_fen)
    return (str(row.entry_id), job, row.memo, *amounts)
