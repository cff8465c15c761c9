"""A workbook is a zip from a stranger."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from channels import xlsx_records
from channels.order_files import read
from channels.parsed import Bad, Good
from channels.refusals import Blanks, FileTooLarge, FileUnreadable
from channels.template import EXAMPLE, FIELDS, HEADERS, template_xlsx

SHEET = "xl/worksheets/sheet1.xml"


def with_member(name: str, content: bytes) -> bytes:
    """Our template with one member replaced or added."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(template_xlsx())) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.infolist():
            if member.filename != name:
                new.writestr(member, old.read(member))
        new.writestr(name, content)
    return out.getvalue()


def test_a_zip_bomb_is_measured_and_not_opened() -> None:
    """40 KB that unpack to 40 MB of attachment are refused by their declared size."""
    bomb = with_member("xl/media/picture.bin", bytes(40 * xlsx_records.MB))
    assert len(bomb) < 100_000
    with pytest.raises(FileTooLarge):
        read(io.BytesIO(bomb))


def test_a_row_without_end_is_refused_before_it_is_parsed() -> None:
    """The parser keeps a row whole, so one row may have 4 MB."""
    row = b"<row>" + b"<c><v>1</v></c>" * 400_000 + b"</row>"
    sheet = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + row
    with pytest.raises(FileTooLarge):
        read(io.BytesIO(with_member(SHEET, sheet + b"</sheetData></worksheet>")))


@pytest.mark.parametrize("rows", ['<row r="2000000000"><c r="A2"><v>1</v></c></row>', "<row/>" * 300])
def test_blank_rows_without_end_are_refused(monkeypatch: pytest.MonkeyPatch, rows: str) -> None:
    """A row may name any number, and the parser makes up those before it: a file of 5 KB must not take hours."""
    monkeypatch.setattr(Blanks, "MOST", 200)
    sheet = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>' + rows
    with pytest.raises(FileTooLarge):
        read(io.BytesIO(with_member(SHEET, (sheet + "</sheetData></worksheet>").encode())))


def test_blank_lines_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixteen megabytes of them would take a minute."""
    monkeypatch.setattr(Blanks, "MOST", 200)
    header = ",".join(HEADERS) + "\n"
    for blank, many in (("\n", 200), (",,\n", 200)):
        assert list(read(io.BytesIO((header + blank * many).encode()))) == []
        with pytest.raises(FileTooLarge):
            list(read(io.BytesIO((header + blank * (many + 1)).encode())))


def test_entities_in_a_sheet_are_refused() -> None:
    """Billion laughs ends at the first laugh."""
    sheet = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
    with pytest.raises(FileUnreadable):
        read(io.BytesIO(with_member(SHEET, sheet)))


def test_too_many_members_are_refused() -> None:
    """A workbook has dozens of parts, not hundreds."""
    out = io.BytesIO(template_xlsx())
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(xlsx_records.MAX_MEMBERS):
            archive.writestr(f"xl/junk{number}", b"")
    with pytest.raises(FileTooLarge):
        read(io.BytesIO(out.getvalue()))


@pytest.mark.parametrize("name", ["xl/workbook.xml", SHEET, "xl/styles.xml", "[Content_Types].xml"])
@pytest.mark.parametrize("content", [b"", b"<a", b"\x00\xff", b"<worksheet><sheetData><row r='x'/>"])
def test_a_broken_part_refuses_the_file_and_nothing_else(name: str, content: bytes) -> None:
    """Whatever openpyxl raises becomes one refusal."""
    with pytest.raises(FileUnreadable):
        list(read(io.BytesIO(with_member(name, content))))


def test_gaps_and_formatted_empty_rows_are_skipped() -> None:
    """Rows are numbered as the spreadsheet numbers them."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADERS)
    cells = {"order_number": "T1"}
    for column, (field, cell) in enumerate(zip(FIELDS, EXAMPLE, strict=True), 1):
        sheet.cell(40, column, cells.get(field, cell))
    sheet.cell(90, 2).number_format = "@"
    out = io.BytesIO()
    book.save(out)
    assert [(type(one), one.row_number) for one in read(io.BytesIO(out.getvalue()))] == [(Good, 40)]


def test_cells_beyond_the_last_column_make_a_bad_row() -> None:
    """Nothing outside is dropped in silence."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADERS)
    sheet.append(EXAMPLE)
    sheet.cell(2, 300, "far out")
    out = io.BytesIO()
    book.save(out)
    (bad,) = read(io.BytesIO(out.getvalue()))
    assert isinstance(bad, Bad)
