"""The ledger: what the database itself refuses, corrections by mirror, months that stay closed."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

import psycopg
import pytest
from flask import Flask
from psycopg import errors

from domain.closing import MonthOpen
from domain.errors import Invalid, NotFound
from domain.ledger import Entry, Leg
from domain.statements import FourEyes
from models import db
from services.fees import run_fees
from services.ledger import (
    CorrectionDecided,
    approve,
    close_month,
    propose,
    refuse_correction,
)
from services.parts import arrays, ledger
from services.parts.proposing import CorrectionOpen
from services.parts.reversals import AlreadyReversed
from services.queries.explained import explain
from tests.rows import rows
from tests.services.money import APRIL, APRIL_1, MARCH, MAY, closed, corrected, ended, posted, rule, second
from tests.services.test_meetings import beside
from tests.worlds import World

ENTRY = """
INSERT INTO ledger_entry (natural_key, month, kind, memo, posted_at, task)
VALUES (%s, '2026-03-01', 'x', '', now(), 'test')
"""
LEGS = """
INSERT INTO ledger_leg (entry_id, account_id, month, amount_fen)
SELECT entry.id, account.id, entry.month, fen FROM ledger_entry entry, ledger_account account,
       (VALUES ('a', %s), ('b', %s)) AS leg(code, fen)
 WHERE entry.natural_key = 'k' AND account.code = leg.code
"""


@pytest.fixture
def raw(connection: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """A plain connection to a ledger with two accounts."""
    connection.execute("INSERT INTO ledger_account (code, kind) VALUES ('a', 'bank'), ('b', 'bank')")
    connection.commit()
    return connection


def good(raw: psycopg.Connection[Any]) -> None:
    """An entry of one yuan."""
    raw.execute(ENTRY, ["k"])
    raw.execute(LEGS, [100, -100])
    raw.commit()


def test_the_database_refuses_an_entry_that_does_not_sum_to_zero(raw: psycopg.Connection[Any]) -> None:
    """One fen too many, and the statement fails."""
    raw.execute(ENTRY, ["k"])
    with pytest.raises(errors.CheckViolation, match="does not sum to zero"):
        raw.execute(LEGS, [100, -101])


def test_the_database_refuses_an_entry_without_legs(raw: psycopg.Connection[Any]) -> None:
    """At the commit, since the legs come in a second statement."""
    raw.execute(ENTRY, ["k"])
    with pytest.raises(errors.CheckViolation, match="has no legs"):
        raw.commit()


def test_the_database_refuses_a_leg_that_comes_later_alone(raw: psycopg.Connection[Any]) -> None:
    """Nobody unbalances an entry afterwards."""
    good(raw)
    raw.execute("INSERT INTO ledger_account (code, kind) VALUES ('c', 'bank')")
    with pytest.raises(errors.CheckViolation):
        raw.execute(
            "INSERT INTO ledger_leg SELECT entry.id, account.id, month, 1 FROM ledger_entry entry,"
            " ledger_account account WHERE code = 'c'"
        )


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_leg"])
@pytest.mark.parametrize(
    "deed", ["UPDATE {} SET month = '2026-04-01'", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_the_database_refuses_to_change_what_was_posted(
    raw: psycopg.Connection[Any], deed: str, table: str
) -> None:
    """Append-only, for whoever has a prompt in the database, too."""
    good(raw)
    with pytest.raises(errors.IntegrityConstraintViolation, match="append-only"):
        raw.execute(deed.format(table).encode())


def test_the_database_refuses_a_posting_into_a_closed_month(raw: psycopg.Connection[Any]) -> None:
    """Closed is closed, whatever program posts."""
    raw.execute("INSERT INTO closed_month (month, closed_at) VALUES ('2026-03-01', now())")
    with pytest.raises(errors.CheckViolation, match="the month is closed"):
        raw.execute(ENTRY, ["k"])


def one_entry(world: World) -> Any:
    """A base fee of ¥80.00 in the ledger."""
    rule()
    ended(world)
    run_fees(APRIL_1)
    return rows("SELECT id, natural_key FROM ledger_entry")[0]


def test_a_correction_is_a_mirror_and_a_new_entry_in_the_open_month(world: World) -> None:
    """¥80.00 becomes ¥88.00: the old entry stays, all three add up, each says who made it and what it corrects."""
    entry = one_entry(world)
    closed(MARCH)
    done = corrected(world, entry.id, "价格录错", APRIL_1, instead_fen=8800)

    mirrored, instead, original = posted()
    payable = f"dealer_payable:{world.dealers[0]}"
    assert (mirrored.month, instead.month, original.month) == (APRIL, APRIL, MARCH)
    assert mirrored.legs == f"{payable} 8000, brand_service_expense -8000"
    assert instead.legs == f"brand_service_expense 8800, {payable} -8800"
    assert mirrored.memo == "冲销 基础安装费 电热水器 免费区 ¥80.00（价格录错）"
    assert instead.memo == (
        f"更正 2026-03 分录 {entry.id}（基础安装费 电热水器 免费区 ¥80.00）为 ¥88.00（价格录错）"
    )
    assert (mirrored.version, mirrored.job_id) == (1, original.job_id)
    by = rows("SELECT id, reverses_id, author_id, task FROM ledger_entry ORDER BY id")
    finance = world.people["finance"]
    assert by == [
        (entry.id, None, None, "fees"),
        (done.reversal_id, entry.id, finance, None),
        (done.instead_id, None, finance, None),
    ]
    told = explain(world.actor("finance"), done.instead_id or 0)
    assert (told.corrects_id, told.entry.author_id) == (entry.id, finance)


def test_a_correction_needs_a_second_person(world: World) -> None:
    """Proposed it is nothing in the ledger; the proposer cannot approve it, nor a second time anybody."""
    entry, finance = one_entry(world), world.actor("finance")
    asked = propose(finance, entry.id, "重复", APRIL_1)
    with pytest.raises(CorrectionOpen):
        propose(second(world), entry.id, "重复", APRIL_1)
    with pytest.raises(FourEyes):
        approve(finance, asked.id, APRIL_1)
    assert len(posted()) == 1

    approve(second(world), asked.id, APRIL_1)
    with pytest.raises(CorrectionDecided):
        approve(second(world), asked.id, APRIL_1)
    with pytest.raises(AlreadyReversed):
        propose(finance, entry.id, "重复", APRIL_1)
    assert len(posted()) == 2


def test_a_refused_correction_posts_nothing_and_another_may_be_proposed(world: World) -> None:
    """The wrong amount, refused; then the right one."""
    entry, finance = one_entry(world), world.actor("finance")
    asked = propose(finance, entry.id, "少算", APRIL_1, 8800)
    refuse_correction(second(world), asked.id, APRIL_1)
    assert len(posted()) == 1
    assert propose(finance, entry.id, "少算", APRIL_1, 8700).outcome is None


def test_two_who_approve_at_once_post_one_correction(app: Flask, world: World) -> None:
    """The second waits for the first and finds it decided."""
    entry = one_entry(world)
    asked = propose(world.actor("finance"), entry.id, "重复", APRIL_1)
    with db.engine.connect() as tx:
        tx.exec_driver_sql("SELECT 1 FROM ledger_correction FOR UPDATE")
        both = [beside(app, approve, second(world), asked.id, APRIL_1) for _ in range(2)]
        tx.rollback()
    errors_of = [one.exception(10) for one in both]
    assert sorted(type(error).__name__ for error in errors_of) == ["CorrectionDecided", "NoneType"]
    assert len(posted()) == 2


def test_a_correction_refuses_what_cannot_be(world: World) -> None:
    """No such entry, no amount, the amount that stands; and nothing is posted."""
    entry, finance = one_entry(world), world.actor("finance")
    with pytest.raises(NotFound):
        propose(finance, entry.id + 1, "错", APRIL_1)
    for fen in (0, 8000):
        with pytest.raises(Invalid):
            propose(finance, entry.id, "错", APRIL_1, instead_fen=fen)
    assert len(posted()) == 1


def test_the_database_refuses_an_entry_that_names_nobody(raw: psycopg.Connection[Any]) -> None:
    """A person or a task, one of the two."""
    with pytest.raises(errors.CheckViolation, match="one_author"):
        raw.execute(ENTRY.replace("'test'", "NULL"), ["k"])


def test_closing_waits_for_postings_under_way_and_postings_for_the_closing(world: World) -> None:
    """A posting that saw March open is committed before March is closed, and then bars the close."""
    one = Entry("k", MARCH, (Leg(f"dealer_payable:{world.dealers[0]}", 5), Leg("penalty_income", -5)), "")
    with db.engine.connect() as tx, ThreadPoolExecutor(1) as pool:
        assert ledger.open_month(MARCH, ledger.hold_months(tx)) == MARCH
        closing = pool.submit(copy_context().run, close_month, MARCH, world.actor("finance"), APRIL_1)
        ledger.post(tx, [one], {}, APRIL_1, "test")
        waiting = "SELECT 1 FROM pg_locks WHERE relation = 'ledger_entry'::regclass AND NOT granted"
        while not rows(waiting):
            assert not closing.done()
            time.sleep(0.01)
        tx.commit()
        refused = closing.exception(10)
    assert isinstance(refused, MonthOpen)
    assert [fault.code for fault in refused.errors] == ["lines_unstated"]
    assert [row.month for row in posted()] == [MARCH]


def test_the_open_months_begin_after_the_newest_closed_one() -> None:
    """December closed is January of the next year, for what belongs to May, too; and none closed is as it was."""
    december = MARCH.replace(month=12)
    january = MARCH.replace(year=2027, month=1)
    assert [ledger.open_month(month, december) for month in (MAY, december)] == [january, january]
    assert ledger.open_month(january, december) == january
    assert ledger.open_month(MAY, None) == MAY


def test_array_literals_carry_any_text(raw: psycopg.Connection[Any]) -> None:
    """Quotes, backslashes, commas, braces, NULL and nothing at all arrive as they were."""
    texts = ['"', "\\", ",", "{}", "NULL", "", '","', "¥80.00（打孔）", "a\nb", '\\\\"']
    for given in (texts, ["plain", "words"], [], ["\\"]):
        assert raw.execute("SELECT %s::text[]", [arrays.texts(given)]).fetchone() == (given,)
    assert raw.execute("SELECT %s::bigint[]", [arrays.plain([1, None, -3])]).fetchone() == ([1, None, -3],)


def test_a_leg_cannot_stand_in_another_month_than_its_entry(raw: psycopg.Connection[Any]) -> None:
    """Balances by month would lie; the database refuses it."""
    raw.execute(ENTRY, ("k",))
    with pytest.raises(errors.CheckViolation, match="another month"):
        raw.execute(LEGS.replace("entry.month,", "date '2026-04-01',"), (5, -5))
