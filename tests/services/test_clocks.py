"""The SLA sweep and what people do about a breach, on a real database."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

import services.clocks
from domain.actors import Actor
from domain.errors import Invalid, NotFound
from models import db
from services.breaches import AlreadyHandled, DealersTurn, acknowledge, appeal, decline, excuse
from services.clocks import SWEEP, Raised, raise_levels
from services.notices import telling
from services.queries.breaches import Wanted, digest, key_of, listed
from tests.worlds import World

HOUR = timedelta(hours=1)
AT = {"starts_at": 0, "notice_at": 8, "due_at": 10, "severe_at": 20, "next_at": 8}


def run(sql: str, **params: Any) -> list[Any]:
    """One statement, committed; its rows."""
    with db.engine.begin() as tx:
        done = tx.execute(text(sql), params)
        return list(done) if done.returns_rows else []


def clock(world: World, **columns: Any) -> int:
    """A dealer's clock of 10 hours on a new job: notice after 8, breach after 10, severe after 20."""
    job_id = columns.pop("job_id", None) or world.job(delivered=False)
    start = world.now
    values: dict[str, Any] = {
        "job_id": job_id,
        "kind": "contact",
        "family": "dealer",
        "owner": "dealer",
        "dealer_id": world.dealers[0],
        "counts": "wall",
        "window_s": 36_000,
        "starts_at": start,
        "notice_at": start + 8 * HOUR,
        "due_at": start + 10 * HOUR,
        "severe_at": start + 20 * HOUR,
        "next_at": start + 8 * HOUR,
        **columns,
    }
    names = ", ".join(values)
    marks = ", ".join(f":{name}" for name in values)
    return int(run(f"INSERT INTO clock ({names}) VALUES ({marks}) RETURNING id", **values)[0].id)


def levels(clock_id: int) -> list[int]:
    """The levels raised for a clock, in the order of their rows."""
    return [
        row.level for row in run("SELECT level FROM breach WHERE clock_id = :c ORDER BY level", c=clock_id)
    ]


def digests() -> list[Any]:
    """Notices owed by the sweep."""
    return run("SELECT job_id, payload FROM outbox WHERE payload->>'template' = 'breach_digest' ORDER BY id")


def late(world: World, **columns: Any) -> int:
    """The id of a breach (level 2) of a fresh clock."""
    clock_id = clock(world, **columns)
    raise_levels(world.now + 11 * HOUR)
    return int(run("SELECT id FROM breach WHERE clock_id = :c AND level = 2", c=clock_id)[0].id)


def test_each_level_is_raised_once_and_no_earlier_than_its_instant(world: World) -> None:
    """Notice at eight hours, breach at ten, severe at twenty; a second sweep at the same time finds nothing."""
    clock_id = clock(world)

    counts = [
        raise_levels(world.now + hours * HOUR).breaches for hours in (7.9, 8, 8, 9.9, 10, 10, 20, 20, 500)
    ]

    assert counts == [0, 1, 0, 0, 1, 0, 1, 0, 0]
    assert levels(clock_id) == [1, 2, 3]
    [row] = run("SELECT level, next_at FROM clock WHERE id = :c", c=clock_id)
    assert (row.level, row.next_at) == (3, None)


def test_a_sweep_that_was_away_raises_every_level_it_missed_in_one_digest(world: World) -> None:
    """Two clocks unseen for a day: three breaches each, and one notice that counts two."""
    first = clock(world)
    clock(world, starts_at=world.now, severe_at=world.now + 19 * HOUR, due_at=world.now + 9 * HOUR)

    done = raise_levels(world.now + 24 * HOUR)

    assert done == Raised(clocks=2, breaches=6, digests=1)
    assert levels(first) == [1, 2, 3]
    [digest] = digests()
    assert digest.payload["values"] == {"count": 2, "level": "严重超时"}


def test_a_digest_goes_to_each_dealer_and_level_and_names_what_was_due_first(world: World) -> None:
    """Severe and breach are a message each; another dealer's clocks are in its own."""
    late, first = clock(world), clock(world, due_at=world.now + 9 * HOUR)
    worst = clock(world, severe_at=world.now + 11 * HOUR)
    other = clock(world, dealer_id=world.dealers[1])

    raise_levels(world.now + 11 * HOUR)

    jobs = {row.id: row.job_id for row in run("SELECT id, job_id FROM clock")}
    told = {
        (*row.payload["dealer_ids"], row.payload["values"]["level"]): (
            row.job_id,
            row.payload["values"]["count"],
        )
        for row in digests()
    }
    assert told == {
        (world.dealers[0], "已超时"): (jobs[first], 2),
        (world.dealers[0], "严重超时"): (jobs[worst], 1),
        (world.dealers[1], "已超时"): (jobs[other], 1),
    }
    assert jobs[late] != jobs[first]


def storm(world: World, clocks: int, apart_s: int) -> None:
    """So many clocks of one dealer, the first in breach now, the others `apart_s` after each other."""
    run(
        "INSERT INTO clock (job_id, kind, family, owner, dealer_id, counts, window_s, starts_at, notice_at, due_at,"
        " severe_at, next_at, level, turn) SELECT :j, 'contact', 'dealer', 'dealer', :d, 'wall', 36000, :now, :now,"
        " due, due + interval '99 hours', due, 1, turn FROM generate_series(1, :n) AS turn,"
        " LATERAL (SELECT :now + (turn - 1) * :apart * interval '1 second' AS due) AS t",
        j=world.job(delivered=False),
        d=world.dealers[0],
        now=world.now,
        n=clocks,
        apart=apart_s,
    )


def test_500_breaches_of_a_dealer_are_one_message_an_hour_whoever_restarts(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two and a half hours of breaches, swept and told every five minutes, by a sweep that dies in every third: nobody
    is told twice in an hour, and the messages together count each breach once."""
    storm(world, 500, 18)
    whole = services.clocks._raise_batch

    def dies(now: datetime, batch: int) -> Raised:
        whole(now, batch)
        raise ConnectionError("killed")

    for tick in range(33):
        at = world.now + tick * timedelta(minutes=5)
        if tick % 3 == 1:
            monkeypatch.setattr(services.clocks, "_raise_batch", dies)
            with pytest.raises(ConnectionError):
                raise_levels(at, batch=7)
            monkeypatch.undo()
        raise_levels(at, batch=7)
        telling.tell(at, 500)
    telling.tell(at + HOUR, 500)

    told = run(
        "SELECT (payload->'values'->>'count')::int AS count, sent_at FROM outbox"
        " WHERE payload->>'template' = 'breach_digest' AND state = 'sent'"
    )
    assert sum(row.count for row in told) == 500
    assert len({row.sent_at.replace(minute=0, second=0) for row in told}) == len(told) == 4


def test_what_agents_owe_is_told_to_the_desk_of_the_channel(world: World) -> None:
    """A complaint's clock has no dealer: its digest is for the agents."""
    clock(world, kind="complaint_close", family="platform", owner="agent", dealer_id=None)

    raise_levels(world.now + 11 * HOUR)

    [digest] = digests()
    assert (digest.payload["audience"], digest.payload.get("dealer_ids")) == ("agents", None)


def test_a_clock_without_a_dealer_of_its_own_is_charged_to_the_dealer_that_has_the_job(world: World) -> None:
    """The finish clock may start before anybody accepts; nobody at all is told of a job that nobody has."""
    taken, free = clock(world, dealer_id=None), clock(world, dealer_id=None)
    run(
        "UPDATE job SET dealer_id = :d WHERE id = (SELECT job_id FROM clock WHERE id = :c)",
        d=world.dealers[1],
        c=taken,
    )

    done = raise_levels(world.now + 11 * HOUR)

    owners = {
        row.clock_id: row.dealer_id for row in run("SELECT clock_id, dealer_id FROM breach WHERE level = 2")
    }
    assert owners == {taken: world.dealers[1], free: None}
    assert done.digests == 1


@pytest.mark.parametrize("ends", ["stopped_at", "paused_at"])
def test_a_clock_that_ended_is_judged_as_of_then(world: World, ends: str) -> None:
    """Stopped or paused at nine hours: the notice was reached and is raised, the breach never."""
    clock_id = clock(world, **{ends: world.now + 9 * HOUR})

    raise_levels(world.now + 100 * HOUR)
    raise_levels(world.now + 101 * HOUR)

    assert levels(clock_id) == [1]
    assert run("SELECT next_at FROM clock WHERE id = :c", c=clock_id)[0].next_at is None


def test_small_batches_do_the_same_as_one(world: World) -> None:
    """Seven clocks by two: nothing is left and nothing doubled."""
    job_id = world.job(delivered=False)
    for turn in range(1, 8):
        clock(world, job_id=job_id, turn=turn)

    done = raise_levels(world.now + 11 * HOUR, batch=2)

    assert (done.clocks, done.breaches) == (7, 14)
    assert raise_levels(world.now + 11 * HOUR, batch=2) == Raised()


def test_sweeps_at_the_same_time_raise_each_level_once(app: Flask, world: World) -> None:
    """Four at once over 2,000 clocks: together they raise each once, and each notice is owed once."""
    job_id = world.job(delivered=False)
    run(
        "INSERT INTO clock (job_id, kind, family, owner, dealer_id, counts, window_s, starts_at, notice_at, due_at,"
        " severe_at, next_at, turn) SELECT :j, 'contact', 'dealer', 'dealer', :d, 'wall', 36000, :now, :now, :now,"
        " :severe, :now, turn FROM generate_series(1, 2000) AS turn",
        j=job_id,
        d=world.dealers[0],
        now=world.now,
        severe=world.now + HOUR,
    )

    def sweep(_: int) -> Raised:
        with app.app_context():
            return raise_levels(world.now, batch=150)

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(sweep, range(4)))

    assert sum(one.breaches for one in done) == 4000
    [row] = run("SELECT count(*) AS n, count(DISTINCT (clock_id, level)) AS different FROM breach")
    assert (row.n, row.different) == (4000, 4000)
    assert sum(row.payload["values"]["count"] for row in digests()) == 2000


def test_a_level_lowered_by_hand_is_reached_again_without_a_second_breach(world: World) -> None:
    """An odd row stops nobody: the others of its batch are raised, its own breach stays the first."""
    odd = clock(world)
    raise_levels(world.now + 11 * HOUR)
    run("UPDATE clock SET level = 0, next_at = notice_at WHERE id = :c", c=odd)
    other = clock(world)

    done = raise_levels(world.now + 11 * HOUR)

    assert (done.clocks, done.breaches) == (2, 2)
    assert levels(odd) == levels(other) == [1, 2]


def test_a_row_held_by_somebody_else_is_left_for_the_next_sweep(world: World) -> None:
    """A deed has the clock locked: the sweep does not wait, and the next one takes it."""
    clock_id = clock(world)
    with db.engine.begin() as deed:
        deed.execute(text("SELECT 1 FROM clock WHERE id = :c FOR UPDATE"), {"c": clock_id})
        assert raise_levels(world.now + 11 * HOUR) == Raised()

    assert raise_levels(world.now + 11 * HOUR).breaches == 2


def test_a_desk_acknowledges_its_own_breach_once_and_its_memo_can_be_read(world: World) -> None:
    """Another dealer's is not found; the memo is encrypted under the customer's key."""
    breach_id, now = late(world), world.now + 12 * HOUR
    desk = world.actor("dispatcher1")

    with pytest.raises(NotFound):
        acknowledge(world.actor("dispatcher2"), breach_id, "不是我们的", now)
    state = acknowledge(desk, breach_id, "客户电话 13800001111 无人接听", now)
    with pytest.raises(AlreadyHandled):
        acknowledge(desk, breach_id, "再次", now)

    assert state.acknowledged_at == now
    [line] = listed(desk, Wanted(level="breach", open=False), None, 10)
    assert line.memo == "客户电话 13800001111 无人接听"
    [note] = run("SELECT text FROM note")
    assert b"13800001111" not in note.text


def test_an_excuse_covers_what_the_clock_has_reached_and_not_what_it_reaches_later(world: World) -> None:
    """Notice and breach are excused together; the severe level that comes after is not."""
    breach_id = late(world)

    excuse(world.actor("agent"), breach_id, "goods_late", world.now + 12 * HOUR)
    raise_levels(world.now + 20 * HOUR)

    excused = {row.level: row.excuse for row in run("SELECT level, excuse FROM breach")}
    assert excused == {1: "goods_late", 2: "goods_late", 3: None}
    with pytest.raises(AlreadyHandled):
        excuse(world.actor("agent"), breach_id, "other", world.now + 21 * HOUR)


def test_an_agent_excuses_only_within_its_channels_and_from_the_list_of_reasons(world: World) -> None:
    """Elsewhere the breach does not exist; a reason of one's own making is refused with the list."""
    breach_id, now = late(world), world.now + 12 * HOUR

    with pytest.raises(NotFound):
        excuse(world.actor("agent", channel_ids=frozenset({-1})), breach_id, "weather", now)
    with pytest.raises(Invalid):
        excuse(world.actor("agent"), breach_id, "因为", now)
    with pytest.raises(NotFound):
        excuse(world.actor("owner1"), breach_id, "weather", now)


def test_a_clock_stands_once_in_the_list_at_its_highest_level_the_worst_first(world: World) -> None:
    """Severe, two in breach of which the first is older, one warned; page by page. Warned and heeded: no line."""
    agent, wanted = world.actor("agent"), Wanted(open=True, latest=True)
    ages = {"severe": 21, "late": 13, "later": 11, "warned": 9, "heeded": 9}
    made = {name: clock(world, **{at: world.now + (hours - age) * HOUR for at, hours in AT.items()})
            for name, age in ages.items()}  # fmt: skip
    raise_levels(world.now)
    run("UPDATE clock SET stopped_at = :now WHERE id = :id", now=world.now, id=made["heeded"])

    read, last = list[tuple[int, str]](), None
    while lines := listed(agent, wanted, last, 1):
        [line] = lines
        read.append((line.clock_id, line.level))
        last = key_of(line, wanted)
    counted = [(one.level, one.breaches) for one in digest(agent)]

    assert read == [(made["severe"], "severe"), *((made[name], "breach") for name in ("late", "later")),
                    (made["warned"], "notice")]  # fmt: skip
    assert counted == [("severe", 1), ("breach", 2), ("notice", 1)]
    assert len(listed(agent, Wanted(latest=True), None, 9)) == 4


def test_what_was_said_or_asked_of_a_lower_level_is_not_lost_in_the_one_line(world: World) -> None:
    """The memo stands beside the severe level, which wants a word of its own; the appeal is still to be answered."""
    breach_id = late(world)
    acknowledge(world.actor("dispatcher1"), breach_id, "师傅在路上", world.now + 12 * HOUR)
    appeal(world.actor("owner1"), breach_id, "货晚到", world.now + 12 * HOUR)
    raise_levels(world.now + 21 * HOUR)

    [line] = listed(world.actor("agent"), Wanted(dealer_id=world.dealers[0], open=True, latest=True), None, 9)
    [asked] = listed(world.actor("agent"), Wanted(unanswered=True, latest=True), None, 9)

    assert (line.level, line.memo, line.said_before, line.owner) == ("severe", None, "师傅在路上", "dealer")
    assert asked.id == breach_id


def test_a_dealer_reads_nothing_of_who_had_the_job_before_and_loses_no_line_to_who_has_it_now(
    world: World,
) -> None:
    """The first was warned and wrote a memo; the clock ran on with the second, who broke it."""
    clock_id = clock(world)
    raise_levels(world.now + 9 * HOUR)
    [warned] = run("SELECT id FROM breach WHERE clock_id = :c", c=clock_id)
    acknowledge(world.actor("dispatcher1"), warned.id, "师傅病了", world.now + 9 * HOUR)
    run("UPDATE clock SET dealer_id = :d WHERE id = :c", d=world.dealers[1], c=clock_id)
    raise_levels(world.now + 11 * HOUR)
    latest = Wanted(latest=True)

    [first] = listed(world.actor("owner1"), latest, None, 9)
    [second] = listed(world.actor("owner2"), latest, None, 9)
    run("UPDATE breach SET acknowledged_at = NULL WHERE id = :id", id=warned.id)

    assert (first.level, first.memo) == ("notice", "师傅病了")
    assert (second.level, second.said_before) == ("breach", None)
    assert [line.level for line in listed(world.actor("agent"), latest, None, 9)] == ["breach"]
    assert [[one.level for one in digest(world.actor(who))] for who in ("owner1", "owner2", "agent")] == [
        ["notice"], ["breach"], ["breach"],
    ]  # fmt: skip


def test_what_the_brand_itself_is_late_with_is_answered_by_an_agent_of_the_channel(world: World) -> None:
    """No dealer's desk can; another channel's agent does not know of it; answered, it is open no more."""
    breach_id, now = late(world, owner="agent", dealer_id=None), world.now + 12 * HOUR
    for stranger in (world.actor("dispatcher1"), world.actor("agent", channel_ids=frozenset({-1}))):
        with pytest.raises(NotFound):
            acknowledge(stranger, breach_id, "在办", now)
    with pytest.raises(DealersTurn):
        acknowledge(world.actor("agent"), late(world), "在办", now)
    acknowledge(world.actor("agent"), breach_id, "已联系客户", now)

    [line] = listed(world.actor("agent"), Wanted(open=False), None, 9)
    assert (line.id, line.memo) == (breach_id, "已联系客户")


def test_only_the_owner_appeals_once_and_not_what_is_excused(world: World) -> None:
    """A dispatcher's appeal is not one; agents find appeals by the filter."""
    breach_id, now = late(world), world.now + 12 * HOUR
    with pytest.raises(NotFound):
        appeal(world.actor("dispatcher1"), breach_id, "货晚到", now)

    state = appeal(world.actor("owner1"), breach_id, "货晚到", now)

    assert state.appealed_at == now
    with pytest.raises(AlreadyHandled):
        appeal(world.actor("owner1"), breach_id, "货晚到", now)
    [line] = listed(world.actor("agent"), Wanted(appealed=True), None, 10)
    assert (line.id, line.appeal) == (breach_id, "货晚到")


def answering(breach_id: int) -> Any:
    """The clock of a breach's appeal."""
    return run(
        "SELECT clock.* FROM clock JOIN breach ON appeal_clock_id = clock.id WHERE breach.id = :b",
        b=breach_id,
    )[0]


def test_an_appeal_has_a_clock_of_the_agents_that_a_no_stops(world: World) -> None:
    """Two working days: from Monday 12:00 to Wednesday 12:00 at the latest; the dealer is told and reads why."""
    breach_id, now = late(world), world.now + 12 * HOUR
    appeal(world.actor("owner1"), breach_id, "货晚到", now)
    clock_ = answering(breach_id)
    unanswered = [line.id for line in listed(world.actor("agent"), Wanted(unanswered=True), None, 10)]

    with pytest.raises(NotFound):
        decline(world.actor("owner1"), breach_id, "自己驳回", now)
    state = decline(world.actor("agent"), breach_id, "客户说没有人联系", now + HOUR)
    with pytest.raises(AlreadyHandled):
        decline(world.actor("agent"), breach_id, "再次", now + HOUR)

    assert (clock_.kind, clock_.owner, clock_.counts, clock_.window_s) == (
        "appeal",
        "agent",
        "working",
        86_400,
    )
    assert (clock_.dealer_id, clock_.stopped_at, unanswered) == (None, None, [breach_id])
    assert (answering(breach_id).stopped_at, state.declined_at) == (now + HOUR, now + HOUR)
    [line] = listed(world.actor("owner1"), Wanted(appealed=True, unanswered=False), None, 10)
    assert (line.declined, line.answer_due_at) == ("客户说没有人联系", clock_.due_at)
    told = run(
        "SELECT payload->>'audience' AS whom FROM outbox WHERE payload->>'template' LIKE '%appeal%' ORDER BY id"
    )
    assert [row.whom for row in told] == ["agents", "desk"]


def test_an_unanswered_appeal_is_the_agents_breach_and_a_yes_stops_its_clock(world: World) -> None:
    """After two working days the agents are late, in a digest of their own; nobody appeals against that."""
    breach_id, now = late(world), world.now + 12 * HOUR
    appeal(world.actor("owner1"), breach_id, "货晚到", now)
    clock_id = answering(breach_id).id

    raise_levels(answering(breach_id).due_at)
    excuse(world.actor("agent"), breach_id, "goods_late", answering(breach_id).due_at + HOUR)

    assert levels(clock_id) == [1, 2]
    assert answering(breach_id).stopped_at is not None
    [mine] = run("SELECT id, dealer_id FROM breach WHERE clock_id = :c AND level = 2", c=clock_id)
    assert mine.dealer_id is None
    with pytest.raises(NotFound):
        appeal(world.actor("owner1"), mine.id, "?", world.now + 100 * HOUR)


def test_two_appeals_on_one_job_have_a_clock_each(world: World) -> None:
    """The notice and the breach of one clock: declined one by one."""
    breach_id, now = late(world), world.now + 12 * HOUR
    [notice] = run("SELECT id FROM breach WHERE level = 1")
    for one in (breach_id, notice.id):
        appeal(world.actor("owner1"), one, "货晚到", now)

    decline(world.actor("agent"), notice.id, "提醒而已", now)

    assert answering(breach_id).id != answering(notice.id).id
    assert (answering(breach_id).stopped_at, answering(notice.id).stopped_at) == (None, now)


def test_each_reader_has_a_horizon(world: World) -> None:
    """A dealer sees its own, whatever it asks for; a desk its channels; an erased customer's words are gone."""
    mine, theirs = late(world), late(world, dealer_id=world.dealers[1])
    acknowledge(world.actor("dispatcher1"), mine, "在路上", world.now + 12 * HOUR)
    run("UPDATE subject SET wrapped_key = NULL WHERE id IN (SELECT subject_id FROM job)")

    def seen(actor: Actor, **wanted: Any) -> set[int]:
        return {line.id for line in listed(actor, Wanted(level="breach", **wanted), None, 10)}

    assert seen(world.actor("owner1")) == {mine}
    assert seen(world.actor("owner1"), dealer_id=world.dealers[1]) == set()
    assert seen(world.actor("agent")) == {mine, theirs}
    assert seen(world.actor("agent", channel_ids=frozenset())) == set()
    assert seen(world.actor("installer1")) == set()
    [line] = listed(world.actor("admin"), Wanted(level="breach", open=False), None, 10)
    assert (line.id, line.memo) == (mine, None)


def test_a_page_goes_on_where_the_last_one_ended(world: World) -> None:
    """Newest first, before the given id."""
    late(world)
    ids = [line.id for line in listed(world.actor("admin"), Wanted(), None, 10)]

    assert [line.id for line in listed(world.actor("admin"), Wanted(), (ids[0],), 10)] == ids[1:]
    assert ids == sorted(ids, reverse=True)


def test_the_sweep_reads_only_what_is_due(world: World) -> None:
    """Its cost follows what is newly late: the plan goes through the index of instants, not through the table."""
    job_id = world.job(delivered=False)
    run(
        "INSERT INTO clock (job_id, kind, family, owner, counts, window_s, starts_at, notice_at, next_at, turn)"
        " SELECT :j, 'contact', 'dealer', 'dealer', 'wall', 36000, :now, :later, :later, turn"
        " FROM generate_series(1, 20000) AS turn",
        j=job_id,
        now=world.now,
        later=world.now + 1000 * HOUR,
    )
    run("ANALYZE clock")

    assert _rows_read(world.now) == 0


def _rows_read(now: datetime) -> int:
    """Rows the sweep's first step looked at."""
    with db.engine.connect() as connection:
        explained = connection.exec_driver_sql(
            "EXPLAIN (ANALYZE, FORMAT JSON) " + SWEEP, {"now": now, "batch": 1000}
        ).scalar_one()
    plan, read = [explained[0]["Plan"]], 0
    while plan:
        node = plan.pop()
        plan += node.get("Plans", [])
        if node.get("Relation Name") == "clock" and node["Node Type"] != "ModifyTable":
            read += int(node["Actual Rows"]) + int(node.get("Rows Removed by Filter", 0))
    return read
