"""The story's parts that need no server: turns, orders, pictures, time, and columns on a terminal."""

from __future__ import annotations

import io
from collections.abc import Generator
from datetime import UTC, date, datetime, timedelta

import pytest
from PIL import Image, ImageStat

from demo import orders_in, plots, shelf
from demo.pictures import photograph
from demo.schedule import play
from demo.telling import fit, width, yuan
from domain.fee_reading import read_rule

DAY = date(2026, 3, 3)
TURNS = {*plots.DISPATCH, *plots.BOOKING, *plots.SITE, "refund"}


@pytest.mark.parametrize("count", [plots.FEWEST, 24])
def test_every_turn_of_the_story_happens_to_some_order(count: int) -> None:
    """However few the orders, no part of the story is left out; the refunded one has no visit to be told of."""
    file = orders_in.make(DAY, count, None)
    dealt = set().union(*(plot.turns for plot in file.plots))
    [refunded] = [plot for plot in file.plots if "refund" in plot.turns]

    assert dealt >= TURNS
    assert {plot.ending for plot in file.plots} >= {"dispute", "complaint", "code", "silence"}
    assert refunded.turns == {"refund"}
    assert not [plot for plot in file.plots if plot.ending == "tap" and plot.is_virtual]


def test_the_same_day_makes_the_same_file_and_another_day_other_orders() -> None:
    """A story interrupted in the morning can be told again in the afternoon."""
    one, same, other = (orders_in.make(day, 8, None).content() for day in (DAY, DAY, DAY + timedelta(days=1)))

    assert one == same
    assert not {line.split(b",")[0] for line in one.splitlines()[1:9]} & {
        line.split(b",")[0] for line in other.splitlines()[1:9]
    }


def test_dark_photographs_are_dark_and_the_others_are_not_alike() -> None:
    """Below the threshold of 40, well above it, and different for each job and slot."""
    dark, bright, next_slot = (
        Image.open(io.BytesIO(data)).convert("L")
        for data in (photograph("7", "site", dark=True), photograph("7", "site"), photograph("7", "finished"))
    )

    assert ImageStat.Stat(dark).mean[0] < 30
    assert ImageStat.Stat(bright).mean[0] > 60
    assert bright.tobytes() != next_slot.tobytes()


class _Clock:
    """A stage that only notes to which moments it was moved."""

    def __init__(self) -> None:
        self.moved: list[datetime] = []

    def move_to(self, moment: datetime) -> None:
        """Note it."""
        self.moved.append(moment)


def test_lives_go_on_in_the_order_of_their_moments() -> None:
    """Whoever waits for the earliest moment is next, whoever was started first on a tie."""
    noon = datetime(2026, 3, 3, 4, tzinfo=UTC)
    hours = [timedelta(hours=h) for h in range(4)]
    done: list[str] = []

    def life(name: str, *waits: timedelta) -> Generator[datetime, None, None]:
        for wait in waits:
            yield noon + wait
            done.append(name)

    clock = _Clock()
    play(clock, [life("a", hours[1], hours[3]), life("b", hours[0], hours[1], hours[2])])  # type: ignore[arg-type]

    assert done == ["b", "a", "b", "b", "a"]
    assert clock.moved == sorted(clock.moved)


def test_chinese_text_stands_in_columns() -> None:
    """A Chinese character takes two columns; what is too long is cut to exactly the columns there are."""
    assert width("王师傅 ok") == 9
    assert fit("王师傅", 9) == "王师傅   "
    assert fit("芝罘恒安厨卫", 9) == "芝罘恒安…"
    assert width(fit("芝罘恒安厨卫服务部", 10)) == 10
    assert (yuan(123456), yuan(-500)) == ("¥1,234.56", "−¥5.00")


def test_the_demo_brand_has_a_price_for_everything_it_sells() -> None:
    """Each product's category has a base fee in both zones, in a rule that the product itself accepts."""
    rule = read_rule({"version": 1, **shelf.fee_rule(DAY)})
    priced = {(rate.category, str(rate.zone)) for rate in rule.base}

    assert priced == {(p.category_code, zone) for p in shelf.PRODUCTS for zone in ("free", "remote")}
