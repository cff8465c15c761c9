"""Dispatch over a real database: what each step sees, who is asked, what is kept and read, and two jobs at one door."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, text, update

from domain.actions import Action, Command, Window
from domain.actors import Actor
from domain.calendar import local_date
from domain.errors import Invalid, NotFound
from models import db
from models.catalogue import Category
from models.dealer import Certificate, Coverage, Dealer, Skill
from models.person import RoleBinding
from services import dispatch_settings
from services.dispatch_settings import RuleGiven, Wish
from services.dispatching import Dispatched, dispatch_batch, expire_offers
from services.lifecycle import answer_offer, perform
from services.queries import dispatch, offers, same_door, windows
from services.queries.jobs import page
from tests import ordering
from tests.services import money
from tests.worlds import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def run(*statements: Any) -> None:
    with db.engine.begin() as tx:
        for statement in statements:
            tx.execute(statement)


def asked(job_id: int) -> list[int]:
    with db.engine.connect() as connection:
        found = text("SELECT dealer_id FROM offer WHERE job_id = :job AND status = 'open' ORDER BY id")
        return list(connection.execute(found, {"job": job_id}).scalars())


def take(world: World, job_id: int, number: int = 1) -> None:
    """Dealer `number` accepts its open offer."""
    who: Actor = world.actor(f"dispatcher{number}")
    with db.engine.connect() as connection:
        found = text("SELECT id FROM offer WHERE job_id = :job AND dealer_id = :dealer AND status = 'open'")
        offer = connection.execute(found, {"job": job_id, "dealer": who.dealer_id}).scalar_one()
    answer_offer(who, Command(Action.ACCEPT, offer_id=offer), world.now)


def book(world: World, job_id: int, start: timedelta = DAY) -> None:
    desk = world.actor("dispatcher1")
    perform(desk, job_id, Command(Action.ASSIGN, installer_id=world.people["installer1"]), world.now)
    window = Window(world.now + start, world.now + start + 2 * HOUR)
    perform(desk, job_id, Command(Action.BOOK, window=window), world.now)


def test_without_a_skilled_or_certified_installer_the_next_dealer_is_asked(world: World) -> None:
    """The owner has nobody with the gas certificate, then nobody skilled; an agent reads which it was."""
    kind = {"kind": "gas", "expires_on": date(2027, 1, 1)}
    run(
        update(Category).values(certificates=["gas"]),
        insert(Certificate).values(person_id=world.people["installer2"], **kind),
    )
    first = world.job()
    dispatch_batch(world.now)
    run(delete(Skill).where(Skill.person_id == world.people["installer1"]))
    second = world.job(phone="13800002222")
    dispatch_batch(world.now)

    said = [dispatch.of_job(world.actor("agent"), job_id, world.now).offers[0] for job_id in (first, second)]
    assert [one.dealer_id for one in said] == [world.dealers[1]] * 2
    out = [[step.words for line in one.funnel if not line.kept for step in line.steps] for one in said]
    assert out == [["在职师傅没有有效的燃气证书"], ["没有具备该品类技能的在职师傅"]]


def test_who_left_counts_no_more(world: World) -> None:
    """A skilled person whose binding has ended is nobody's installer."""
    run(update(RoleBinding).where(RoleBinding.person_id == world.people["installer1"]).values(status="ended"))
    job_id = world.job()
    dispatch_batch(world.now)

    assert asked(job_id) == [world.dealers[1]]


def test_several_are_asked_at_once_where_no_owner_is_left(world: World) -> None:
    """The owner alone; when he lets it lie, two at once by the category's rule, and the first to accept wins."""
    third = world.dealers[world.add_dealer() - 1]
    dispatch_settings.set_rule(RuleGiven("water_heater", 2, 60), world.now)
    job_id = world.job()
    dispatch_batch(world.now)
    owner, later = asked(job_id), world.now + HOUR + HOUR / 4
    expired = expire_offers(later)
    dispatch_batch(later)
    both = asked(job_id)
    take(world, job_id, 3)

    assert (owner, expired, both) == ([world.dealers[0]], 1, [world.dealers[1], third])
    assert (world.row(job_id).dealer_id, asked(job_id)) == (third, [])


def test_equals_share_the_jobs_of_one_run(world: World) -> None:
    """Two dealers alike in everything get two of four jobs each, in turn, though the run read them once."""
    run(
        update(Coverage).values(zone="free", territory_owner=False),
        update(Dealer).values(alliance=True),
    )
    made = [world.job(phone=f"1380000{n:04d}") for n in range(4)]

    assert dispatch_batch(world.now) == Dispatched(offered=4)
    assert [asked(job_id) for job_id in made] == [[dealer] for dealer in (*world.dealers, *world.dealers)]


def test_many_jobs_are_shared_as_planned_though_two_workers_offer_them(world: World) -> None:
    """Planned in order, done side by side: thirty jobs, fifteen each, in turn."""
    run(update(Coverage).values(zone="free", territory_owner=False), update(Dealer).values(alliance=True))
    made = [world.job(phone=f"1380000{n:04d}") for n in range(30)]

    assert dispatch_batch(world.now) == Dispatched(offered=30)
    assert [asked(job_id) for job_id in made] == [[dealer] for dealer in world.dealers] * 15


def test_an_agent_reads_the_whole_story_and_nobody_else_does(world: World) -> None:
    """Rounds of offers with their funnels, and who could be asked now; another channel's agent finds nothing."""
    job_id = world.job()
    dispatch_batch(world.now)
    expire_offers(world.now + 3 * HOUR)
    dispatch_batch(world.now + 3 * HOUR)
    story = dispatch.of_job(world.actor("agent"), job_id, world.now + 3 * HOUR)

    assert [(one.dealer_id, one.status) for one in story.offers] == [
        (world.dealers[0], "expired"),
        (world.dealers[1], "open"),
    ]
    assert story.offers[0].funnel[0].steps[0].words == "本区域属地网点"
    assert story.offers[0].funnel[1].steps[-1].words == "第 2 位：「属地」不及前一位"
    refused = [line for line in story.current if line.dealer_id == world.dealers[0]]
    assert [(line.kept, line.steps[0].step) for line in refused] == [(False, "refused")]
    with pytest.raises(NotFound):
        dispatch.of_job(world.actor("agent", channel_ids=frozenset({99})), job_id, world.now)


def test_the_dealer_reads_why_it_was_asked(world: World) -> None:
    """Its own line of the funnel, in words."""
    world.job()
    dispatch_batch(world.now)
    [card] = offers.listed(world.actor("dispatcher1"), "open", None, 10, world.now)

    assert card.reasons[:2] == ("本区域属地网点", "服务联盟成员")
    assert (card.capacity_left, card.earliest) == (None, local_date(world.now))


def test_what_a_dealer_decides_by_is_what_it_gets(world: World) -> None:
    """Zone and fee on the offer, on the job while it is only asked, and on the job it took; nobody else's before."""
    money.rule(
        base=[{"category": "water_heater", "zone": "remote", "fen": 8800}],
        remote=[{"zone": "remote", "free_m": 20_000, "per_km_fen": 200}],
    )
    run(update(Coverage).where(Coverage.dealer_id == world.dealers[0]).values(zone="remote"))
    run(update(Dealer).values(outlet_lng=None, outlet_lat=None))
    job_id, desk = world.job(), world.actor("dispatcher1")
    by_hand = Command(Action.OFFER, dealer_ids=(world.dealers[0],), agreed_fen=20_000)
    perform(world.actor("agent"), job_id, by_hand, world.now)
    [card] = offers.listed(desk, "open", None, 10, world.now)
    asked, for_agents = page(desk, job_id, world.now), page(world.actor("agent"), job_id, world.now)
    answer_offer(desk, Command(Action.ACCEPT, offer_id=card.id), world.now)
    took = page(desk, job_id, world.now)

    assert [(one.zone, one.distance_m) for one in (asked, took)] == [(card.zone, card.distance_m)] * 2
    assert (card.zone, for_agents.zone, for_agents.distance_m) == ("remote", None, None)
    assert card.fee_fen == 28_800
    assert card.fee_text == (
        "基础安装费 电热水器 远程区 ¥88.00；远程费 距离未测得，协商价 ¥200.00。"
        "合计 ¥288.00，按今日收费规则，同户同次上门远程费只计一次"
    )


def test_a_price_for_the_way_is_agreed_only_where_the_rule_has_none(world: World) -> None:
    """Within the formula's reach, or where no way is paid at all, it is refused with what the rule says."""
    money.rule(remote=[{"zone": "remote", "free_m": 1_000, "per_km_fen": 200}])
    job_id, agent = world.job(), world.actor("agent")
    by_hand, said = Command(Action.OFFER, dealer_ids=(world.dealers[0],), agreed_fen=20_000), []
    for zone in ("free", "remote"):
        run(update(Coverage).values(zone=zone))
        with pytest.raises(Invalid) as refused:
            perform(agent, job_id, by_hand, world.now)
        said += [
            (fault.field, fault.code, fault.message.partition("：")[2]) for fault in refused.value.errors
        ]
    run(update(Dealer).values(outlet_lng=None, outlet_lat=None))
    perform(agent, job_id, by_hand, world.now)

    assert said == [
        ("agreed_fen", "rule_decides", "该区域不计远程费"),
        ("agreed_fen", "rule_decides", "远程费 (2.1 km − 1 km) × ¥2.00 = ¥2.20"),
    ]


def test_two_orders_of_one_door_in_one_file_are_one_dealers_too(world: World) -> None:
    """However the shop wrote number and address, by columns or as text: the key is written as the rows are taken."""
    ordering.elsewhere()
    run(update(Coverage).values(zone="free", territory_owner=False), update(Dealer).values(alliance=True))
    by_columns = replace(
        ordering.ROW,
        order_number="TB-2",
        phone="+8613800138000",
        address="建设路1号",
        province="山东省",
        city="烟台市",
        district="芝罘区",
    )
    two_lines = replace(ordering.ROW, order_number="TB-1", line_number=2)
    other = replace(ordering.ROW, order_number="TB-3", phone="13800138009")
    made = ordering.take(world, ordering.ROW, two_lines, by_columns, other).jobs
    dispatch_batch(world.now)

    one, two = world.dealers
    assert [asked(job_id) for job_id in made] == [[one], [one], [one], [two]]
    beside = same_door.beside(world.actor("agent"), made[2], world.now)
    assert [neighbour.job_id for neighbour in beside] == [made[0], made[1]]


def test_two_jobs_of_one_door_go_to_one_dealer_though_the_other_would_be_next(world: World) -> None:
    """The second order of the same person at the same address follows the first, also within one run."""
    run(update(Coverage).values(zone="free", territory_owner=False), update(Dealer).values(alliance=True))
    first, second, other = world.job(), world.job(), world.job(phone="13800009999")
    dispatch_batch(world.now)
    again = world.job()
    dispatch_batch(world.now)

    one, two = world.dealers
    assert [asked(job_id) for job_id in (first, second, other, again)] == [[one], [one], [two], [one]]
    story = dispatch.of_job(world.actor("agent"), again, world.now)
    assert f"同址已有工单 {first}、{second}" in story.offers[0].funnel[0].steps[1].words


def test_the_dealer_sees_what_can_be_done_in_one_visit(world: World) -> None:
    """The neighbour and its window; that window is offered although the installer is there, and shares the visit."""
    first, second = world.job(), world.job()
    dispatch_batch(world.now)
    take(world, first)
    book(world, first)
    take(world, second)
    desk = world.actor("dispatcher1")
    [neighbour] = same_door.beside(desk, second, world.now)
    proposed = [one for one in windows.free(desk, second, world.now) if one.together]
    book(world, second)

    assert (neighbour.job_id, neighbour.status) == (first, "booked")
    assert "同一地址的工单已约 3月3日 10:00–12:00" in neighbour.advice
    assert [(one.part, one.start, one.together) for one in proposed] == [
        ("morning", world.now + DAY - 2 * HOUR, (first,))
    ]
    assert world.row(first).visit_id == world.row(second).visit_id


def test_who_may_not_know_of_the_neighbour_is_not_told(world: World) -> None:
    """Another dealer asked for one job hears nothing of the other; nor does anybody without the job itself."""
    first, second = world.job(), world.job()
    perform(world.actor("agent"), first, Command(Action.OFFER, dealer_ids=(world.dealers[0],)), world.now)
    perform(world.actor("agent"), second, Command(Action.OFFER, dealer_ids=(world.dealers[1],)), world.now)

    assert same_door.beside(world.actor("dispatcher2"), second, world.now) == ()
    assert [one.job_id for one in same_door.beside(world.actor("agent"), second, world.now)] == [first]
    with pytest.raises(NotFound):
        same_door.beside(world.actor("dispatcher2"), first, world.now)


def test_wishes_are_kept_by_category(world: World) -> None:
    """The last word counts; an unknown category is refused with its place."""
    dealer = world.dealers[0]
    dispatch_settings.set_wishes(dealer, [Wish("water_heater", True)], world.now)
    dispatch_settings.set_wishes(dealer, [Wish("water_heater", False)], world.now)

    assert dispatch_settings.wishes(dealer) == (Wish("water_heater", False),)
    with pytest.raises(Invalid) as refused:
        dispatch_settings.set_wishes(dealer, [Wish("water_heater", True), Wish("nothing", True)], world.now)
    assert [fault.field for fault in refused.value.errors] == ["lines.1.category_code"]
