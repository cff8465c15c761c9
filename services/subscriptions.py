"""Which messages to ask a person's leave for, and what the phone says came of asking.

The phone's word never counts as a grant: whoever forges it would only make us ask WeChat in vain. WeChat's push events
(`services/wechat_events.py`) count. Where they are late or not set up, an `accept` heard from the phone lets one
message be tried, and WeChat's answer to that sets the ledger right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from domain.actors import STAFF_ROLES
from domain.notices import ASKED_OF, SUBSCRIBE
from domain.permissions import Caller
from models.notice import Grant
from services.parts import grants
from services.parts.linking import PhoneSessionOnly
from services.uow import use_case


@dataclass(frozen=True, slots=True)
class TemplateHint:
    """What the phone saw for one template: accept, reject, ban, filter …"""

    template_id: str
    answer: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """A template to ask for: WeChat's id, its title, and how many messages are still allowed as far as we know."""

    name: str
    template_id: str
    title: str
    remaining: int
    hinted: bool


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """What this session's role is told by, most important first: few `remaining` are worth asking for."""

    items: tuple[Subscription, ...]


@use_case
def hear(
    tx: Connection, identity_id: int | None, caller: Caller, hints: Sequence[TemplateHint], now: datetime
) -> Subscriptions:
    """Take the phone's hints (there may be none) and answer what to ask for; `PhoneSessionOnly` without WeChat."""
    if identity_id is None:
        raise PhoneSessionOnly
    side = "staff" if caller in STAFF_ROLES else "customer"
    ids = {grants.wechat_id(name): name for name in ASKED_OF[side]}
    for one in sorted(hints, key=lambda hint: hint.template_id):
        if one.answer in grants.ACCEPTED and one.template_id in ids:
            grants.hint(tx, identity_id, one.template_id, now)
    rows = tx.execute(
        select(Grant.template, Grant.remaining, Grant.hinted_at).where(Grant.identity_id == identity_id)
    )
    known = {row.template: (row.remaining, row.hinted_at is not None) for row in rows}
    return Subscriptions(
        tuple(
            Subscription(name, template_id, SUBSCRIBE[name].title, *known.get(template_id, (0, False)))
            for template_id, name in ids.items()
        )
    )
