"""Statements paid to persons: never twice, never lost, whatever the network and WeChat's notifications do."""

# ruff: noqa: F811  (fixtures come by import)
from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from dataclasses import replace
from typing import Any

import pytest

from domain.calendar import local_date
from domain.errors import Invalid, NotFound
from services import settling, transfers, wechat_bills, wechat_days, withholding_rules
from services.config import config
from services.parts.contradicted import PayoutContradicted
from services.parts.paying import PayoutUnderWay
from services.payout_check import check, differences, note
from services.transfers import NotAPerson, PayeeNameMissing, PayeeUnclear
from services.withholding_rules import WithholdingExists
from tests.domain.test_withholding import BANDS
from tests.rows import rows
from tests.services.money import APRIL_1, DAY, MARCH
from tests.services.paying import ASK, HOUR, MINUTE, SEND, Till, states, till, wechats  # noqa: F401 - fixtures
from tests.services.test_settling import TODAY, balances
from tests.services.test_statements import statement

DAY_S = 24 * HOUR


def paid_once(till: Till) -> None:
    """The statement is paid, the payable empty, WeChat moved it once, and nothing differs."""
    dealer = till.world.dealers[0]
    found = balances()
    assert (statement(dealer).status, found[f"dealer_payable:{dealer}"], found["wechat_pay"]) == (
        "paid",
        0,
        -8000,
    )
    assert [one["state"] for one in till.sim.money()["transfers"]].count("SUCCESS") == 1
    assert differences(till.now()) == []


def test_a_person_takes_his_statement_and_it_is_posted_once(till: Till) -> None:
    """Made, sent, told to the owner, taken; the notification thrice is one entry; nobody else sees the package."""
    number = till.transfer()
    with pytest.raises(PayoutUnderWay):
        transfers.make(till.world.actor("finance"), statement(till.world.dealers[0]).id, till.now())
    assert till.work() == {"sent": 1, "asked": 0, "ended": 0}
    [mine] = transfers.waiting(till.world.actor("owner1"))
    assert (mine.number, mine.amount_fen, mine.words) == (number, 8000, "2026-03 安装服务费")
    assert transfers.waiting(till.world.actor("owner2")) == []
    till.sim.take(number, "wang")
    till.hear(times=3)

    paid_once(till)
    assert transfers.waiting(till.world.actor("owner1")) == []
    [told] = rows("SELECT payload FROM outbox WHERE dedupe_key LIKE 'transfer:%'")
    assert told.payload["values"]["level"] == "¥80.00"
    heard = [row.heard for row in rows("SELECT heard FROM wechat_word ORDER BY id")]
    assert heard == ["claimed", "pending", "succeeded"]


@pytest.mark.parametrize("phase", ["before", "after_effect"])
def test_a_lost_answer_is_asked_for_before_anything_is_sent_again(till: Till, phase: str) -> None:
    """The number never changes: known to WeChat it waits, unknown it is sent once more."""
    number = till.transfer()
    till.sim.fault("reset", path=SEND, phase=phase, times=1)
    till.work()
    assert states() == [("unsure", None)]
    till.work(MINUTE)
    till.work(2 * MINUTE)
    assert states() == [("waiting", None)]
    assert [one["out_bill_no"] for one in till.sim.money()["transfers"]] == [number]
    sends = [one for one in till.sim.journal(SEND) if one["path"] == SEND]
    assert len(sends) == (2 if phase == "before" else 1)
    till.sim.take(number, "wang")
    till.work(5 * MINUTE)

    paid_once(till)


def test_a_worker_killed_between_the_effect_and_our_commit_pays_once(till: Till) -> None:
    """kill -9 while WeChat's answer is on its way: the bill was in doubt before it left."""
    number = till.transfer()
    till.sim.fault("hang", path=SEND, phase="after_effect", times=1, seconds=20)
    settings = till.pay.settings
    code = (
        "import pickle, sys\n"
        "from services.command_line import application\n"
        "from services import wechat_bills\n"
        "from wechat.pay import PayGateway\n"
        "config, told, now = pickle.load(sys.stdin.buffer)\n"
        "with application('worker', config) as app:\n"
        "    app.extensions['wechat_pay'] = PayGateway(told, lambda: now)\n"
        "    wechat_bills.work(now)\n"
    )
    given = pickle.dumps((config(), replace(settings, timeouts=(1.0, 30.0)), till.now()))
    worker = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    assert worker.stdin is not None
    worker.stdin.write(given)
    worker.stdin.close()
    until = time.monotonic() + 30
    while not till.sim.money()["transfers"] and time.monotonic() < until:
        time.sleep(0.05)
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    till.sim.heal()
    assert states() == [("unsure", None)]
    till.work(2 * MINUTE)
    till.sim.take(number, "wang")
    till.hear()

    paid_once(till)


def test_what_nobody_takes_within_a_day_is_free_to_be_paid_again(till: Till) -> None:
    """24 hours by WeChat's clock; the next transfer has another number."""
    first = till.transfer()
    till.work()
    till.work(DAY_S)
    dealer = till.world.dealers[0]
    assert states() == [("failed", "OVERDUE_CLOSE")]
    assert rows("SELECT state, reason FROM payout")[0] == ("failed", "OVERDUE_CLOSE")
    assert statement(dealer).status == "invoiced"
    again = transfers.make(till.world.actor("finance"), statement(dealer).id, till.now()).number
    till.work()
    till.sim.take(again, "wang")
    till.work(2 * MINUTE)

    assert again != first
    paid_once(till)


@pytest.mark.parametrize(
    "told",
    [
        "INSERT INTO wechat_word (bill_id, number, at, way, heard, said, amount_fen, gap)"
        " SELECT id, number, :now, 'note', 'succeeded', 'SUCCESS', 8001, 'amount' FROM wechat_bill",
        "INSERT INTO wechat_word (bill_id, number, at, way, heard, said, amount_fen, gap)"
        " SELECT id, number, :now, 'ask', 'succeeded', 'SUCCESS', 8000, 'openid' FROM wechat_bill",
        "INSERT INTO wechat_line (kind, day, number, their_number, amount_fen)"
        " SELECT 'transfer', :now, number, 'T1', 8000 FROM wechat_bill",
    ],
    ids=["another amount", "another person", "in the day's bill"],
)
def test_what_ended_unpaid_and_is_paid_all_the_same_is_not_paid_again_before_somebody_says_what_it_was(
    till: Till, told: str
) -> None:
    """Whatever else does not fit in what WeChat says of it; explained, it is free."""
    till.transfer()
    till.work()
    till.work(DAY_S)
    finance, row = till.world.actor("finance"), statement(till.world.dealers[0])
    rows(told, now=till.now())
    with pytest.raises(PayoutContradicted):
        transfers.make(finance, row.id, till.now())
    [gap] = differences(till.now())
    note(finance, gap.key, "微信更正：未付", till.now())

    assert transfers.make(finance, row.id, till.now()).amount_fen == 8000


def test_a_refusal_is_asked_after_and_no_funds_wait_for_funds(till: Till) -> None:
    """No scene granted: failed and free. An empty account: the same number again, until there is money."""
    number = till.transfer()
    till.sim.merchant(balance_fen=100)
    for _ in range(3):
        till.work(HOUR)
    assert states()[0][0] in ("queued", "unsure")
    till.sim.merchant(balance_fen=10_000, scenes=[])
    for _ in range(3):
        till.work(HOUR)
    assert states() == [("failed", "NO_AUTH")]
    assert till.sim.money()["transfers"] == []
    till.sim.merchant(scenes=["1005"])
    again = transfers.make(
        till.world.actor("finance"), statement(till.world.dealers[0]).id, till.now()
    ).number
    till.work()

    assert [one["out_bill_no"] for one in till.sim.money()["transfers"]] == [again]
    assert again != number


def test_a_word_that_does_not_fit_changes_nothing_and_is_listed(till: Till) -> None:
    """Another amount, a stranger's number, a failure after success: kept for finance, who may say what it was."""
    number = till.transfer()
    till.work()
    till.sim.merchant(notify={"wrong_amount": 1})
    till.sim.take(number, "wang")
    till.hear()
    assert states() == [("waiting", None)]
    till.sim.merchant(notify={"wrong_amount": 0})
    till.work(HOUR)
    assert states() == [("paid", None)]
    [gap] = differences(till.now())
    assert (gap.gap, gap.ours_fen, gap.theirs_fen, gap.number) == ("wechat_amount", 8000, 8001, number)
    assert check(till.now()) == {"differences": 1}
    note(till.world.actor("finance"), gap.key, "微信已确认系测试通知", till.now())
    assert check(till.now()) == {"differences": 0}
    assert differences(till.now())[0].memo == "微信已确认系测试通知"
    with pytest.raises(NotFound):
        note(till.world.actor("finance"), "nothing:1", "？", till.now())


def test_the_days_bill_is_held_against_ours(till: Till) -> None:
    """A line missing, another amount, a line of nobody; each day is fetched once and agrees when it is right."""
    number = till.transfer()
    till.work()
    till.sim.take(number, "wang")
    till.hear()
    till.sim.advance(2 * DAY_S)
    till.sim.bill_faults(drop=[number], extra={"TZPNOBODYS": 500})
    assert wechat_days.fetch(till.now())["failed"] == 0
    found = {(one.gap, one.number, one.theirs_fen) for one in differences(till.now())}
    assert found == {("ours_only", number, None), ("wechat_only", "TZPNOBODYS", 500)}
    rows("DELETE FROM wechat_day")
    rows("DELETE FROM wechat_line")
    till.sim.bill_faults(amounts={number: 7999})
    wechat_days.fetch(till.now())
    assert [(one.gap, one.theirs_fen) for one in differences(till.now())] == [("wechat_amount", 7999)]
    rows("DELETE FROM wechat_day")
    rows("DELETE FROM wechat_line")
    till.sim.bill_faults()
    wechat_days.fetch(till.now())
    assert wechat_days.fetch(till.now()) == {"bills": 0, "lines": 0, "failed": 0, "left": 0}

    paid_once(till)


def test_the_days_are_left_for_the_next_run_when_wechat_does_not_answer(till: Till) -> None:
    """Four days' bills: the newest first; a refused one and one that hangs keep none away, a second that hangs does."""
    till.transfer()
    till.sim.advance(4 * DAY_S)
    till.sim.fault("http", path="v3/bill/*", status=403, times=1)
    till.sim.fault("hang", path="v3/bill/*", every=2, seconds=20)
    first = wechat_days.fetch(till.now())
    newest = rows("SELECT day FROM wechat_day ORDER BY day DESC")
    till.sim.heal()
    again = wechat_days.fetch(till.now())

    assert first == {"bills": 2, "lines": 0, "failed": 3, "left": 3}
    assert [local_date(till.now()) - row.day for row in newest] == [DAY, 2 * DAY]
    assert again == {"bills": 6, "lines": 0, "failed": 0, "left": 0}


def test_finance_takes_back_what_nobody_took_and_only_that(till: Till) -> None:
    """Taken back it is free; taken meanwhile it is paid, and the answer says so."""
    number = till.transfer()
    till.work()
    finance, [bill] = till.world.actor("finance"), rows("SELECT id FROM wechat_bill")
    assert wechat_bills.end(finance, bill.id, till.now()).state == "failed"
    again = transfers.make(finance, statement(till.world.dealers[0]).id, till.now()).number
    till.work()
    till.sim.take(again, "wang")
    [_, other] = rows("SELECT id FROM wechat_bill ORDER BY id")
    assert wechat_bills.end(finance, other.id, till.now()).state == "paid"
    assert wechat_bills.end(finance, bill.id, till.now()).number == number

    paid_once(till)


def test_tax_is_withheld_of_a_person_and_of_no_company(till: Till) -> None:
    """¥5,000.00 by the bands of the month: ¥4,200.00 arrive, ¥800.00 are owed on; bands are never changed."""
    finance = till.world.actor("finance")
    withholding_rules.add(finance, APRIL_1.date(), BANDS, till.now())
    with pytest.raises(WithholdingExists):
        withholding_rules.add(finance, APRIL_1.date(), BANDS, till.now())
    with pytest.raises(Invalid):
        withholding_rules.add(finance, MARCH, BANDS, till.now())
    number = till.transfer(fen=500_000)
    till.work()
    till.sim.take(number, "wang")
    till.hear()
    company = till.invoiced(number=2, fen=500_000)
    rows("UPDATE dealer SET party = 'company' WHERE id = :d", d=till.world.dealers[1])
    settling.record_payment(finance, company, TODAY, "回单", till.now())

    found = balances()
    assert (found["wechat_pay"], found["withheld_tax"], found["bank"]) == (-420_000, -80_000, -500_000)
    assert [found[f"dealer_payable:{dealer}"] for dealer in till.world.dealers] == [0, 0]
    assert differences(till.now()) == []


def test_only_a_person_with_one_known_owner_is_paid_through_wechat(till: Till) -> None:
    """A company has a bank; an owner who never came has no account; from ¥2,000.00 on a name is needed."""
    finance, statement_id = till.world.actor("finance"), till.invoiced(fen=200_000)
    make: Any = lambda: transfers.make(finance, statement_id, till.now())  # noqa: E731
    with pytest.raises(PayeeUnclear):
        make()
    till.openid("wang", till.world.people["owner1"])
    rows("UPDATE dealer SET party = 'company' WHERE id = :d", d=till.world.dealers[0])
    with pytest.raises(NotAPerson):
        make()
    rows("UPDATE dealer SET party = 'natural_person' WHERE id = :d", d=till.world.dealers[0])
    rows("UPDATE person SET personal = NULL WHERE id = :p", p=till.world.people["owner1"])
    with pytest.raises(PayeeNameMissing):
        make()
    assert rows("SELECT 1 FROM payout") == []
