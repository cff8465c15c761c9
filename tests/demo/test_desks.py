"""What stands on the desks after the story, as far as no server is needed for it: cases, days, pictures, failures."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from typing import cast

import pytest
from PIL import Image

from demo import desk_plots, desks, orders_in, weeks
from demo.desk_jobs import SCRIPTS
from demo.desk_plots import CASES, OPENED, Case
from demo.pictures import cropped, photograph, stamped
from demo.telling import Telling
from demo.world import World
from domain.calendar import local_date
from domain.geo import Datum, Point, distance_m
from uploads.exif import read_exif

DAY = date(2026, 3, 3)


def test_every_case_has_its_script_and_its_time_between_its_file_and_now() -> None:
    """Thirty orders and more, each of which somebody can open; windows of visits may lie ahead."""
    ahead = {"booked", "held"}

    assert 30 <= desk_plots.count(CASES) <= 60
    assert {case.script for case in CASES} <= set(SCRIPTS)
    assert not [
        case
        for case in CASES
        if case.script not in ahead and case.script != "pooled" and not case.file < case.hour < OPENED
    ]


def test_an_order_whose_address_is_unclear_loses_its_pin_and_nobody_elses_changes() -> None:
    """A pin would decide what the case leaves open."""
    plots = orders_in.sold(DAY, 8, None).plots[:3]
    for plot in plots:
        orders_in.pinned(plot)
    cases = [Case("pooled", "不清楚", row={"区县": ""}), Case("accepted", "清楚", count=2)]

    dealt = desk_plots.deal(cases, plots)

    assert [case.title for case, _ in dealt] == ["不清楚", "清楚", "清楚"]
    assert [bool(plot.row["区县"] and plot.row["经度"]) for plot in plots] == [False, True, True]
    assert [plots[0].row[cell] for cell in ("区县", "经度")] == ["", ""]


@pytest.mark.parametrize("days", [0, 17, 30, 59, 200])
def test_the_demo_is_left_on_a_working_day_early_in_a_month_after_seven_weeks(days: int) -> None:
    """So the month before has its statements in draft and the charts their weeks."""
    now = datetime(2026, 12, 1, 1, 10, tzinfo=UTC) + timedelta(days=days)
    today = weeks.today_of(now)

    assert 5 <= today.day <= 7
    assert today.weekday() < 5
    assert 49 <= (today - local_date(now)).days <= 49 + 38


def test_a_stamped_picture_tells_its_own_place_and_a_cropped_one_nothing() -> None:
    """Read back by the product's own eyes: within ten metres, on the second."""
    at, place = datetime(2026, 3, 3, 6, 20, 5, tzinfo=UTC), Point(121.39145, 37.53904, Datum.WGS84)
    plain = photograph("7", "finished")
    read = read_exif(Image.open(io.BytesIO(stamped(plain, at, place))))

    assert read.point is not None
    assert distance_m(Point(*read.point, Datum.WGS84), place) < 10
    assert (read.local_time, read.offset_minutes) == ("2026-03-03T14:20:05", 480)
    assert not Image.open(io.BytesIO(cropped(plain))).getexif()


def test_a_desk_that_cannot_be_laid_is_said_and_the_next_one_is_laid() -> None:
    """Nothing rests on it: the demo goes on."""
    tell, world = Telling(quiet=True), cast(World, None)

    def broken(_: World) -> str:
        raise RuntimeError("没有银行")

    laid = [
        desks.tried(world, tell, "付款批次", broken),
        desks.tried(world, tell, "邀请", lambda _: "1 人"),
    ]

    assert laid == [False, True]
    assert ["没有银行" in tell.lines[0], "1 人" in tell.lines[1]] == [True, True]
