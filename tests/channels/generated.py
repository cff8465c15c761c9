"""Order files for the tests: rows of our template, workbooks, and a report of any length never whole in memory.

Run as a program it reads such a report and says how many rows and how much memory it took.
"""

from __future__ import annotations

import io
import resource
import sys
from collections.abc import Iterator
from typing import BinaryIO, cast

import openpyxl

from channels.order_files import read
from channels.parsed import Good, Parsed
from channels.template import EXAMPLE, FIELDS
from domain.orders import OrderRow

TAOBAO_HEADER = (
    "订单编号,买家会员名,买家应付货款,买家实际支付金额,订单状态,买家留言,收货人姓名,收货地址,联系电话,联系手机,"
    "订单创建时间,订单付款时间,宝贝标题,宝贝种类,宝贝总数量,修改后的收货地址\r\n"
)
TAOBAO_ROW = (
    '="1234567890123456789",买家**,"1,299.00","1,299.00",买家已付款，等待卖家发货,,张**,'
    "浙江省 杭州市 余杭区 五常街道文一西路969号(310023),'null,'138****8000,"
    "2016/5/23 22:02,2016/5/23 22:03,电热水器,1,2,null\r\n"
)


def parse(content: bytes | str, **options: str) -> list[Parsed]:
    raw = content.encode() if isinstance(content, str) else content
    return list(read(io.BytesIO(raw), **options))  # type: ignore[arg-type]


def good(content: bytes | str) -> list[OrderRow]:
    parsed = parse(content)
    assert all(isinstance(one, Good) for one in parsed), parsed
    return [one.row for one in parsed if isinstance(one, Good)]


def own(**cells: str) -> tuple[str, ...]:
    """A row of our template with these cells changed."""
    return tuple({"order_number": "T1", **cells}.get(f, c) for f, c in zip(FIELDS, EXAMPLE, strict=True))


def workbook(rows: list[tuple[object, ...]]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


class Generated(io.RawIOBase):
    """So many rows, each with its own order number."""

    def __init__(self, rows: int) -> None:
        self._lines = self._make(rows)
        self._rest = b""

    @staticmethod
    def _make(rows: int) -> Iterator[bytes]:
        yield TAOBAO_HEADER.encode("gb18030")
        before, after = TAOBAO_ROW.encode("gb18030").split(b"1234567890123456789")
        for number in range(rows):
            yield b"%s%019d%s" % (before, number, after)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while len(self._rest) < len(buffer) and (line := next(self._lines, None)) is not None:
            self._rest += line
        size = min(len(self._rest), len(buffer))
        buffer[:size], self._rest = self._rest[:size], self._rest[size:]
        return size


if __name__ == "__main__":
    good = sum(isinstance(one, Good) for one in read(cast(BinaryIO, Generated(int(sys.argv[1])))))
    sys.stdout.write(f"{good} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}")
