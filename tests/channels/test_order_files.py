"""Damaged rows, files refused, any bytes at all, constant memory."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.order_files import read
from channels.parsed import Bad, Good
from channels.refusals import ColumnsMissing, FileTooLarge, FileUnreadable, HeaderUnknown
from channels.template import HEADERS, template_csv, template_xlsx
from domain.errors import DomainError
from tests.channels.generated import TAOBAO_HEADER, TAOBAO_ROW, own, parse


def test_a_stray_quote_costs_its_row_and_no_other() -> None:
    """An unterminated quote does not swallow the file."""
    rows = [TAOBAO_ROW.replace("456789", f"45678{i}") for i in range(5)]
    parsed = parse(TAOBAO_HEADER + rows[0] + '"开口,1\r\n' + "".join(rows[1:]))
    assert [type(one) for one in parsed] == [Good, Bad, Good, Good, Good, Good]
    assert isinstance(parsed[1], Bad)
    assert (parsed[1].row_number, parsed[1].raw_cells) == (3, ('"开口', "1"))


def test_a_quoted_newline_stays_in_its_cell() -> None:
    """A note over two lines is one row, and the rows after it count on."""
    parsed = parse(template_csv([own(buyer_note="先打电话\n再上门"), own(order_number="T2")]))
    assert [(type(one), one.row_number) for one in parsed] == [(Good, 2), (Good, 3)]
    assert parsed[0].row.buyer_note == "先打电话\n再上门"  # type: ignore[union-attr]


def test_ragged_rows_are_bad_when_something_is_lost() -> None:
    """Too many cells is bad; too few is as if they were empty."""
    line = ",".join(own())
    longer, shorter, emptier = line + ",多,余", ",".join(own()[:3]), line + ",,"
    parsed = parse(",".join(HEADERS) + f"\n{longer}\n{shorter}\n{emptier}\n\n,,,\n")
    assert [type(one) for one in parsed] == [Bad, Bad, Good]


def test_nul_and_broken_bytes_cost_their_row_only_and_can_be_stored() -> None:
    """What a database would choke on never leaves the reader."""
    nul = TAOBAO_ROW.replace("张**", "张\x00").encode()
    broken = TAOBAO_ROW.encode().replace("张**".encode(), b"\xff\xfe")
    parsed = parse(TAOBAO_HEADER.encode() + nul + broken + TAOBAO_ROW.encode())
    assert [type(one) for one in parsed] == [Bad, Bad, Good]
    for one in parsed[:2]:
        assert isinstance(one, Bad)
        text = "".join(one.raw_cells)
        assert "\x00" not in text
        assert text.encode()


def test_a_ten_megabyte_line_is_one_bad_row() -> None:
    """The rows around it go in."""
    huge = b"x" * 10_000_000 + b"\n"
    parsed = parse((TAOBAO_HEADER + TAOBAO_ROW).encode() + huge + TAOBAO_ROW.encode() + huge)
    assert [type(one) for one in parsed] == [Good, Bad, Good, Bad]


def test_a_header_alone_is_an_empty_file_and_no_error() -> None:
    """No rows, no refusal."""
    assert parse(TAOBAO_HEADER) == []


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", HeaderUnknown),
        (b"\n\n", HeaderUnknown),
        (b"a,b,c\n1,2,3\n", HeaderUnknown),
        ("|".join(HEADERS).encode(), HeaderUnknown),
        (b"x" * 1_000_000, HeaderUnknown),
        (b'"' + b"x" * 90_000, HeaderUnknown),
        ((TAOBAO_HEADER + TAOBAO_ROW).encode("utf-16"), FileUnreadable),
        (b"\xff\xff\xff" * 20 + b"\n", FileUnreadable),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), FileUnreadable),
        (b"%PDF-1.7 ...", FileUnreadable),
        (b"\xd0\xcf\x11\xe0" + bytes(500), FileUnreadable),
        (b"PK\x03\x04" + b"junk" * 50, FileUnreadable),
        (template_xlsx()[:-200], FileUnreadable),
        (("," * 300 + ",".join(HEADERS)).encode(), FileTooLarge),
        ((",".join(HEADERS) + ",订单号").encode(), HeaderUnknown),
    ],
)
def test_what_is_no_order_file_is_refused_at_once(content: bytes, refusal: type[DomainError]) -> None:
    """Before the first row, with a title and a detail people can read."""
    with pytest.raises(refusal) as refused:
        read(io.BytesIO(content))
    assert not refused.value.detail.isascii()


def test_missing_columns_are_named_all_at_once() -> None:
    """One refusal says what the format is taken for and every column it lacks."""
    with pytest.raises(ColumnsMissing) as refused:
        read(io.BytesIO("订单号,数量,收货人,联系电话\n".encode()))
    assert {fault.field for fault in refused.value.errors} == {"sku", "address"}
    assert "商家编码" in refused.value.detail
    assert "详细地址" in refused.value.detail


def test_a_hint_binds_the_format() -> None:
    """Whoever says it is JD's is told what JD's lacks."""
    with pytest.raises(ColumnsMissing) as refused:
        read(io.BytesIO(template_csv()), hint="jd_orders")
    assert "京东" in refused.value.detail


# -- any bytes, nothing lost, constant memory ----------------------------------------------------------------

PIECES = st.sampled_from(
    [
        TAOBAO_ROW,
        ",",
        '"',
        "\n",
        "\r",
        '="',
        "\x00",
        "'",
        "\t",
        "张**",
        '""',
        "1,2\n",
        " ",
        "\ufeff",
        "2016/5/23",
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=30), st.binary(max_size=20), st.sampled_from(["utf-8", "gb18030"]))
def test_no_bytes_after_a_good_header_make_an_exception(
    pieces: list[str], junk: bytes, encoding: str
) -> None:
    """Good or Bad, for whatever follows; and the good row at the end is still found."""
    middle = "".join(pieces).encode(encoding)
    tail = b"\n" + TAOBAO_ROW.replace("1234567890123456789", "777").encode(encoding)
    parsed = parse(TAOBAO_HEADER.encode(encoding) + middle + junk.replace(b'"', b"") + tail)
    whole = "".join(cell for one in parsed if isinstance(one, Bad) for cell in one.raw_cells)
    assert "777" in whole or any(isinstance(one, Good) and one.row.order_number == "777" for one in parsed)


def read_or_refused(content: bytes) -> int:
    """Rows read; 0 for a refusal. Any other exception is a failure."""
    try:
        return len(parse(content))
    except DomainError:
        return 0


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    """A file of anything never raises anything but a DomainError."""
    assert read_or_refused(content) == 0


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 4000), st.integers(0, 255))
def test_a_damaged_workbook_is_read_or_refused(position: int, byte: int) -> None:
    """One wrong byte anywhere in an XLSX."""
    content = bytearray(template_xlsx())
    content[position % len(content)] = byte
    assert read_or_refused(bytes(content)) <= 1


def resident_kilobytes(rows: int) -> int:
    """The peak of a process that reads so many rows."""
    command = [sys.executable, "-m", "tests.channels.generated", str(rows)]
    count, peak = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split()
    assert int(count) == rows
    return int(peak)


def test_a_hundred_thousand_rows_need_no_more_memory_than_ten_thousand() -> None:
    """Ten times the rows, the same peak, to 4 MB."""
    small, large = resident_kilobytes(10_000), resident_kilobytes(100_000)
    assert large - small < 4_000
