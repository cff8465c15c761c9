"""What speaks for a sentence on the product page, and what is too little to shout."""

from __future__ import annotations

import pytest

from domain.causes import CAUSES
from domain.suggestions import ProductFacts, Tally, sentence, speaks, spoken, wilson_lower_bp

CITY, OTHER_CITY, FAR = "370600", "370100", "440300"


@pytest.mark.parametrize(
    ("cases", "jobs", "lower"),
    [(0, 0, 0), (0, 50, 0), (30, 100, 2189), (3, 4, 3006), (9, 4, 5100), (50, 50, 9286)],
)
def test_the_lower_end_of_the_interval(cases: int, jobs: int, lower: int) -> None:
    """Against figures worked out by hand; more cases than jobs count as all of them."""
    assert wilson_lower_bp(cases, jobs) == lower


def test_three_of_four_do_not_shout() -> None:
    """However far above the average: fewer than 20 jobs or 3 cases never speak; nor what is within chance."""
    assert not speaks(3, 4, 200)
    assert not speaks(2, 20, 10)
    assert not speaks(19, 19, 200)
    assert speaks(12, 60, 500)
    assert not speaks(4, 60, 500)


def month(*own: Tally) -> list[Tally]:
    """A brand of 1,000 other jobs with 20 complaints of lateness."""
    return [Tally("OTHER", CITY, 1000, {"late": 20}), *own]


def test_a_product_far_above_the_brand_speaks_with_its_arithmetic() -> None:
    """15 of 60 against 35 of 1,060."""
    [one] = spoken(month(Tally("EWH", None, 60, {"late": 15, "other": 40})))
    assert (one.sku, one.region, one.cause) == ("EWH", "", "late")
    assert (one.cases, one.jobs, one.brand_cases, one.brand_jobs) == (15, 60, 35, 1060)
    assert one.arithmetic == (
        "迟到或未上门：15 件 ÷ 完结 60 单 = 25.00%，95% 区间下限 15.77%，高于品牌平均 35 ÷ 1060 = 3.30%"
    )


def test_what_holds_everywhere_is_not_said_again_for_a_province() -> None:
    """Nor what holds in a province for its cities; a single city speaks for itself."""
    half = {"late": 50, "damage": 50, "safety": 25}  # per 5,000 jobs
    usual = {"late": 100, "damage": 100, "safety": 50}  # per 10,000 jobs
    rest = [Tally("D", FAR, 40_000, {cause: 4 * count for cause, count in usual.items()})]
    everywhere = [Tally("A", city, 60, {"late": 20}) for city in (CITY, FAR)]
    province = [Tally("B", city, 40, {"damage": 9}) for city in (CITY, OTHER_CITY)]
    city = [Tally("C", CITY, 40, {"safety": 9}), Tally("C", OTHER_CITY, 5000, half)]
    elsewhere = [Tally(sku, FAR, 10_000, usual) for sku in ("B", "C")]
    found = [
        (one.sku, one.region, one.cause) for one in spoken([*rest, *everywhere, *province, *city, *elsewhere])
    ]
    assert found == [("A", "", "late"), ("B", "370000", "damage"), ("C", "370600", "safety")]


def test_nothing_speaks_for_an_average_product_or_an_empty_month() -> None:
    """A brand cannot be above itself."""
    assert spoken([]) == ()
    assert spoken([Tally("A", CITY, 500, {"late": 50})]) == ()


def test_every_cause_but_other_has_a_sentence_from_the_products_facts() -> None:
    """At most 200 characters; prices, days and needs are the product's own."""
    product = ProductFacts("灶具", 3, ("gas",), False, (("打孔", "个", 5000), ("软管", "根", 2500)))
    told = {cause: sentence(cause, product) for cause in CAUSES if cause != "other"}
    assert all(0 < len(text) <= 200 for text in told.values())
    assert "打孔 ¥50.00/个、软管 ¥25.00/根" in told["charge_not_told"]
    assert "提前 3 天" in told["late"]
    assert "燃气管路与阀门已到位" in told["not_compatible"]
    assert "持燃气证的师傅" in told["safety"]
