"""What was written is read by those who must act on it: whole by the brand, on record; masked by its dealer."""

from __future__ import annotations

from typing import Any

import pytest

from domain.actions import Action, Command, Scores
from domain.actors import Actor, Role
from domain.errors import Forbidden, NotFound
from domain.queues import QUEUES
from domain.runs import TASKS
from jobs.timetable import TIMETABLE
from services import runs
from services.lifecycle import answer_offer, perform
from services.queries import access_log, jobs, offers, said, staff
from services.queries.channels import channels
from services.queries.job_views import Filters
from services.queries.queues import complaints
from tests.rows import rows
from tests.services.test_lifecycle import HOUR, booked, offered, submitted
from tests.worlds import World

ANGRY = "张三很生气，请打 13800001111，插座漏电"


def complaint(world: World, job_id: int, category: str = "workmanship") -> int:
    """In the customer's words."""
    opened = Command(Action.COMPLAINT_OPENED, category=category, note=ANGRY)
    perform(world.customer(job_id), job_id, opened, world.now)
    return int(rows("SELECT max(id) AS id FROM complaint")[0].id)


def test_a_complaint_is_read_whole_with_its_replies_and_verdict(world: World) -> None:
    """The agent reads every word, and that he did is on record."""
    job_id, agent = booked(world), world.actor("agent")
    number = complaint(world, job_id)
    perform(agent, job_id, Command(Action.COMPLAINT_REPLIED, complaint_id=number, note="马上处理"), world.now)
    ruled = Command(
        Action.COMPLAINT_CLOSED,
        complaint_id=number,
        outcome="upheld",
        fault="dealer",
        note="属实",
        agreed_fen=2000,
    )
    perform(agent, job_id, ruled, world.now)

    page = said.complaint(agent, number, world.now)
    assert (page.text, page.replies[0].text, page.verdict_text) == (ANGRY, "马上处理", "属实")
    assert (page.fault, page.compensation_fen, page.category_name) == ("dealer", 2000, "安装质量")
    assert [one.job_id for one in rows("SELECT job_id FROM access_event WHERE kind = 'complaint_read'")] == [
        job_id
    ]


def test_finance_reads_complaints_with_a_compensation_and_no_others_masked(world: World) -> None:
    """What it pays for it must understand; whose complaint it is, it need not know."""
    job_id, finance = booked(world), Actor(Role.FINANCE, person_id=world.people["auditor"])
    numbers = [complaint(world, job_id) for _ in range(2)]
    for number, fen in zip(numbers, (None, 2000), strict=True):
        over = Command(
            Action.COMPLAINT_CLOSED, complaint_id=number, outcome="upheld", fault="brand", agreed_fen=fen
        )
        perform(world.actor("agent"), job_id, over, world.now)

    assert [line.id for line in complaints(finance, False, 0, 10)] == numbers[1:]
    with pytest.raises(NotFound):
        said.complaint(finance, numbers[0], world.now)
    page = said.complaint(finance, numbers[1], world.now)
    assert (page.compensation_fen, page.text) == (2000, "客户很生气，请打 ***，插座漏电")


def test_the_dealer_reads_what_is_held_against_it_without_name_and_number(world: World) -> None:
    """Another dealer reads nothing."""
    number = complaint(world, booked(world))
    text = said.complaint(world.actor("dispatcher1"), number, world.now).text
    assert text is not None
    assert "漏电" in text
    assert "张三" not in text
    assert "13800001111" not in text
    with pytest.raises(NotFound):
        said.complaint(world.actor("dispatcher2"), number, world.now)


def test_what_one_dealer_wrote_is_not_the_next_ones(world: World) -> None:
    """Why the first declined is for the brand; the agents' own words are too."""
    job_id, agent, at = world.job(), world.actor("agent"), world.now
    [first] = offered(world, job_id, 1)
    desk = world.actor("dispatcher1")
    answer_offer(desk, Command(Action.DECLINE, offer_id=first, reason="fee_too_low", note="太便宜"), at)
    [_, second] = offered(world, job_id, 2)
    answer_offer(world.actor("dispatcher2"), Command(Action.ACCEPT, offer_id=second), at)
    perform(agent, job_id, Command(Action.HOLD, reason="other", note="内部：怀疑刷单"), at)
    perform(agent, job_id, Command(Action.URGE, reason="late", note="请尽快"), at)
    perform(world.actor("dispatcher2"), job_id, Command(Action.URGE_ANSWERED, note="下午去"), at)

    whole = [line.text for line in said.notes(agent, job_id, at)]
    theirs = [line.text for line in said.notes(world.actor("owner2"), job_id, at)]
    assert whole == ["太便宜", "内部：怀疑刷单", "请尽快", "下午去"]
    assert theirs == ["请尽快", "下午去"]
    assert said.notes(agent, job_id, at)[0].reason_name == "费用太低"


def test_a_list_says_until_when_an_urged_dealer_is_to_answer(world: World) -> None:
    """An hour of service from the first urge on; nothing once it is answered."""
    job_id, at = booked(world), world.now
    for later in (0, 20):
        perform(world.actor("agent"), job_id, Command(Action.URGE, reason="late"), at + later * HOUR / 60)
    desk, seen = world.actor("dispatcher1"), []
    for _ in range(2):
        seen += [line.urged_until for line in jobs.listed(desk, Filters(), None, 9)]
        perform(desk, job_id, Command(Action.URGE_ANSWERED, note="下午去"), at + HOUR / 2)

    assert seen == [at + HOUR, None]


def test_a_job_shows_the_words_of_its_rating_and_the_ground_of_its_dispute(world: World) -> None:
    """Agents whole, the desk masked; the ground only while the dispute is open."""
    job_id, agent, at = submitted(world), world.actor("agent"), world.now + 5 * HOUR
    perform(world.customer(job_id), job_id, Command(Action.DISPUTE, reason="quality", note=ANGRY), at)
    ground = jobs.page(agent, job_id, at).dispute
    assert ground is not None
    assert (ground.reason_name, ground.text) == ("安装质量", ANGRY)
    masked = jobs.page(world.actor("dispatcher1"), job_id, at).dispute
    assert masked is not None
    assert "张三" not in (masked.text or "张三")

    perform(agent, job_id, Command(Action.RULE, outcome="confirmed"), at)
    rated = Command(Action.RATE, scores=Scores(2, tags=("迟到",)), note=ANGRY)
    perform(world.customer(job_id), job_id, rated, at)
    page = jobs.page(agent, job_id, at)
    assert (page.dispute, page.rating, page.rating_text, page.rating_tags) == (None, 2, ANGRY, ("迟到",))


def test_a_dispatcher_finds_whom_to_assign_and_nobody_of_another_dealer(world: World) -> None:
    """Id, name, skills and whether he is at work; no phone."""
    [line] = staff.installers(world.actor("dispatcher1"), world.dealers[0], 0, 10)
    assert (line.person_id, line.name, line.status) == (world.people["installer1"], "installer1", "active")
    assert [(one.category_code, one.level) for one in line.skills] == [("water_heater", 2)]
    assert not hasattr(line, "phone")
    with pytest.raises(NotFound):
        staff.installers(world.actor("dispatcher1"), world.dealers[1], 0, 10)


def test_a_dispatcher_reads_the_chain_of_his_dealers_job(world: World) -> None:
    """From its acceptance on, as its owner does."""
    job_id = booked(world)
    chains = [jobs.events(world.actor(who), job_id) for who in ("dispatcher1", "owner1")]
    assert chains[0] == chains[1]
    assert chains[0][0].action == "accept"


def test_shops_are_listed_to_those_who_need_their_ids(world: World) -> None:
    """A dealer sees those it operates, a desk its own."""
    [shop] = channels(world.actor("agent"), 0, 10)
    assert (shop.id, shop.code, shop.operator_name) == (world.channel_id, "own-shop", None)
    assert channels(world.actor("owner1"), 0, 10) == []
    assert channels(world.actor("agent", channel_ids=frozenset({0})), 0, 10) == []


def test_finance_starts_and_reads_the_runs_of_money_only(world: World) -> None:
    """The fee run, the drawing of statements and their silence; the names are the timetable's."""
    finance, admin = world.actor("finance"), world.actor("admin")
    runs.request(finance, "fees", world.now)
    runs.request(admin, "dispatch", world.now)
    with pytest.raises(Forbidden):
        runs.request(finance, "dispatch", world.now)

    assert [line.task for line in runs.listed(finance, None, None, None, 10)] == ["fees"]
    assert len(runs.listed(admin, None, None, None, 10)) == 2
    assert tuple(task.name for task in TIMETABLE) == TASKS


def test_runs_that_had_nothing_to_do_can_be_left_out(world: World) -> None:
    """A count of nothing at any depth is nothing; a failure, and a run asked for, is shown all the same."""
    admin, now = world.actor("admin"), world.now
    ends: list[tuple[str, dict[str, Any], str | None]] = [
        ("sla", {"clocks": 0, "reasons": {}}, None),
        ("close", {"done": 0, "reasons": {"charges_open": 2}}, None),
        ("dispatch", {}, "ValueError"),
    ]
    for task, counts, error in ends:
        run_id = runs.claim(task, now, now)
        assert run_id is not None
        runs.finish(run_id, counts, error, now)
    runs.request(admin, "fees", now)

    told = [line.task for line in runs.listed(admin, None, None, None, 10, worked=True)]

    assert told == ["fees", "dispatch", "close"]


def test_an_offer_by_hand_says_so_with_its_note_and_what_was_agreed(world: World) -> None:
    """The dealer accepts by what it was told; an offer of the system's says nothing of the kind."""
    job_id, at = world.job(), world.now
    asked = Command(Action.OFFER, dealer_ids=(world.dealers[1],), note="专程一趟", agreed_fen=20_000)
    perform(world.actor("agent"), job_id, asked, at)
    offered(world, world.job(address="芝罘区胜利路 2 号"), 2)

    card, plain = offers.listed(world.actor("dispatcher2"), "open", None, 10, at)
    assert (card.by_hand, card.note, card.agreed_fen) == (True, "专程一趟", 20_000)
    assert card.reasons[-1] == "由客服人工派单"
    assert (plain.by_hand, plain.note, plain.agreed_fen) == (False, None, None)


def test_the_access_log_is_read_by_person_job_and_kind(world: World) -> None:
    """Who looked at which complaint; newest first."""
    job_id, agent = booked(world), world.actor("agent")
    number = complaint(world, job_id)
    said.complaint(agent, number, world.now)
    said.notes(agent, job_id, world.now)

    lines = access_log.listed(agent.person_id, job_id, None, None, 10)
    assert [(line.kind, line.job_id) for line in lines] == [
        ("notes_read", job_id),
        ("complaint_read", job_id),
    ]
    assert all(line.actor_name for line in lines)
    assert [line.kind for line in access_log.listed(None, None, "notes_read", None, 10)] == ["notes_read"]
    assert access_log.listed(world.people["owner1"], None, None, None, 10) == []
    assert access_log.listed(None, None, None, lines[-1].id, 10) == []


def test_every_reason_to_queue_is_one_that_can_be_asked_for() -> None:
    """A queue that no filter names would be work that nobody finds."""
    import re
    from pathlib import Path

    code = "".join(path.read_text() for path in (Path(__file__).parents[2] / "services").rglob("*.py"))
    put = set(re.findall(r'queue(?:d|)\([^()]*?"([a-z_]+)"', code)) | set(
        re.findall(r'"queue": "([a-z_]+)"', code)
    )
    assert put - {"dealer_ids"} <= set(QUEUES)
    assert len(put) > 10
