"""What a person was told, and the leave to tell more."""

from __future__ import annotations

from typing import Any

from api import paging, routes
from api.paging import Page
from api.routes import Call
from api.schemas.notices import InboxQuery, SubscriptionBody
from domain.errors import Unauthenticated
from services import inbox, subscriptions
from services.inbox import InboxRead
from services.queries import inbox as reads
from services.queries.inbox import InboxLine
from services.subscriptions import Subscriptions

area = routes.area("inbox", "通知")


@routes.route(
    area,
    "GET",
    "/inbox",
    permission="inbox:read",
    query=InboxQuery,
    answer=Page[InboxLine],
    errors=(401,),
    summary="我的通知",
)
def list_inbox(call: Call, query: dict[str, Any]) -> Page[InboxLine]:
    """Newest first. Complete whether or not a message also came by WeChat or SMS."""
    before = paging.number(query["cursor"])
    rows = reads.listed(call.who, query["unread"], before, query["limit"] + 1)
    return paging.page(rows, query["limit"], lambda row: (row.id,))


@routes.route(
    area,
    "POST",
    "/inbox/<id:item_id>/read",
    permission="inbox:mark",
    answer=InboxRead,
    errors=(401, 404),
    summary="标为已读",
)
def mark_read(call: Call, item_id: int) -> InboxRead:
    """Again is harmless: the first time counts."""
    return inbox.mark_read(call.who, item_id, call.now)


@routes.route(
    area,
    "POST",
    "/subscriptions",
    permission="subscription:hint",
    body=SubscriptionBody,
    answer=Subscriptions,
    errors=(401, 403),
    summary="订阅消息授权",
)
def subscribe(call: Call, body: dict[str, Any]) -> Subscriptions:
    """What `wx.requestSubscribeMessage` answered; with no answers it only says which templates to ask for.

    Hints: they let a message be tried, but only WeChat's own push events count as grants.
    """
    if call.session is None:
        raise Unauthenticated
    session = call.session
    return subscriptions.hear(session.identity_id, session.caller, body["answers"], call.now)
