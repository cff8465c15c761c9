"""Bad rows back to people."""

from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.errors_file import errors_csv
from channels.parsed import Bad
from channels.template import template_csv
from domain.orders import fingerprint
from tests.channels.generated import good, own, parse


def test_mended_bad_rows_can_be_imported_from_the_errors_file() -> None:
    """The file opens in Excel (BOM), says why beside each row, and reads as the same format again."""
    bad = [one for one in parse(template_csv([own(phone="12345")])) if isinstance(one, Bad)]
    content = b"".join(errors_csv(bad))
    assert content.startswith(b"\xef\xbb\xbf")
    assert "电话号码无法识别" in content.decode()
    (row,) = good(content.replace(b"12345", b"13800138000"))
    assert fingerprint(row) == fingerprint(good(template_csv([own(phone="13800138000")]))[0])
    assert row.extra == ()


def test_bad_twice_does_not_stack_reasons() -> None:
    """An errors file that is still wrong comes back with one reason column."""
    first = b"".join(errors_csv(one for one in parse(template_csv([own(phone="1")])) if isinstance(one, Bad)))
    second = b"".join(errors_csv(one for one in parse(first) if isinstance(one, Bad)))
    assert second.decode().count("错误原因") == 1


@pytest.mark.parametrize(
    "cell",
    [
        "0012",
        '="0012345678901234567"',
        "'138****8000",
        "2026/3/5 9:07",
        "买家已付款",
        "-12.50",
        "--",
        "1,299.00",
    ],
)
def test_what_was_typed_comes_back_as_it_was(cell: str) -> None:
    """Zeros, a platform's wrapping, dates and states in the file's own words: nothing is written anew."""
    text = b"".join(errors_csv([Bad(2, (cell, ""), (), ("列", "另一列"))])).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text, newline="")))[1][2:] == [cell, ""]


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="=+-@\t'\"|1A! ,\n\ud800\x00", min_size=1, max_size=8))
def test_no_cell_of_the_errors_file_starts_a_formula(cell: str) -> None:
    """Cells starting with = + - @ are marked as text, unless nothing is reckoned in them; nothing fails to encode."""
    bad = Bad(2, (cell,), (), ("列",))
    text = b"".join(errors_csv([bad])).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    dangerous = rows[1][2].lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))
    assert not dangerous or re.fullmatch(r'="([^"]|"")*"|-+[0-9]*', rows[1][2])


def test_a_file_without_a_bad_row_has_its_header_and_a_short_row_is_as_wide_as_the_others() -> None:
    """XLSX leaves out the empty cells at the end; a file of nothing at all looks broken."""
    none = b"".join(errors_csv([])).decode("utf-8-sig")
    cut = b"".join(errors_csv([Bad(2, ("甲",), (), ("列", "另一列", "末列"))])).decode("utf-8-sig")
    assert none == "原文件行号,错误原因\r\n"
    assert [len(row) for row in csv.reader(io.StringIO(cut, newline=""))] == [5, 5]
