"""From a fen back to rule, job, event, photo and promise, and forward to statement, invoice and correction."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.clocks import Level
from domain.errors import NotFound
from models.settling import Invoice
from services import promises, statements
from services.fees import run_fees
from services.promises import Asked, AskedLine
from services.queries.explained import explain
from tests.rows import rows
from tests.services import money, test_repairs
from tests.services.money import APRIL_1, DAY, ENDED, MARCH, clock, ended, rule
from tests.worlds import DISTRICT, DOOR, SKU, World

ENTRY = "SELECT id FROM ledger_entry WHERE kind = :kind ORDER BY id DESC LIMIT 1"


def entry_of(kind: str) -> int:
    """The newest entry of a kind."""
    return int(rows(ENTRY, kind=kind)[0].id)


def test_a_base_fee_is_followed_back_to_everything_it_rests_on_and_on_to_the_invoice(world: World) -> None:
    """Rule, sealed deeds, photos by their bytes, what was promised; statement and invoice; nothing personal."""
    job_id = test_repairs.closed(world)
    promises.make(Asked((AskedLine(SKU),), division_code=DISTRICT, point=DOOR), world.now)
    rows("UPDATE job SET promise_id = promise.id FROM promise")
    then = world.now + timedelta(days=60)
    run_fees(then)
    [month] = rows("SELECT DISTINCT month FROM ledger_entry")
    statements.draw(month.month, then)
    [statement] = rows("SELECT id FROM statement")
    money.put(
        Invoice, statement_id=statement.id, number="26370000000000000001", issued_on=month.month, amount_fen=8000,
        tax_fen=0, recorded_at=then,
    )  # fmt: skip

    told = explain(world.actor("owner1"), entry_of("base_fee"))

    assert told.events == explain(world.actor("finance"), told.entry.id).events
    assert told.rule_says == ("基础安装费 电热水器 免费区 ¥80.00",)
    assert [ground.action for ground in told.events] == ["accept", "check_in", "submit", "confirm", "close"]
    assert told.events[1].action_name == "签到"
    sealed = {
        row.seq: row.hash.hex() for row in rows("SELECT seq, hash FROM job_event WHERE job_id = :j", j=job_id)
    }
    assert all(sealed[ground.seq] == ground.hash for ground in told.events)
    kept = rows("SELECT id, slot_code, encode(sha256, 'hex') AS sha256 FROM photo ORDER BY id")
    assert [(proof.photo_id, proof.slot, proof.sha256) for proof in told.photos] == [
        tuple(row) for row in kept
    ]
    assert told.promise is not None
    assert (told.promise.promise_id, told.promise.remote_payer) == (world.row(job_id).promise_id, "operator")
    assert any("远程费" in text for text in told.promise.said)
    [stated] = told.statements
    assert (stated.statement_id, stated.amount_fen, stated.status_name) == (statement.id, 8000, "待确认")
    assert [invoice.number for invoice in stated.invoices] == ["26370000000000000001"]
    assert "13812345678" not in repr(told)
    assert "张三" not in repr(told)
    with pytest.raises(NotFound):
        explain(world.actor("owner2"), told.entry.id)


def test_a_penalty_names_its_clock_and_its_breach(world: World) -> None:
    """When it was due, when it stopped, which level, which breach."""
    rule()
    clock_id = clock(ended(world), level=2, due_at=ENDED - 9 * DAY)
    run_fees(APRIL_1)
    told = explain(world.actor("owner1"), entry_of("penalty")).clock
    [breach] = rows("SELECT id FROM breach WHERE clock_id = :c AND level = 2", c=clock_id)
    assert told is not None
    assert (told.kind, told.due_at, told.stopped_at) == ("arrive", ENDED - 9 * DAY, ENDED - 8 * DAY)
    assert (told.level, told.breach_id) == (Level.BREACH, breach.id)


def test_an_earlier_dealer_follows_its_own_trip_and_not_the_next_ones_work(world: World) -> None:
    """Its acceptance, its visit given up; what came after another accepted, and that one's photos, are not its own."""
    rule()
    one, two = world.dealers
    job_id = ended(world, dealer=2, trip_fee="after_check_in", visit_id=money.visit(two))
    trip, at = money.visit(one), ENDED - 9 * DAY
    money.arrive(job_id, trip, at)
    money.accepted(job_id, one, at, seq=80)
    money.aborted(job_id, "customer", at + DAY / 48)
    money.accepted(job_id, two, at + DAY / 24, seq=91)
    rows(
        "INSERT INTO job_event (job_id, seq, action, to_status, actor_role, occurred_at, received_at, data, prev_hash,"
        " hash) SELECT job_id, 92, 'check_in', 'on_site', 'installer', now(), now(), '{}', '', '' FROM job_event"
        " WHERE seq = 91"
    )
    run_fees(APRIL_1)

    told = explain(world.actor("owner1"), entry_of("trip_fee"))
    assert [ground.action for ground in told.events] == ["accept", "abort_visit"]
    assert (told.photos, told.promise) == ((), None)
    everything = explain(world.actor("finance"), entry_of("trip_fee"))
    assert [ground.seq for ground in everything.events] == [80, 90, 91, 92]


def test_what_was_corrected_leads_to_its_reversal_and_to_what_came_instead(world: World) -> None:
    """Forward from the wrong one, back from the right one."""
    rule()
    ended(world)
    run_fees(APRIL_1)
    wrong = entry_of("base_fee")
    money.closed(MARCH)
    done = money.corrected(world, wrong, "价格录错", APRIL_1, instead_fen=8800)
    told = explain(world.actor("finance"), wrong)
    assert (told.reversed_by_id, told.corrected_by_id) == (done.reversal_id, done.instead_id)
    assert explain(world.actor("finance"), done.instead_id or 0).corrects_id == wrong


def test_an_extra_leads_to_its_own_deeds_and_to_the_customers_payment(world: World) -> None:
    """Two extras of one job: each follows its own yes; the payment through WeChat names the charges it was for."""
    rule()
    job_id = ended(world)
    one, two = money.extra(job_id), money.extra(job_id)
    money.accepted(job_id, world.dealers[0], ENDED - 9 * DAY, seq=80)
    for seq, charge in ((81, one), (82, two)):
        rows(
            "INSERT INTO job_event (job_id, seq, action, to_status, actor_role, occurred_at, received_at, data,"
            " prev_hash, hash) VALUES (:j, :s, 'approve_charge', 'on_site', 'customer', now(), now(),"
            " jsonb_build_object('charge_id', CAST(:c AS bigint)), '', '')",
            j=job_id, s=seq, c=charge,
        )  # fmt: skip
    run_fees(APRIL_1)
    entry = entry_of("extra")
    rows(
        "INSERT INTO wechat_bill (kind, number, amount_fen, words, state, job_id, charge_ids, made_at)"
        " VALUES ('payment', 'P1', 10000, '增项', 'waiting', :j, ARRAY[CAST(:c AS bigint)], now())",
        j=job_id, c=two,
    )  # fmt: skip
    told = explain(world.actor("owner1"), entry)
    assert [ground.seq for ground in told.events] == [82]
    assert [(moved.kind, moved.number, moved.amount_fen) for moved in told.wechat] == [
        ("payment", "P1", 10_000)
    ]
    [other] = rows("SELECT id FROM ledger_entry WHERE natural_key = :k", k=f"job:{job_id}:extra:charge:{one}")
    assert explain(world.actor("owner1"), other.id).wechat == ()
