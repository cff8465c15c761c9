"""A file of orders on its way in: counted, resumable, harmless when it comes again, and its bad rows given back."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from channels.template import FIELDS, template_csv, template_xlsx
from domain.errors import NotFound
from models import db
from services.order_imports import Superseded, accept_upload, claim_next, purge, run_import
from services.parts import addresses, order_files
from services.parts.order_files import FileEmpty, ImportTooLarge
from services.personal import Erased, subject_key
from services.queries import order_imports as reading
from services.queries.order_imports import Progress
from tests.worlds import SKU, World

MINUTE = timedelta(minutes=1)


class Killed(BaseException):
    """The process is gone: nothing after it runs, as with kill -9."""


@pytest.fixture(autouse=True)
def table(world: World) -> None:
    """The division table of this test's database."""
    addresses.TABLE.forget()


def row(number: int, **changed: str) -> tuple[str, ...]:
    told = {
        "order_number": f"N{number:06d}",
        "sku": SKU,
        "quantity": "1",
        "paid_fen": "1299.00",
        "receiver": "张三",
        "phone": f"1380000{number % 10_000:04d}",
        "province": "山东省",
        "city": "烟台市",
        "district": "芝罘区",
        "address": f"建设路 {number} 号",
        "state": "买家已付款，等待卖家发货",
    }
    told |= changed
    return tuple(told.get(field, "") for field in FIELDS)


def upload(world: World, content: bytes, name: str = "订单.csv") -> int:
    stream = io.BytesIO(content)
    return accept_upload(world.actor("agent"), world.channel_id, name, stream, world.now).id


def imported(world: World, content: bytes, **more: Any) -> Progress:
    import_id = upload(world, content)
    assert claim_next(world.now) == import_id
    return run_import(import_id, world.now, **more)


def count(table: str) -> int:
    with db.engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def counts(done: Progress) -> tuple[int, int, int, int, int]:
    return done.rows_read, done.rows_new, done.rows_same, done.rows_changed, done.rows_bad


def test_three_thousand_rows_go_in_and_go_in_again_without_effect(world: World) -> None:
    """Every good row is an order with a job; the second time nothing is new and no job has moved."""
    file = template_csv([row(n) if n % 100 else row(n, sku="NO-SUCH") for n in range(3000)])
    first = imported(world, file)
    again = imported(world, file)

    assert (first.state, counts(first)) == ("done", (3000, 2970, 0, 0, 30))
    assert counts(again) == (3000, 0, 2970, 0, 30)
    assert (count("customer_order"), count("job"), count("job_event")) == (2970, 2970, 2970)
    assert count("order_import_chunk") == 0


def test_what_a_file_leaves_unclear_waits_for_an_agent_with_candidates(world: World) -> None:
    """A zone where a district should stand: the order goes in, its job waits; the typed words stay as they were."""
    imported(world, template_csv([row(1), row(2, district="高新区")]))
    with db.engine.connect() as connection:
        sql = "SELECT queue, resolution, resolution_candidates FROM job JOIN order_line l ON l.id = order_line_id"
        told = connection.execute(
            text(sql + " JOIN customer_order o ON o.id = l.order_id ORDER BY o.number")
        ).all()

    assert [tuple(line) for line in told] == [
        (None, "resolved", ["370602"]),
        ("address", "ambiguous", ["370602"]),
    ]


def test_a_killed_run_is_taken_up_where_it_stood(world: World) -> None:
    """Killed after two of six batches: claimed again only when its heartbeat is old, and every row counts once."""
    import_id = upload(world, template_csv([row(n) for n in range(600)]))

    def die(rows_read: int) -> None:
        if rows_read == 200:
            raise Killed

    claim_next(world.now)
    with pytest.raises(Killed):
        run_import(import_id, world.now, told=die, batch=100)

    assert claim_next(world.now + MINUTE) is None
    assert claim_next(world.now + 5 * MINUTE) == import_id
    done = run_import(import_id, world.now + 5 * MINUTE, batch=100)
    assert (done.state, counts(done)) == ("done", (600, 600, 0, 0, 0))
    assert count("job") == 600


def test_who_was_believed_dead_writes_nothing_any_more(world: World) -> None:
    """Two runs of one import: the older finds another's heartbeat and gives way; no row is counted twice."""
    import_id = upload(world, template_csv([row(n) for n in range(300)]))

    def overtaken(rows_read: int) -> None:
        if rows_read == 100:
            run_import(import_id, world.now + 5 * MINUTE, batch=100)

    with pytest.raises(Superseded):
        run_import(import_id, world.now, told=overtaken, batch=100)

    done = reading.page(world.actor("agent"), import_id)
    assert (done.state, counts(done)) == ("done", (300, 300, 0, 0, 0))


def test_bad_rows_come_back_with_the_reason_and_go_in_once_mended(world: World) -> None:
    """Both kinds at once, the reader's and the catalogue's, in the columns of the file; no cell of them lies open."""
    both = row(2, phone="打不通", sku="NO-SUCH")
    file = template_csv(
        [row(1), both, row(3, sku="NO-SUCH", delivered_at="2099-01-01"), row(4, quantity="0")]
    )
    done = imported(world, file)
    told = b"".join(reading.bad_rows_csv(world.actor("agent"), done.id)).decode("utf-8-sig")

    assert done.rows_bad == 3
    head, *lines = told.splitlines()
    assert head.startswith("原文件行号,错误原因,订单号")
    assert [line.split(",")[:2] for line in lines] == [
        ["3", "电话号码无法识别；商家编码 NO-SUCH 不在商品目录中"],
        ["4", "签收时间不能在将来；商家编码 NO-SUCH 不在商品目录中"],
        ["5", "数量应在 1 到 999 之间"],
    ]
    mended = (
        told.replace("打不通", "13900139000")
        .replace("NO-SUCH", SKU)
        .replace("2099-01-01", "")
        .replace(",0,1299.00", ",1,1299.00")
    )
    assert counts(imported(world, mended.encode("utf-8-sig")))[:2] == (3, 3)
    with db.engine.connect() as connection:
        cells = connection.execute(text("SELECT cells FROM order_import_bad_row")).scalars().all()
    assert all("打不通".encode() not in cell for cell in cells)


def test_a_row_only_the_catalogue_refuses_comes_back_as_it_was_typed(world: World) -> None:
    """The file's own columns in their order, those nobody asked for too; mended, it goes in."""
    head = ["数量", "订单号", "店内备注", "商家编码", "收货人", "电话", "收货地址", "下单时间", "订单状态"]
    typed = [
        "2件",
        '="0012345678901234567"',
        "老客户",
        "NO-SUCH",
        "张三",
        "'13800138000",
        "山东省烟台市芝罘区建设路 1 号",
    ]
    typed += ["2026/3/1 9:07", "买家已付款，等待卖家发货"]
    file = io.StringIO()
    csv.writer(file).writerows([head, typed])
    done = imported(world, file.getvalue().encode("gb18030"))
    told = b"".join(reading.bad_rows_csv(world.actor("agent"), done.id)).decode("utf-8-sig")
    again = imported(world, told.replace("NO-SUCH", SKU).encode("utf-8-sig"))

    back = list(csv.reader(io.StringIO(told)))
    assert [line[2:] for line in back] == [head, typed]
    assert counts(again) == (1, 1, 0, 0, 0)
    with db.engine.connect() as connection:
        assert (
            connection.execute(text("SELECT number FROM customer_order")).scalar_one()
            == "0012345678901234567"
        )


def test_a_file_that_is_none_fails_with_a_reason_people_can_read(world: World) -> None:
    """A picture is no order file; neither is an empty workbook's neighbour."""
    done = imported(world, b"\x89PNG\r\n\x1a\n" + bytes(2000))

    assert done.state == "failed"
    assert done.error is not None
    assert "文件" in done.error
    assert count("order_import_chunk") == 0


def test_our_workbook_goes_in_too(world: World) -> None:
    """The template's own example row is refused by name, nothing else happens."""
    done = imported(world, template_xlsx())

    assert (done.state, counts(done)) == ("done", (1, 0, 0, 0, 1))


def test_nothing_and_too_much_are_refused_at_the_door(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty file, one above the limit, and a channel that is not the agent's."""
    with pytest.raises(FileEmpty):
        upload(world, b"")
    monkeypatch.setattr(order_files, "MOST_BYTES", 10)
    with pytest.raises(ImportTooLarge):
        upload(world, b"12345678901")
    stranger = world.actor("agent", channel_ids=frozenset())
    with pytest.raises(NotFound):
        accept_upload(stranger, world.channel_id, "x", io.BytesIO(b"x"), world.now)
    assert count("order_import") == 0


def test_a_file_of_several_chunks_is_read_back_as_it_was(world: World) -> None:
    """2.5 MiB lie in three sealed chunks that can neither be read nor swapped."""
    content = bytes(range(256)) * 10_240
    import_id = upload(world, content)
    with db.engine.connect() as connection:
        found = connection.execute(text("SELECT data FROM order_import_chunk ORDER BY seq")).scalars().all()
        wrapped = connection.execute(text("SELECT max(id) FROM subject")).scalar_one()
        key = subject_key(connection, wrapped)

    def chunk(seq: int) -> bytes | None:
        return found[seq] if seq < len(found) else None

    assert (import_id, len(found)) == (import_id, 3)
    assert order_files.stored(key, chunk).read() == content
    with pytest.raises(Erased):
        order_files.stored(key, lambda seq: found[1]).read(10)


def test_bad_rows_are_forgotten_after_thirty_days(world: World) -> None:
    """Not a day earlier; the numbers of the import stay."""
    done = imported(world, template_csv([row(1, phone="x")]))
    early, late = purge(world.now + timedelta(days=29)), purge(world.now + timedelta(days=31))

    assert (early, late, purge(world.now + timedelta(days=32))) == (0, 1, 0)
    assert count("order_import_bad_row") == 0
    assert reading.page(world.actor("agent"), done.id).rows_bad == 1
    with pytest.raises(Erased):
        reading.bad_rows_csv(world.actor("agent"), done.id)
