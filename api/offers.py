"""Offers: what a dealer is asked to do, why it was asked, and its yes or no."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import paging, routes
from api.jobs import command_of
from api.paging import Page
from api.routes import Call, route
from api.schemas.base import PageQuery
from api.schemas.jobs import Words, body_of
from domain.actions import Action
from services import lifecycle
from services.deeds import Acted
from services.queries import offers
from services.queries.offers import OfferCard

area = routes.area("offers", "派单与接单")
STATUSES = ("open", "accepted", "declined", "expired", "withdrawn")


class OfferQuery(PageQuery):
    """A dealer's offers; open ones unless another status is asked for."""

    status = Words(STATUSES, load_default="open")


@route(
    area,
    "GET",
    "/offers",
    permission="offer:read",
    query=OfferQuery,
    answer=Page[OfferCard],
    summary="派单列表",
)
def offer_list(call: Call, query: Mapping[str, Any]) -> Page[OfferCard]:
    """The own dealer's, open ones oldest first, others newest first, with deadline, zone, distance and the reasons."""
    before = paging.number(query["cursor"])
    found = offers.listed(call.who, query["status"], before, query["limit"] + 1, call.now)
    return paging.page(found, query["limit"], lambda card: (card.id,))


@route(
    area,
    "POST",
    "/offers/<id:offer_id>/accept",
    permission="offer:accept",
    body=body_of(Action.ACCEPT, ("offer_id",)),
    answer=Acted,
    errors=(404, 409),
    summary="接单",
)
def accept(call: Call, body: Mapping[str, Any], offer_id: int) -> Acted:
    """First to accept wins; everybody after gets 409 `job_changed`.

    Without room for it within 30 days: 409 `capacity_full`, unless `beyond_capacity` is true.
    """
    command, occurred_at = command_of(Action.ACCEPT, body, call.now, offer_id=offer_id)
    return lifecycle.answer_offer(call.who, command, call.now, occurred_at=occurred_at)


@route(
    area,
    "POST",
    "/offers/<id:offer_id>/decline",
    permission="offer:decline",
    body=body_of(Action.DECLINE, ("offer_id",)),
    answer=Acted,
    errors=(404, 409),
    summary="拒单",
)
def decline(call: Call, body: Mapping[str, Any], offer_id: int) -> Acted:
    """With a reason; the next candidate is asked."""
    command, occurred_at = command_of(Action.DECLINE, body, call.now, offer_id=offer_id)
    return lifecycle.answer_offer(call.who, command, call.now, occurred_at=occurred_at)
