"""The morning's order file: made from deliveries, brought in by the agent, twice, and its bad rows looked at."""

from __future__ import annotations

import csv
import io
import math
import random
import time
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from channels.formats import POINT
from demo import plots
from demo.caller import Caller, Json
from demo.network import CHANNELS
from demo.order_files import Delivery, invented_deliveries, order_file_from_deliveries, read_deliveries
from demo.plots import FEWEST, Plot
from demo.runs import Runs
from demo.shelf import BOUGHT, PRODUCTS
from demo.telling import Telling
from domain.calendar import SHANGHAI
from domain.geo import Point

SHOP = CHANNELS[0]
BAD_ROWS = 3
PATIENCE_S = 60.0
PIN_OFF_M = 900.0  # how far a customer's pin may lie from his door
_METRES_PER_DEGREE = 111_195.0


@dataclass
class OrderFile:
    """Rows as the platform exports them, the broken ones last, and the plots behind the good ones."""

    header: list[str]
    rows: list[dict[str, str]]
    plots: list[Plot]

    def content(self) -> bytes:
        """As a file: UTF-8 with BOM, CRLF."""
        out = io.StringIO()
        writer = csv.DictWriter(out, self.header, lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return b"\xef\xbb\xbf" + out.getvalue().encode()


def make(day: date, count: int, data: Path | None) -> OrderFile:
    """The story's `count` orders whose installers drive on `day`, each with its turns, and rows that must come back."""
    file = sold(day, count, data, bad_rows=BAD_ROWS)
    plots.deal(file.plots)
    for plot in file.plots:
        _mark(plot)
    return file


def sold(day: date, count: int, data: Path | None, *, prefix: str = "TZ", bad_rows: int = 0) -> OrderFile:
    """`count` plain orders of `day`, from the deliveries in `data`, else from invented ones; the bad rows last."""
    chosen = sorted(_deliveries(day, count, data), key=lambda delivery: delivery.accept_at)
    file = order_file_from_deliveries(
        chosen, skus=BOUGHT, day=day, seed=day.toordinal(), prefix=prefix, bad_rows=bad_rows
    )
    reader = csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"), newline=""))
    rows = list(reader)
    categories = {product.sku: product.category_code for product in PRODUCTS}
    made = [
        Plot(fact, row, categories[fact.sku])
        for fact, row in zip(file.facts, rows[: len(file.facts)], strict=True)
    ]
    return OrderFile([*(reader.fieldnames or ()), *POINT], rows, made)


def _deliveries(day: date, count: int, data: Path | None) -> list[Delivery]:
    if data is None:
        return list(invented_deliveries(count, seed=day.toordinal(), day=day))
    known = read_deliveries(data, day=day)
    if len(known) < FEWEST:
        raise SystemExit(
            f"STORY_DATA={data}? 可用的配送 {len(known)} 条，至少 {FEWEST} / usable deliveries: too few"
        )
    rng = random.Random(day.toordinal())  # noqa: S311 - a demo must repeat, not be secret
    return rng.sample(known, min(count, len(known)))


def _mark(plot: Plot) -> None:
    """The customer's pin, far off where the turn says so; and goods not there yet."""
    pinned(plot)
    if "undelivered" in plot.turns:
        plot.row["签收时间"] = ""


def pinned(plot: Plot) -> None:
    """The customer's pin: within 80 m of the door, or 900 m off."""
    door = plot.fact.delivery.delivery_point
    off = int(plot.fact.order_number[-5:]) * 37 % 160 - 80
    door = replace(door, lng=door.lng + off / _METRES_PER_DEGREE)
    if "outside" in plot.turns:
        door = replace(door, lat=door.lat + PIN_OFF_M / _METRES_PER_DEGREE)
    plot.row |= zip(POINT, (f"{door.lng:.6f}", f"{door.lat:.6f}", door.datum.value), strict=True)


def delivered(plot: Plot, at: datetime) -> None:
    """The platform now knows that the goods are there."""
    plot.row["签收时间"] = f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def shop(admin: Caller) -> int:
    """The id of the brand's own shop, where everything is bought; writing it again as it is tells it."""
    code, name, platform, _ = SHOP
    return int(admin.post("/channels", {"code": code, "name": name, "platform": platform})["id"])


def bring_in(agent: Caller, runs: Runs, channel_id: int, file: OrderFile, name: str) -> Json:
    """Upload a file and wait for its last row; the import as it ended."""
    form = {"channel_id": str(channel_id)}
    started = agent.upload("/order-imports", form, name, file.content(), "text/csv")
    runs.do("order_imports")
    until = time.monotonic() + PATIENCE_S
    while True:
        now = agent.get(f"/order-imports/{started['id']}")
        if now["state"] in ("done", "failed") or time.monotonic() > until:
            return dict(now)
        time.sleep(0.1)


def show_errors(agent: Caller, import_id: int, tell: Telling) -> list[str]:
    """The bad rows as they come back, number and reason of each; returns the reasons."""
    text = agent.raw(f"/order-imports/{import_id}/errors.csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    for row in rows:
        tell.more(f"第 {row['原文件行号']} 行 {row['订单号']}：{row['错误原因']}", "flag")
    return [row["错误原因"] for row in rows]


def find_jobs(agent: Caller, channel_id: int, file: OrderFile) -> None:
    """Which order and which job each plot has become."""
    for plot in file.plots:
        [card] = agent.get("/orders", channel_id=channel_id, number=plot.fact.order_number)["items"]
        page = agent.get(f"/orders/{card['id']}")
        plot.order_id = int(card["id"])
        plot.division = str(page["division_code"] or "")
        plot.job_id = int(page["lines"][0]["jobs"][0]["id"])


def ride(delivery: Delivery) -> str:
    """How far the installer drives, in words."""
    start, end = delivery.accept_point, delivery.delivery_point
    if start is None:
        return "出发位置未知"
    return f"行程约 {_straight_km(start, end):.1f} km"


def _straight_km(start: Point, end: Point) -> float:
    north = (end.lat - start.lat) * _METRES_PER_DEGREE
    east = (end.lng - start.lng) * _METRES_PER_DEGREE * math.cos(math.radians(start.lat))
    return math.hypot(north, east) / 1000
