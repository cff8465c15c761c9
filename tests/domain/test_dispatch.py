"""The funnel as a pure function: who is out and why, who comes first and why, whose turn it is among equals."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any

import pytest

from domain.capacity import Day, Diary, Limits
from domain.dispatch import Covering, Funnel, Rule, asked_days, rank, room

TODAY = date(2026, 3, 2)
DAYS = [Day(TODAY + timedelta(days=n)) for n in range(30)]


def dealer(dealer_id: int, **facts: Any) -> Covering:
    usual: dict[str, Any] = {
        "zone": "free",
        "territory_owner": False,
        "alliance": False,
        "score": 100,
        "active": True,
        "capacity_left": None,
        "distance_m": 3000,
        "refused": False,
        "auto_accept": False,
        "level": 2,
    }
    return Covering(dealer_id, **(usual | facts))


def order(*seen: Covering) -> list[int]:
    return [line.dealer_id for line in rank(seen)[0]]


STEPS = [
    {"territory_owner": True},
    {"same_door": (9,)},
    {"alliance": True},
    {"zone": "free"},
    {"level": 3},
    {"in_time": True},
    {"distance_m": 4999},
    {"score": 100},
    {"recent": 1},
]
WORST: dict[str, Any] = {
    "zone": "remote",
    "level": 2,
    "in_time": False,
    "distance_m": 5000,
    "score": 80,
    "recent": 2,
}


@pytest.mark.parametrize("place", range(len(STEPS)))
def test_each_criterion_outweighs_all_that_come_after_it(place: int) -> None:
    """Better in one step and worse in every later one is still asked first; who lost is told in which step."""
    later = {name: value for step in STEPS[place + 1 :] for name, value in step.items()}
    first, second = dealer(2, **(WORST | STEPS[place])), dealer(1, **(WORST | later))

    ranked, _ = rank([second, first])
    assert [line.dealer_id for line in ranked] == [2, 1]
    assert ranked[1].steps[-1].step == "place"


def test_the_order_does_not_depend_on_the_order_of_the_rows() -> None:
    """Total and deterministic: any permutation of the same dealers gives the same ranking."""
    seen = [dealer(1), dealer(2), dealer(3, alliance=True), dealer(4, recent=5)]

    assert {tuple(order(*mixed)) for mixed in permutations(seen)} == {(3, 1, 2, 4)}


def test_equals_take_turns_by_what_they_can_do_in_a_day() -> None:
    """10 offers at 10 a day weigh as much as 5 at 5; a metre more or a point less within the band decides nothing."""
    big, small = dealer(1, recent=11, per_day=10), dealer(2, recent=5, per_day=5, distance_m=3900, score=101)

    assert order(big, small) == [2, 1]
    assert order(replace(big, recent=9), small) == [1, 2]
    assert "派单均衡" in rank([big, small])[0][1].reasons[-1]


def test_a_hundred_jobs_are_shared_in_proportion_to_capacity() -> None:
    """Equals with 6, 3 and 1 units a day get 60, 30 and 10 of a hundred jobs."""
    seen = {n: dealer(n, per_day=units) for n, units in ((1, 6), (2, 3), (3, 1))}
    for _ in range(100):
        first = order(*seen.values())[0]
        seen[first] = replace(seen[first], recent=seen[first].recent + 1)

    assert {n: one.recent for n, one in seen.items()} == {1: 60, 2: 30, 3: 10}


@pytest.mark.parametrize(
    ("facts", "gate", "words"),
    [
        ({"active": False}, "inactive", "网点已停止接单"),
        ({"zone": "none"}, "not_covered", "该品类在此区域不服务"),
        ({"authorised": False}, "unauthorised", "没有该品类的有效授权"),
        ({"refused": True}, "refused", "已拒绝、未按时响应或已被改派"),
        ({"skilled": False}, "unskilled", "没有具备该品类技能的在职师傅"),
        ({"lacks": ("gas", "wiring")}, "uncertified", "在职师傅没有有效的燃气、电工证书"),
        ({"capacity_left": 0}, "full", "近期产能已满"),
    ],
)
def test_every_gate_names_itself(facts: dict[str, Any], gate: str, words: str) -> None:
    """Out with the reason, in a code and in words."""
    ranked, (out,) = rank([dealer(1, **facts)])

    assert (ranked, out.barred_by(), out.reasons) == ((), {gate}, (words,))


def test_all_that_bars_a_dealer_is_said_at_once() -> None:
    """Not only the first reason: an agent who mends one must know of the next."""
    _, (out,) = rank([dealer(1, refused=True, skilled=False, capacity_left=0)])

    assert out.barred_by() == {"refused", "unskilled", "full"}


def test_why_a_dealer_is_in_is_said_step_by_step() -> None:
    """The words a dealer and an agent read."""
    facts: dict[str, Any] = {"territory_owner": True, "alliance": True, "same_door": (12,), "level": 3}
    (line,), _ = rank([dealer(1, **facts, earliest=TODAY, recent=4, per_day=5, auto_accept=True)])

    assert line.reasons == (
        "本区域属地网点",
        "同址已有工单 12，建议一次上门，远程费只收一次",
        "服务联盟成员",
        "免费上门区",
        "师傅技能 3 级，所需证书有效",
        "最早 3月2日 有空档",
        "距离 3.0 km",
        "服务分 100",
        "近 7 天派单 4 次，日产能 5",
        "自动接单",
    )


def funnel(*seen: Covering, at_once: int = 1) -> Funnel:
    return Funnel(*rank(seen), Rule(asked_at_once=at_once))


def test_the_owner_is_asked_alone_and_the_others_together() -> None:
    """A territory is its owner's to take; where he is out, as many as the rule says are asked at once."""
    owner, rest = dealer(1, territory_owner=True), [dealer(2), dealer(3), dealer(4)]

    assert [line.dealer_id for line in funnel(owner, *rest, at_once=2).asked()] == [1]
    assert [line.dealer_id for line in funnel(replace(owner, refused=True), *rest, at_once=2).asked()] == [
        2,
        3,
    ]
    assert [line.dealer_id for line in funnel(*rest, at_once=9).asked()] == [2, 3, 4]
    assert funnel(replace(owner, refused=True)).asked() == ()


def test_who_takes_everything_is_asked_alone_unless_he_is_late() -> None:
    """Accepting by itself is for the asked days; later than that somebody must say yes."""
    keen = dealer(1, alliance=True, auto_accept=True)
    late = funnel(replace(keen, in_time=False), dealer(2, in_time=False), at_once=2).asked()

    assert [line.auto_accept for line in funnel(keen, dealer(2), at_once=2).asked()] == [True]
    assert [line.auto_accept for line in late] == [False, False]


def test_nobody_covers_nobody_has_room_nobody_is_left() -> None:
    """Three ends that are not the same: self-install, ask again later, an agent decides."""
    none, full, refused = dealer(1, zone="none"), dealer(2, capacity_left=0), dealer(3, refused=True)

    ends = [funnel(none), funnel(none, full, refused), funnel(none, refused, replace(full, refused=True))]
    assert [(end.covered(), end.only_full()) for end in ends] == [(False, False), (True, True), (True, False)]


def test_who_does_not_go_there_and_is_asked_by_hand_comes_from_afar() -> None:
    """A dealer whose coverage says no, and one that has none: both are remote, as any who crosses a territory."""
    found = funnel(dealer(1, zone="none"))

    assert [found.of(1).zone, found.of(2).zone] == ["remote", "remote"]


def test_room_on_the_asked_days() -> None:
    """Two a day, today taken, three pending: they fill tomorrow and half the day after, where one still fits."""
    diary = Diary(Limits(2), {TODAY: 2}, pending=3)
    third = TODAY + timedelta(days=2)

    assert room(diary, DAYS, asked_days(None, DAYS), 1) == (third, True)
    assert room(replace(diary, pending=4), DAYS, asked_days(None, DAYS), 1) == (
        TODAY + timedelta(days=3),
        False,
    )
    assert room(diary, DAYS, asked_days(third, DAYS), 1) == (third, True)
    assert room(Diary(Limits(0)), DAYS, asked_days(None, DAYS), 1) == (None, False)
    assert room(Diary(), DAYS, asked_days(TODAY - timedelta(days=9), DAYS), 4) == (TODAY, True)
    assert room(Diary(Limits(1)), DAYS, asked_days(TODAY + timedelta(days=90), DAYS), 1) == (TODAY, True)
