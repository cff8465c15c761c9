"""A statement as a file has the sums of the screen and of the ledger."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from domain.errors import NotFound
from domain.money import fen, yuan
from services.queries import money as reads
from services.statement_files import pdf, xlsx
from services.statements import contest, draw
from tests.channels.pdf_text import text_of
from tests.rows import rows
from tests.services.money import APRIL_1, MARCH
from tests.services.test_settling import taxed
from tests.services.test_statements import post, statement
from tests.worlds import World


@pytest.fixture
def drawn(world: World) -> Any:
    """Three kinds of lines, one of them doubted, 6 % in all; a memo that begins like a formula."""
    taxed(600)
    one = world.dealers[0]
    post("=1+1", one, 8000)
    post("fee:2", one, 8001)
    doubted = post("fee:3", one, 700)
    post("late", one, -2000, kind="penalty")
    draw(MARCH, APRIL_1)
    contest(world.actor("owner1"), statement(one).id, [doubted], "？", APRIL_1)
    return statement(one)


def ledger_fen(dealer_id: int) -> int:
    """What the ledger owes the dealer, the doubted ¥7.00 aside."""
    sql = """SELECT -sum(amount_fen)::bigint AS fen FROM ledger_leg JOIN ledger_account a ON a.id = account_id
              WHERE a.code = :code"""
    return int(rows(sql, code=f"dealer_payable:{dealer_id}")[0].fen) - 700


def test_the_workbooks_cells_sum_to_the_screen_and_the_ledger(world: World, drawn: Any) -> None:
    """Numbers exact to the fen; the column of amounts without the doubts, and net and tax beside it."""
    book = openpyxl.load_workbook(io.BytesIO(xlsx(world.actor("owner1"), drawn.id)))
    cells = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    page = reads.statement(world.actor("owner1"), drawn.id)
    doubts = next(at for at, row in enumerate(cells) if row[0] == "有异议（不计入合计）")
    lines = [row for row in cells[:doubts] if isinstance(row[0], int)]
    sums = [sum(round(Decimal(str(row[column])) * 100) for row in lines) for column in (3, 4, 6)]
    totals = {
        row[2]: round(Decimal(str(row[3])) * 100) for row in cells[doubts:] if row[2] and row[0] in (None, "")
    }

    assert sums == [page.statement.total_fen, page.tax.net_fen, page.tax.tax_fen]
    assert totals["本月合计"] == sums[0] == ledger_fen(drawn.dealer_id) == 14_001
    assert (totals["应付金额（含税）"], totals["有异议，未计入"]) == (14_001, 700)
    assert "=1+1" in [row[2] for row in cells]
    with pytest.raises(NotFound):
        xlsx(world.actor("owner2"), drawn.id)


def test_the_papers_amounts_sum_to_the_screen_and_the_ledger(world: World, drawn: Any) -> None:
    """The text that a reader copies out of the PDF, line by line."""
    with pdf(world.actor("finance"), drawn.id) as file:
        words = text_of(file.read())
    page = reads.statement(world.actor("finance"), drawn.id)
    entries = {
        str(line.entry_id): line for line in reads.statement_lines(world.actor("finance"), drawn.id, 0, 99)
    }
    until = words.index("有异议（不计入合计）")
    at = [
        index
        for index, word in enumerate(words[:until])
        if word in entries and words[index + 1] == entries[word].memo
    ]
    amounts = [fen(words[index + 2]) for index in at]

    assert sum(amounts) == page.statement.total_fen == ledger_fen(drawn.dealer_id)
    assert words[words.index("本月合计") + 1] == "¥140.01"
    assert words[words.index("其中税额") + 1] == yuan(page.tax.tax_fen)
