"""Telephone return visits: made by hand or earned by an unhappy end, asked from a list
by an agent or on the customer's page, closed without a visit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.actions import Action, Command, Scores
from domain.actors import SYSTEM, Actor
from domain.errors import Invalid, NotFound
from domain.lifecycle import Barred
from domain.questions import QUESTIONS
from services.dispatching import dispatch_batch
from services.lifecycle import perform
from services.queries import jobs
from services.queries.job_views import Filters
from services.return_visits import NothingToAsk, create
from tests.rows import rows
from tests.services.test_lifecycle import HOUR, submitted
from tests.services.test_told_codes import by_number
from tests.worlds import World

ALL = tuple((question.code, question.options[0].code) for question in QUESTIONS)


def confirmed(world: World) -> int:
    """A job the customer has confirmed."""
    job_id = submitted(world)
    perform(world.customer(job_id), job_id, Command(Action.CONFIRM), world.now + 4 * HOUR)
    return job_id


def test_a_call_is_made_taken_answered_and_closed_by_an_agent(world: World) -> None:
    """New, accepted, closed; no clock, no notice, no dispatch; every question is asked before the end."""
    job_id, agent, later = confirmed(world), world.actor("agent"), world.now + 5 * HOUR
    made = create(agent, job_id, later)
    with pytest.raises(NothingToAsk):
        create(agent, job_id, later)
    dispatch_batch(later)

    perform(agent, made.id, Command(Action.ACCEPT), later)
    perform(agent, made.id, Command(Action.RECORD_ANSWERS, answers=ALL[:2]), later)
    with pytest.raises(Barred) as early:
        perform(agent, made.id, Command(Action.CLOSE), later)
    perform(agent, made.id, Command(Action.RECORD_ANSWERS, answers=ALL[2:], note="很满意"), later)
    closed = perform(agent, made.id, Command(Action.CLOSE), later)

    assert len(early.value.errors) == len(QUESTIONS) - 2
    assert (closed.kind, closed.status) == ("return_visit", "closed")
    assert rows("SELECT 1 FROM clock WHERE job_id = :j", j=made.id) == []
    assert rows("SELECT 1 FROM outbox WHERE job_id = :j", j=made.id) == []
    answers = rows("SELECT question, answer FROM return_visit_answer WHERE job_id = :j", j=made.id)
    assert sorted(map(tuple, answers)) == sorted(ALL)
    assert world.row(job_id).status == "confirmed"


def test_an_answer_is_one_of_the_list(world: World) -> None:
    """Each fault at its place; nothing of it is written."""
    agent, later = world.actor("agent"), world.now + 5 * HOUR
    made = create(agent, confirmed(world), later)
    perform(agent, made.id, Command(Action.ACCEPT), later)

    wrong = (("on_time", "perhaps"), ("weather", "yes"))
    with pytest.raises(Invalid) as refused:
        perform(agent, made.id, Command(Action.RECORD_ANSWERS, answers=wrong), later)

    assert [fault.code for fault in refused.value.errors] == ["unknown_value", "unknown_question"]


@pytest.mark.parametrize(("stars", "calls"), [(3, 1), (5, 0)])
def test_an_unhappy_end_earns_a_call(world: World, stars: int, calls: int) -> None:
    """Three stars or fewer: somebody asks, once the job is closed."""
    job_id, later = confirmed(world), world.now + 5 * HOUR
    perform(world.customer(job_id), job_id, Command(Action.RATE, scores=Scores(stars)), later)
    perform(SYSTEM, job_id, Command(Action.CLOSE), later + timedelta(days=8))

    made = rows("SELECT kind, status, queue FROM job WHERE parent_id = :j", j=job_id)
    assert [tuple(row) for row in made] == [("return_visit", "new", "return_visit")] * calls


def test_a_call_taken_up_again_waits_for_an_agent_and_is_dispatched_to_nobody(world: World) -> None:
    """Cancelled and reopened: in the agents' queue, where no dealer is offered it."""
    agent, later = world.actor("agent"), world.now + 5 * HOUR
    made = create(agent, confirmed(world), later)
    perform(agent, made.id, Command(Action.CANCEL, reason="other"), later)
    perform(agent, made.id, Command(Action.REOPEN), later)
    dispatch_batch(later)

    assert (world.row(made.id).status, world.row(made.id).queue) == ("new", "return_visit")
    assert rows("SELECT 1 FROM offer WHERE job_id = :j", j=made.id) == []


def by_link(world: World, job_id: int) -> Actor:
    """Whoever came by the link of a job: no person, that job's horizon."""
    return replace(world.customer(job_id), person_id=None, job_id=job_id)


def test_a_customer_answers_on_the_page_and_is_called_no_more(world: World) -> None:
    """By the link of the job it is about; a part leaves the call to be made, the last answer closes it."""
    job_id, later = confirmed(world), world.now + 5 * HOUR
    made = create(world.actor("agent"), job_id, later)
    customer = by_link(world, job_id)

    part = perform(customer, made.id, Command(Action.RECORD_ANSWERS, answers=ALL[:2]), later)
    whole = perform(customer, made.id, Command(Action.RECORD_ANSWERS, answers=ALL[2:]), later)

    assert (part.status, part.available_actions) == ("new", ("record_answers",))
    row = world.row(made.id)
    assert (whole.status, whole.version, whole.available_actions) == ("closed", row.version, ())
    assert (row.status, row.queue, world.row(job_id).status) == ("closed", None, "confirmed")


@pytest.mark.parametrize("way", ["harm", "claimed", "no device"])
def test_an_agent_rings_all_the_same_where_it_does_not_work_or_anybody_may_have_answered(
    world: World, way: str
) -> None:
    """The answers are kept and not asked again; nobody silences the call by answering for the customer."""
    job_id, later = confirmed(world), world.now + 5 * HOUR
    made = create(world.actor("agent"), job_id, later)
    answers = (("works", "no"), *(pair for pair in ALL if pair[0] != "works")) if way == "harm" else ALL
    customer = by_number(job_id, "1111", later) if way == "claimed" else by_link(world, job_id)
    customer = replace(customer, device_id=None) if way == "no device" else customer

    done = perform(customer, made.id, Command(Action.RECORD_ANSWERS, answers=answers), later)

    assert (world.row(made.id).status, world.row(made.id).queue) == ("new", "return_visit")
    assert (done.available_actions, jobs.page(customer, made.id, later).available_actions) == ((), ())
    [event] = rows("SELECT data FROM job_event WHERE job_id = :j AND action = 'record_answers'", j=made.id)
    assert event.data.get("flag") == (None if way == "harm" else "unverified_device")


def test_the_link_of_a_job_leads_to_what_was_made_of_it_and_nowhere_else(world: World) -> None:
    """Its children, read and done, not another job of the same customer."""
    job_id, later = confirmed(world), world.now + 5 * HOUR
    made = create(world.actor("agent"), job_id, later)
    customer, stranger = by_link(world, job_id), by_link(world, world.job())

    assert [line.id for line in jobs.listed(customer, Filters(), None, 9)] == [made.id, job_id]
    assert jobs.page(customer, made.id, later).parent_id == job_id
    with pytest.raises(NotFound):
        jobs.page(stranger, made.id, later)
    with pytest.raises(NotFound):
        perform(stranger, made.id, Command(Action.RECORD_ANSWERS, answers=ALL), later)
