"""WeChat Pay's JSON as a `Word`: three interfaces that name the same things differently."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.payments import Kind, Word
from wechat.errors import Uncertain


def opened_json(content: bytes) -> dict[str, Any]:
    """The object in a reply's body; `Uncertain`."""
    try:
        found = json.loads(content)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Uncertain("reply is not JSON")
    return found


def text_of(said: Mapping[str, Any], key: str) -> str:
    """What a reply must have; `Uncertain`."""
    value = said.get(key)
    if not isinstance(value, str) or not value:
        raise Uncertain(f"reply lacks {key}")
    return value


_NAMES: Mapping[Kind, tuple[str, str, str, str]] = {
    # kind: our number, theirs, the state, when it ended
    Kind.TRANSFER: ("out_bill_no", "transfer_bill_no", "state", "update_time"),
    Kind.PAYMENT: ("out_trade_no", "transaction_id", "trade_state", "success_time"),
    Kind.REFUND: ("out_refund_no", "refund_id", "status", "success_time"),
}


def word_of(kind: Kind, said: Mapping[str, Any], number: str | None = None) -> Word:
    """Reply or notification as a word. `Uncertain` for one about another number or without what it must have."""
    ours, theirs, state, ended = _NAMES[kind]
    told = text_of(said, ours)
    if number is not None and told != number:
        raise Uncertain("reply is about another number")
    amount = said.get("amount") or {}
    fen = (
        said.get("transfer_amount")
        if kind is Kind.TRANSFER
        else amount.get("refund" if kind is Kind.REFUND else "total")
    )
    payer = said.get("payer") or {}
    return Word(
        kind,
        told,
        text_of(said, "refund_status" if "refund_status" in said else state),
        fen if isinstance(fen, int) else None,
        said.get("openid") or payer.get("openid"),
        said.get(theirs),
        _time(said.get(ended)),
        str(said.get("fail_reason") or "")[:64],
        said.get("package_info"),
    )


def _time(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
