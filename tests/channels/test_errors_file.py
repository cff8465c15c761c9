"""Bad rows back to people."""

from __future__ import annotations

import csv
import io

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


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="=+-@\t'\"|1A! ,\n\ud800\x00", min_size=1, max_size=8))
def test_no_cell_of_the_errors_file_starts_a_formula(cell: str) -> None:
    """Cells starting with = + - @ are marked as text, and nothing fails to encode."""
    bad = Bad(2, (cell,), (), ("列",))
    text = b"".join(errors_csv([bad])).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert not rows[1][2].lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))
