"""Extras: the arithmetic of a quote, what was shown, and Tmall's numbers."""

from __future__ import annotations

import pytest

from domain.charges import REMOTE_ITEM, STATE_NAMES, Item, State, quote, tmall_state
from domain.errors import Invalid

DRILL = Item("drill", "墙面打孔", "个", 5000, 6, shown=True)
HOSE = Item("hose", "加长软管", "根", 3550, 1)


def test_a_quote_is_itemised_and_sums_up() -> None:
    """Item × quantity × unit price, the version named, in words and in fen."""
    found = quote(7, [DRILL, HOSE], [("drill", 2), ("hose", 1)])

    assert [line.amount_fen for line in found.lines] == [10_000, 3550]
    assert found.total_fen == 13_550
    assert found.text == (
        "按价目表第 7 版：打孔费 墙面打孔 ¥50.00 × 2 个 = ¥100.00；配件费 加长软管 ¥35.50 × 1 根 = ¥35.50。"
        "合计 ¥135.50，您同意后才会施工和收取"
    )


def test_what_the_promise_did_not_show_needs_a_photo() -> None:
    """The quote says so before anything is proposed."""
    found = quote(7, [DRILL, HOSE], [("drill", 2), ("hose", 1)])
    assert [line.needs_photo for line in found.lines] == [False, True]
    assert found.needs_photo
    assert not quote(7, [DRILL], [("drill", 1)]).needs_photo


def test_everything_wrong_with_a_quote_is_named_at_once() -> None:
    """Unknown items, impossible quantities, and the way, which is no item."""
    with pytest.raises(Invalid) as refused:
        quote(7, [DRILL], [("glue", 1), ("drill", 0), (REMOTE_ITEM, 1)])

    codes = [fault.code for fault in refused.value.errors]
    assert codes == ["not_on_price_list", "quantity", "remote_by_rule"]


def test_tmalls_numbers_follow_our_states() -> None:
    """Silence never becomes 8, confirmed by timeout."""
    assert set(STATE_NAMES) == set(State)
    numbers = [tmall_state(state, None, False) for state in State]
    assert numbers == [1, 2, 7, 7, 7, 3]
    assert tmall_state("approved", None, True) == 9
    assert [tmall_state("disputed", ruling, True) for ruling in ("stands", "refunded")] == [4, 5]
