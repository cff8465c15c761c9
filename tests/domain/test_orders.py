"""Order rows: fingerprints, changes, faults."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.orders import (
    OrderEvent,
    OrderEventKind,
    OrderRow,
    OrderState,
    changes,
    fingerprint,
    merged,
    validate,
)
from domain.phones import PhoneKind

PAID = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
ROW = OrderRow(
    order_number="T1001",
    sku="EWH-60",
    title="电热水器",
    quantity=1,
    paid_fen=129_900,
    receiver="张三",
    phone="13800138000",
    phone_kind=PhoneKind.REAL,
    address="山东省烟台市莱山区迎春大街1号",
    ordered_at=PAID,
    paid_at=PAID,
    state=OrderState.PAID,
)
SOMETIME = st.integers(0, 100_000).map(lambda minutes: PAID + timedelta(minutes=minutes))
ROWS = st.builds(
    OrderRow,
    order_number=st.just("T1"),
    line_number=st.integers(1, 2),
    sku=st.none() | st.sampled_from(["A", "B"]),
    quantity=st.none() | st.integers(1, 3),
    paid_fen=st.none() | st.integers(0, 3),
    refund_fen=st.none() | st.integers(0, 3),
    order_amounts=st.booleans(),
    receiver=st.none() | st.sampled_from(["甲", "乙"]),
    phone=st.none() | st.sampled_from(["13800138000", "13900139000"]),
    address=st.none() | st.sampled_from(["一号", "二号"]),
    district=st.none() | st.sampled_from(["莱山区", "福山区"]),
    delivered_at=st.none() | SOMETIME,
    wanted_date=st.none() | st.sampled_from([date(2026, 1, 1), date(2026, 1, 2)]),
    state=st.none() | st.sampled_from(OrderState),
    buyer_note=st.none() | st.just("轻声"),
)


@pytest.mark.parametrize(
    ("told", "events"),
    [
        ({"refund_fen": 5_000}, [OrderEvent(OrderEventKind.REFUND, ("refund_fen",))]),
        (
            {"refund_fen": 129_900, "state": OrderState.REFUNDED},
            [OrderEvent(OrderEventKind.REFUND, ("refund_fen", "state"))],
        ),
        ({"state": OrderState.CLOSED}, [OrderEvent(OrderEventKind.CLOSED, ("state",))]),
        (
            {"address": "山东省烟台市福山区1号", "district": "福山区"},
            [OrderEvent(OrderEventKind.ADDRESS, ("address", "district"))],
        ),
        ({"phone": "13900139000"}, [OrderEvent(OrderEventKind.PHONE, ("phone",))]),
        (
            {"delivered_at": PAID + timedelta(days=2), "state": OrderState.DELIVERED},
            [OrderEvent(OrderEventKind.DELIVERY, ("delivered_at", "state"))],
        ),
        ({"state": OrderState.SHIPPED}, [OrderEvent(OrderEventKind.STATE, ("state",))]),
        ({"sku": "EWH-80"}, [OrderEvent(OrderEventKind.SKU, ("sku",))]),
        ({"quantity": 2}, [OrderEvent(OrderEventKind.QUANTITY, ("quantity",))]),
        ({"paid_fen": 119_900}, [OrderEvent(OrderEventKind.AMOUNT, ("paid_fen",))]),
        ({"wanted_date": date(2026, 3, 5)}, [OrderEvent(OrderEventKind.WANTED_DATE, ("wanted_date",))]),
        ({"buyer_note": "周末在家"}, [OrderEvent(OrderEventKind.NOTE, ("buyer_note",))]),
        ({"title": "热水器"}, [OrderEvent(OrderEventKind.DETAILS, ("title",))]),
        ({"extra": (("店铺", "一店"),)}, []),
    ],
)
def test_a_changed_field_becomes_the_event_it_means(
    told: dict[str, object], events: list[OrderEvent]
) -> None:
    """Refund, address, delivery, SKU, quantity, telephone … each under its own name."""
    assert list(changes(ROW, replace(ROW, **told))) == events  # type: ignore[arg-type]


def test_several_changes_become_several_events() -> None:
    """One row may tell of a new address and a new telephone."""
    new = replace(ROW, phone="13900139000", address="别处")
    assert {event.kind for event in changes(ROW, new)} == {OrderEventKind.PHONE, OrderEventKind.ADDRESS}


def test_what_a_file_does_not_say_changes_nothing() -> None:
    """An item report knows no address: that is no event, and the address stays."""
    item = OrderRow("T1001", sku="EWH-60", quantity=1, state=OrderState.SHIPPED)
    assert [event.kind for event in changes(ROW, item)] == [OrderEventKind.STATE]
    assert merged(ROW, item).address == ROW.address


@pytest.mark.parametrize("state", [OrderState.DELIVERED, OrderState.REFUNDED, OrderState.CLOSED])
def test_an_older_export_does_not_turn_the_state_back(state: OrderState) -> None:
    """A state only goes forward."""
    known = replace(ROW, state=state)
    assert changes(known, ROW) == ()
    assert merged(known, ROW).state is state


@settings(max_examples=200, deadline=None)
@given(ROWS, ROWS)
def test_telling_the_same_again_is_no_change(old: OrderRow, new: OrderRow) -> None:
    """After a row is taken in, taking it in again yields no event, in any order of what was known."""
    assert changes(old, old) == ()
    assert changes(merged(old, new), new) == ()


@settings(max_examples=200, deadline=None)
@given(ROWS, ROWS)
def test_no_change_is_lost(old: OrderRow, new: OrderRow) -> None:
    """Whatever differs after the merge stands in exactly one event."""
    new = replace(new, line_number=old.line_number)
    after = merged(old, new)
    named = [name for event in changes(old, new) for name in event.fields]
    differing = [
        name for name in old.__slots__ if name != "extra" and getattr(old, name) != getattr(after, name)
    ]
    assert sorted(named) == sorted(differing)


@settings(max_examples=200, deadline=None)
@given(ROWS, ROWS)
def test_equal_rows_and_only_equal_rows_have_equal_fingerprints(old: OrderRow, new: OrderRow) -> None:
    """The fingerprint covers every field but `extra`."""
    assert (fingerprint(old) == fingerprint(new)) == (old == new)


def test_a_fingerprint_ignores_extra_columns_and_the_writing_of_a_time_zone() -> None:
    """The same moment and other unknown columns are the same row."""
    china = ROW.paid_at.astimezone(tz=None) if ROW.paid_at else None
    assert fingerprint(replace(ROW, paid_at=china, extra=(("a", "b"),))) == fingerprint(ROW)


def test_all_faults_of_a_row_come_at_once() -> None:
    """Every field that is wrong is named, in Chinese."""
    row = OrderRow(
        order_number="T 1",
        line_number=0,
        sku="",
        quantity=1000,
        paid_fen=-1,
        receiver="张\x00三",
        phone="12345",
        address="  ",
        title="长" * 301,
        ordered_at=datetime(1999, 5, 1, tzinfo=UTC),
        wanted_date=date(2101, 1, 1),
        buyer_note="\ud83d",
    )
    found = {(fault.field, fault.code) for fault in validate(row)}
    assert found == {
        ("order_number", "bad_order_number"),
        ("line_number", "out_of_range"),
        ("sku", "empty"),
        ("quantity", "out_of_range"),
        ("paid_fen", "out_of_range"),
        ("receiver", "control_character"),
        ("phone", "bad_phone"),
        ("address", "empty"),
        ("title", "too_long"),
        ("ordered_at", "bad_year"),
        ("wanted_date", "bad_year"),
        ("buyer_note", "broken_text"),
    }
    assert all(fault.message and not fault.message.isascii() for fault in validate(row))


def test_a_good_row_has_no_faults_also_at_the_turn_of_the_century() -> None:
    """The year is the one in China: 2000-01-01 00:00 there is 1999 in UTC."""
    assert validate(replace(ROW, ordered_at=datetime(1999, 12, 31, 16, tzinfo=UTC))) == ()


def test_goods_are_not_delivered_before_they_are_ordered() -> None:
    """Two days before is a mistake of the file; a few hours may be two clocks."""
    early = replace(ROW, ordered_at=PAID, delivered_at=PAID - timedelta(days=2))
    assert [f.code for f in validate(early)] == ["before_order"]
    assert validate(replace(early, delivered_at=PAID - timedelta(hours=3))) == ()


def test_a_time_without_a_zone_is_a_fault() -> None:
    """Naive datetimes do not enter."""
    assert [f.code for f in validate(replace(ROW, paid_at=PAID.replace(tzinfo=None)))] == ["no_time_zone"]


@pytest.mark.parametrize(
    ("state", "wants"),
    [
        (None, True),
        (OrderState.UNPAID, False),
        (OrderState.PAID, True),
        (OrderState.DELIVERED, True),
        (OrderState.REFUNDED, False),
        (OrderState.CLOSED, False),
    ],
)
def test_only_a_living_order_wants_installing(state: OrderState | None, wants: bool) -> None:
    """Not before it is paid, not after it is off."""
    assert replace(ROW, state=state).wants_installing is wants


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"refund_fen": 129_901}, "above_paid"),
        ({"refund_fen": 129_900}, None),
        ({"refund_fen": 5_000, "paid_fen": 0}, None),
        ({"wanted_date": date(2026, 2, 28)}, "before_order"),
        ({"wanted_date": date(2026, 3, 1)}, None),
    ],
)
def test_what_cannot_be_is_a_fault(told: dict[str, object], code: str | None) -> None:
    """Nobody gets back more than was paid, nor wishes for a day before the order; some exports show nothing paid."""
    assert [fault.code for fault in validate(replace(ROW, **told))] == ([code] if code else [])
