"""What a bank account is sealed from; opened only where a bank's file is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from services.personal import reveal_secret, seal_secret

_PLACE = "bank_account.sealed"


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account in the contracting party's name; `bank_code` is its 联行号, where the bank asks for it."""

    account_number: str
    holder: str
    bank: str
    bank_code: str = ""


def seal(fields: Mapping[str, str]) -> bytes:
    """All of it."""
    return seal_secret(_PLACE, orjson.dumps(fields).decode())


def opened(sealed: bytes) -> NewAccount:
    """What `seal` closed."""
    return NewAccount(**orjson.loads(reveal_secret(_PLACE, sealed)))
