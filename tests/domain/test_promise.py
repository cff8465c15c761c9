"""Promises: who comes, when, what it costs, in words; nobody is sold what nobody can install."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain import dispatch, promise_words
from domain.capacity import Day, Diary, Limits, fits, free_days, room
from domain.clocks import Zone
from domain.dispatch import Covering, rank
from domain.fee_remote import RemoteRate
from domain.fee_rules import BaseRate, Category, FeeRule
from domain.promise import Answer, promise
from domain.promise_facts import Extra, Facts, Good, Server, Terms

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # Monday, 10:00 in Shanghai
MONDAY = date(2026, 3, 2)
DAYS = tuple(Day(MONDAY + timedelta(days=n)) for n in range(30))
HEATER = Good("EWH-60", "电热水器", 1, "heater", self_install_allowed=True, video_url="https://v.example/1")
DEALER = Server(7, "恒安", "free", True, True, 100, True, True, Diary())
RULE = FeeRule(
    3,
    date(2026, 1, 1),
    (Category("heater", "电热水器"),),
    (BaseRate("heater", Zone.FREE, 8000), BaseRate("heater", Zone.REMOTE, 9000)),
    (RemoteRate(Zone.REMOTE, 20_000, 200),),
)


def asked(*servers: Server, good: Good = HEATER, **more: object) -> Answer:
    """The promise for one good and these dealers."""
    facts = Facts(NOW, "烟台市芝罘区", (good,), {"heater": servers}, Terms(), DAYS, (), RULE)
    return promise(replace(facts, **more))  # type: ignore[arg-type]


def test_the_owner_of_the_territory_comes_from_the_day_after_the_lead() -> None:
    """One lead day on Monday: the first window is Tuesday morning, and no way is charged."""
    other = replace(DEALER, dealer_id=8, name="鸿运", territory_owner=False)
    line = asked(other, DEALER).lines[0]

    assert (line.covered, line.dealer, line.alliance, line.lead_days) == (True, "恒安", True, 1)
    assert [window.part for window in line.windows] == ["morning", "afternoon", "evening"]
    assert line.windows[0].start == datetime(2026, 3, 3, 0, 0, tzinfo=UTC)
    assert "最早可约 3 月 3 日上午" in line.text
    assert line.remote is not None
    assert (line.remote.basis, line.remote.text) == ("none", "不收远程费")


@pytest.mark.parametrize(
    ("distance_m", "basis", "amount_fen", "words"),
    [
        (23_400, "by_km", 680, "(23.4 km − 20 km) × ¥2.00 = ¥6.80"),
        (20_000, "free", 0, "在 20 km 免费范围内"),
        (80_100, "negotiated", None, "超过 80 km，远程费须先与您协商"),
        (None, "by_distance", None, "20 km 以内免费，超出部分每公里 ¥2.00"),
    ],
)
def test_the_remote_fee_is_told_with_its_arithmetic(
    distance_m: int | None, basis: str, amount_fen: int | None, words: str
) -> None:
    """A sum, a free radius, a need to agree, or the rule where the distance is not known."""
    far = replace(DEALER, zone="remote", distance_m=distance_m)
    fee = asked(far).lines[0].remote

    assert fee is not None
    assert (fee.basis, fee.amount_fen) == (basis, amount_fen)
    assert words in fee.text


def test_a_coverage_may_have_its_own_radius_and_rate() -> None:
    """10 km free at ¥3 where the rule says 20 km at ¥2: (12 − 10) × 3."""
    far = replace(DEALER, zone="remote", distance_m=12_000, free_m=10_000, per_km_fen=300)
    fee = asked(far).lines[0].remote

    assert fee is not None
    assert fee.text.startswith("远程费 (12 km − 10 km) × ¥3.00 = ¥6.00")


def test_where_nobody_comes_the_customer_is_asked_and_told_honestly() -> None:
    """The question, the film, and the advice to buy elsewhere for whoever cannot."""
    answer = asked()
    own = answer.lines[0].self_install

    assert own is not None
    assert (answer.covered, own.suitable, own.video_url) == (False, True, "https://v.example/1")
    assert "您能自己安装吗" in str(own.question)
    assert "其他品牌" in own.advice
    assert "服务联盟尚未覆盖烟台市芝罘区" in answer.text


def test_where_nobody_comes_silence_means_nothing() -> None:
    """There is no work to confirm, so no word of it; promises of before come out as they were."""
    now, before, served = asked(), asked(engine=4), asked(DEALER)

    assert (now.silence_confirms, now.silence_hours, now.silence_text) == (False, 0, "")
    assert before.silence_confirms
    assert (before.silence_hours, before.silence_text) == (served.silence_hours, served.silence_text)


@pytest.mark.parametrize("certificate", ["gas", "wiring"])
def test_nobody_is_asked_to_fit_gas_or_wiring_himself(certificate: str) -> None:
    """Even if the catalogue allowed it: no question, no film, the advice not to buy."""
    own = asked(good=replace(HEATER, certificates=(certificate,))).lines[0].self_install

    assert own is not None
    assert (own.suitable, own.question, own.video_url) == (False, None, None)
    assert "建议不要购买" in own.advice


def test_where_the_road_counts_the_rule_is_shown_and_no_straight_number() -> None:
    """Nobody has measured the road: 按实际道路里程, to be found out by an agent. A promise of before was straight."""
    by_road = replace(RULE, remote=(RemoteRate(Zone.REMOTE, 20_000, 200, distance="road"),))
    dealer = replace(DEALER, zone="remote", distance_m=23_400)
    remote = asked(dealer, rule=by_road).lines[0].remote

    assert remote is not None
    assert (remote.basis, remote.amount_fen) == ("by_distance", None)
    assert "实际道路里程计算：20 km 以内免费，超出部分每公里 ¥2.00" in remote.text
    assert "未经您同意不收" in remote.text
    assert "23.4" not in remote.text
    before = asked(dealer, rule=by_road, engine=1).lines[0].remote
    assert before is not None
    assert before.amount_fen == 680


def test_a_place_with_a_fee_for_the_way_is_not_called_free() -> None:
    """26 km in a zone that the coverage calls free: no 免费 beside the sum; older promises read as they were given."""
    near = replace(RULE, remote=(RemoteRate(Zone.FREE, 20_000, 200),))
    far = replace(DEALER, distance_m=26_000)
    told = asked(far, rule=near).text

    assert "由恒安上门安装（按距离收远程费）" in told
    assert "= ¥12.00，师傅上门时由您支付" in told
    assert "由恒安上门安装（免费上门）" in asked(replace(DEALER, distance_m=5_000), rule=near).text
    before = asked(far, rule=near, engine=2).text
    assert "（免费上门区）" in before
    assert "由您上门时支付" in before


def test_nobody_is_asked_to_install_by_himself_without_anything_to_follow() -> None:
    """No film and no steps: no question, but the advice; and no extras where nobody comes."""
    bare = asked(good=replace(HEATER, video_url=None), extras=(Extra("drill", "打孔", "个", 5000),))
    own = bare.lines[0].self_install

    assert own is not None
    assert (own.suitable, own.question, bare.extras) == (False, None, ())
    assert "没有安装视频或步骤" in own.advice
    assert bare.text.startswith("烟台市芝罘区：暂时不能安排上门服务。")
    steps = asked(good=replace(HEATER, video_url=None, steps=("关水", "拧紧"))).lines[0].self_install
    assert steps is not None
    assert (steps.suitable, steps.question) == (True, promise_words.BY_STEPS)


def test_extras_of_other_work_are_not_told() -> None:
    """A toilet's beside a heater would frighten for nothing; what names no category is for all."""
    extras = (
        Extra("drill", "打孔", "个", 5000),
        Extra("old-heater", "拆旧热水器", "台", 2000, ("heater",)),
        Extra("old-toilet", "拆装马桶", "套", 15000, ("toilet",)),
    )
    assert [one.code for one in asked(DEALER, extras=extras).extras] == ["drill", "old-heater"]
    assert len(asked(DEALER, extras=extras, engine=2).extras) == 3


def test_whoever_has_nobody_for_the_work_is_not_promised() -> None:
    """No skill, no certificate: the next comes, and where there is no next, nobody; as dispatch would."""
    other = replace(DEALER, dealer_id=8, name="诚信", territory_owner=False)

    for unfit in (replace(DEALER, skilled=False), replace(DEALER, lacks=("gas",))):
        assert asked(unfit, other).lines[0].dealer == "诚信"
        assert asked(unfit).lines[0].covered is False


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_promise_names_whom_dispatch_would_ask(data: st.DataObject) -> None:
    """The head of the ranking with all its gates, over drawn dealers; who is only full stays the last hope."""
    servers = [data.draw(drawn_server(number)) for number in range(data.draw(st.integers(1, 5)))]
    line = asked(*servers).lines[0]
    ranked, dropped = rank([as_dispatch_sees(server) for server in servers])

    if ranked:
        assert line.dealer == f"网点{ranked[0].dealer_id}"
    elif not any(one.barred_by() == {"full"} for one in dropped):
        assert line.covered is False
    else:
        assert line.windows == ()


def drawn_server(number: int) -> st.SearchStrategy[Server]:
    """A dealer as it may come."""
    return st.builds(
        Server,
        dealer_id=st.just(number),
        name=st.just(f"网点{number}"),
        zone=st.sampled_from(["free", "remote", "none"]),
        territory_owner=st.booleans(),
        alliance=st.booleans(),
        score=st.integers(60, 100),
        active=st.sampled_from([True, True, False]),
        authorised=st.sampled_from([True, True, False]),
        diary=st.builds(
            Diary, st.builds(Limits, st.sampled_from([None, 0, 1, 3])), pending=st.integers(0, 6)
        ),
        distance_m=st.none() | st.integers(0, 90_000),
        skilled=st.sampled_from([True, True, False]),
        lacks=st.sampled_from([(), (), ("gas",)]),
        level=st.integers(0, 3),
        recent=st.integers(0, 5),
    )


def as_dispatch_sees(server: Server) -> Covering:
    """The same dealer as a round of dispatch knows it, for a fresh order without a wish."""
    earliest, in_time = dispatch.room(server.diary, DAYS, dispatch.asked_days(None, DAYS), 1)
    return Covering(
        server.dealer_id, server.zone, server.territory_owner, server.alliance, server.score, server.active,
        0 if earliest is None else None, server.distance_m, False, False, server.authorised,
        skilled=server.skilled, lacks=server.lacks, level=server.level, earliest=earliest, in_time=in_time,
        recent=server.recent, per_day=server.diary.limits.standing,
    )  # fmt: skip


def test_a_dealer_without_the_brands_leave_does_not_count() -> None:
    """Unauthorised, inactive or not serving the place: nobody comes."""
    barred = (replace(DEALER, authorised=False), replace(DEALER, active=False), replace(DEALER, zone="none"))

    assert [asked(server).covered for server in barred] == [False, False, False]


def test_what_is_accepted_without_a_window_pushes_the_promise_back() -> None:
    """Two units a day, three waiting, one booked on Tuesday: Thursday is the first day with room for one."""
    diary = Diary(Limits(standing=2), {date(2026, 3, 3): 1}, pending=3)
    busy = replace(DEALER, diary=diary)

    assert asked(busy).lines[0].windows[0].start.date() == date(2026, 3, 4)
    later = replace(busy, diary=replace(diary, pending=5))
    assert asked(later).lines[0].windows[0].start.date() == date(2026, 3, 5)


def test_a_dealer_full_for_a_month_is_still_named_when_nobody_else_comes() -> None:
    """Covered, but no window: the customer is told to ask again, not that there is nobody."""
    full = replace(DEALER, diary=Diary(Limits(standing=1), pending=100))
    line = asked(full).lines[0]

    assert (line.covered, line.dealer, line.windows) == (True, "恒安", ())
    assert "近 30 天已约满" in line.text


def test_another_dealer_with_room_outranks_a_full_owner() -> None:
    """As dispatch would: the full one falls out."""
    full = replace(DEALER, diary=Diary(Limits(standing=1), pending=100))
    free = replace(DEALER, dealer_id=8, name="鸿运", territory_owner=False)

    assert asked(full, free).lines[0].dealer == "鸿运"


def test_a_promotion_day_bends_lead_and_limits() -> None:
    """Three more lead days, and the dealer's units for promotions instead of the standing ones."""
    first = replace(DAYS[0], promotion="双11", extra_lead_days=3)
    line = asked(DEALER, days=(first, *DAYS[1:])).lines[0]
    limits = Limits(standing=5, promotion=9, days={DAYS[1].date: 2})

    assert (line.lead_days, line.windows[0].start.date()) == (4, date(2026, 3, 6))
    assert "双11期间订单较多" in line.text
    promoted = [replace(day, promotion="双11") for day in DAYS[:3]]
    assert [limits.on(day) for day in (*promoted[:2], DAYS[2])] == [9, 2, 5]


def test_closed_days_and_holidays_have_no_windows() -> None:
    """A dealer that opens Wednesday to Sunday and not on holidays; Wednesday is one."""
    days = tuple(replace(day, holiday=day.date == date(2026, 3, 4)) for day in DAYS)
    closed = replace(DEALER, diary=Diary(Limits(standing=1), opening_days=0b1111100, holidays_open=False))

    assert asked(closed, days=days).lines[0].windows[0].start.date() == date(2026, 3, 5)


def test_a_trip_in_vain_costs_the_customer_only_where_it_was_shown() -> None:
    """Half of ¥80.00 where the shop shows it, else nothing."""
    shown = asked(DEALER, terms=Terms(trip_fee_shown=True, silence_confirms=False))
    hidden = asked(DEALER)

    assert shown.lines[0].trip is not None
    assert hidden.lines[0].trip is not None
    assert (shown.lines[0].trip.amount_fen, hidden.lines[0].trip.amount_fen) == (4000, None)
    assert "¥40.00" in shown.lines[0].trip.text
    assert (shown.silence_confirms, hidden.silence_confirms) == (False, True)


def test_what_needs_no_installation_is_neither_covered_nor_not() -> None:
    """A kettle in the basket does not make a place uncovered."""
    answer = asked(good=replace(HEATER, needs_installation=False))

    assert (answer.covered, answer.lines[0].covered, answer.lines[0].text) == (
        True,
        None,
        "该商品无需上门安装",
    )


def test_room_and_fit_are_counted_in_units() -> None:
    """A job larger than a day may have an empty one; room is what limits leave over all days, less what waits."""
    two_days = DAYS[:2]

    assert [fits(2, 1, 1), fits(2, 1, 2), fits(2, 0, 3), fits(0, 0, 1), fits(None, 99, 9)] == [
        True,
        False,
        True,
        False,
        True,
    ]
    assert room(Diary(Limits(standing=5), pending=3), two_days) == 7
    assert room(Diary(), two_days) is None
    assert list(free_days(Diary(Limits(standing=2), pending=2), two_days, 1)) == [DAYS[1].date]
