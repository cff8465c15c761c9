"""The formats we read, and the quirks of their exports."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from channels.parsed import Bad, Good
from channels.template import FIELDS, HEADERS, template_csv, template_xlsx
from domain.orders import OrderState, fingerprint
from domain.phones import PhoneKind
from tests.channels.generated import TAOBAO_HEADER, TAOBAO_ROW, good, own, parse, workbook

POINT = {"lng": "121.4425", "lat": "37.4781", "datum": "WGS84"}
JD_HEADER = (
    "下单时间,订单号,商品ID,商品名称,订购数量,京东价,应付金额,订单状态,客户姓名,客户地址,联系电话,订单备注,货号,"
    "订单完成时间\n"
)
ITEM_HEADER = (
    "子订单编号,主订单编号,标题,购买数量,商家编码,订单状态,买家实际支付金额,退款状态,退款金额,订单创建时间\n"
)


def test_our_template_tells_every_field() -> None:
    """Each column of the template reaches its field."""
    (row,) = good(
        template_csv([own(delivered_at="2026-11-25", refund_fen="10元", promise_id="p42.Zk3", **POINT)])
    )
    assert (row.order_number, row.line_number, row.sku, row.quantity) == ("T1", 1, "EWH-60L", 1)
    assert (row.paid_fen, row.refund_fen, row.state) == (129_900, 1_000, OrderState.PAID)
    assert (row.phone, row.phone_kind, row.phone_extension) == (
        "13800138000转1234",
        PhoneKind.VIRTUAL,
        "1234",
    )
    assert (row.province, row.city, row.district, row.town) == ("山东省", "烟台市", "莱山区", "黄海路街道")
    assert row.address == "迎春大街 1 号 2 单元 301"
    assert row.ordered_at == datetime(2026, 11, 21, 2, 20, tzinfo=UTC)
    assert row.delivered_at == datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
    assert row.wanted_date == date(2026, 11, 28)
    assert row.phone_expires_at == datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    assert (row.receiver, row.buyer_note, row.order_amounts) == ("张三", "请提前一天电话联系", False)
    assert row.extra == (
        ("承诺编号", "p42.Zk3"),
        ("经度", "121.4425"),
        ("纬度", "37.4781"),
        ("坐标系", "WGS84"),
    )


def test_the_templates_example_row_is_never_an_order() -> None:
    """Who forgets to delete it is told so, in CSV and XLSX alike."""
    for content in (template_csv(), template_xlsx()):
        (bad,) = parse(content)
        assert isinstance(bad, Bad)
        assert [fault.code for fault in bad.faults] == ["example_row"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_a_taobao_report_reads_the_same_in_every_encoding(encoding: str) -> None:
    """UTF-8 with and without BOM and GB18030, with `="…"`, a leading ', thousands, zip code, masked values."""
    (row,) = good((TAOBAO_HEADER + TAOBAO_ROW).encode(encoding))
    assert (row.order_number, row.line_number, row.sku, row.quantity) == ("1234567890123456789", 1, None, 2)
    assert (row.paid_fen, row.order_amounts, row.state) == (129_900, True, OrderState.PAID)
    assert (row.receiver, row.phone, row.phone_kind) == ("张**", "138****8000", PhoneKind.MASKED)
    assert row.address == "浙江省 杭州市 余杭区 五常街道文一西路969号(310023)"
    assert row.ordered_at == datetime(2016, 5, 23, 14, 2, tzinfo=UTC)
    assert ("买家会员名", "买家**") in row.extra


def test_a_changed_taobao_address_wins_over_the_first() -> None:
    """`修改后的收货地址` is where the parcel goes."""
    (row,) = good(TAOBAO_HEADER + TAOBAO_ROW.replace(",2,null", ",2,江苏省 南京市 鼓楼区 中山路1号"))
    assert row.address == "江苏省 南京市 鼓楼区 中山路1号"


def test_a_jd_export_keeps_the_lines_of_an_order_apart() -> None:
    """The goods' id tells two lines of one order apart; columns may stand in any order."""
    line = "2026-01-02 03:04:05,123,{},灯,2,10,20.00,等待出库,李四,北京朝阳区,13900139000-5678,,{},\n"
    rows = good(JD_HEADER + line.format("9001", "L-1") + line.format("9002", "L-2"))
    assert [(r.order_number, r.line_number, r.sku) for r in rows] == [
        ("123", 9001, "L-1"),
        ("123", 9002, "L-2"),
    ]
    assert {r.phone_kind for r in rows} == {PhoneKind.VIRTUAL}


def test_an_item_report_has_lines_and_refunds_but_no_address() -> None:
    """Several lines per order; only a refund that went through counts; what is not told is None."""
    rows = good(
        ITEM_HEADER
        + "21,20,a,1,S1,交易成功,10,退款成功,10,2026-1-1\n22,20,b,1,S2,交易成功,10,没有申请退款,0,2026-1-1\n"
        "30,30,c,1,S3,交易成功,10,退款成功,4,2026-1-1\n"
    )
    told = [(r.order_number, r.line_number, r.sku, r.state, r.refund_fen) for r in rows]
    assert told == [
        ("20", 21, "S1", OrderState.REFUNDED, 1000),
        ("20", 22, "S2", OrderState.DELIVERED, None),
        ("30", 1, "S3", OrderState.DELIVERED, 400),
    ]
    assert rows[0].address is None


def test_a_workbook_reads_like_the_csv_of_the_same_cells() -> None:
    """XLSX with real dates and numbers yields the same row as the text."""
    book = workbook([HEADERS, own()])
    assert fingerprint(good(book)[0]) == fingerprint(good(template_csv([own()]))[0])


def test_numbers_and_dates_of_a_workbook_are_understood() -> None:
    """A date cell is a date, an amount a number, and a long order number turned number has lost digits."""
    cells = dict(zip(FIELDS, own(), strict=True))
    typed = cells | {"quantity": 2, "paid_fen": 1299.5, "ordered_at": datetime(2026, 1, 2, 3, 4), "sku": 123}  # noqa: DTZ001
    lost = cells | {"order_number": 3.72834123456789e17}
    first, second = parse(workbook([HEADERS, tuple(typed.values()), tuple(lost.values())]))
    assert isinstance(first, Good)
    assert (first.row.quantity, first.row.paid_fen, first.row.sku) == (2, 129_950, "123")
    assert first.row.ordered_at == datetime(2026, 1, 1, 19, 4, tzinfo=UTC)
    assert isinstance(second, Bad)
    assert [fault.code for fault in second.faults] == ["digits_lost"]


def test_formulas_in_a_workbook_are_not_evaluated() -> None:
    """A formula where a value is needed is a bad row."""
    (bad,) = parse(workbook([HEADERS, own(address='=HYPERLINK("http://x")', quantity="=1+1")]))
    assert isinstance(bad, Bad)
    assert {(f.field, f.code) for f in bad.faults} == {("address", "formula"), ("quantity", "formula")}


@pytest.mark.parametrize("delimiter", ["\t", ";"])
def test_tabs_and_semicolons_are_understood(delimiter: str) -> None:
    """Other spreadsheets part columns so."""
    text = delimiter.join(HEADERS) + "\n" + delimiter.join(own()) + "\n"
    assert len(good(text)) == 1
