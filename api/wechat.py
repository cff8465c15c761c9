"""WeChat's callbacks. Its own door: the body is encrypted, the answer is `success`, and a stranger learns nothing.

WeChat waits five seconds and tries three times, so a push is answered after one short transaction, and everything that
is not a refusal of ours tells it to come again.
"""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from api import limits, routes
from api.described import Declared
from api.logging import log, traceback_of
from api.routes import Call
from api.schemas.notices import HandshakeQuery, PushQuery
from domain.errors import DomainError, Unavailable
from domain.permissions import holders
from services import consents, wechat_events
from wechat.push import MAX_BODY, BadPush, PushReceiver
from wechat.push_events import AuthorizationRevoked, PushEvent

area = routes.area("wechat", "微信消息推送", prefix="")


def _receiver() -> PushReceiver:
    receiver: PushReceiver | None = current_app.extensions["wechat_push"]
    if receiver is None:
        raise BadPush("not set up")
    return receiver


@routes.route(
    area,
    "GET",
    "/wechat/push",
    permission="wechat:push",
    query=HandshakeQuery,
    errors=(403,),
    summary="消息推送地址校验",
    media="text/plain",
)
def handshake(_: Call, query: dict[str, Any]) -> Response:
    """Sends `echostr` back when the console's signature is right."""
    return Response(_receiver().handshake(**query), mimetype="text/plain")


def push() -> Response:
    """A signed and encrypted push of WeChat; taken once however often it comes."""
    request.max_content_length = MAX_BODY
    try:
        _take(_read())
    except BadPush:
        limits.address(g.trace.address, known=False)
        raise
    except (DomainError, HTTPException):
        raise
    except Exception as surprise:
        log.error("push_failed", request_id=g.trace.request_id, **traceback_of(surprise))
        raise Unavailable from None
    return Response("success", mimetype="text/plain")


def _read() -> PushEvent:
    said = request.args
    return _receiver().receive(
        request.get_data(),
        msg_signature=said.get("msg_signature", ""),
        timestamp=said.get("timestamp", ""),
        nonce=said.get("nonce", ""),
    )


def _take(event: PushEvent) -> None:
    now = current_app.extensions["clock"]()
    if isinstance(event, AuthorizationRevoked):
        # First, and again if it comes again: a duty must not be marked as seen and then be lost.
        consents.authorization_revoked(event.openid, now)
    wechat_events.take(event, now)


def _open_door() -> None:
    """Declared like every route, but not read like one: `routes.route` knows JSON bodies and forms only."""
    declared = Declared(
        method="POST",
        rule="/wechat/push",
        permission="wechat:push",
        holders=holders("wechat:push"),
        summary="接收消息推送",
        body=None,
        query=PushQuery(),
        answer=None,
        status=200,
        errors=(403,),
        max_body=MAX_BODY,
        tags=("wechat",),
        media="text/plain",
    )
    push.declared = declared  # type: ignore[attr-defined]  # for the guards in tests
    push.provide_automatic_options = False  # type: ignore[attr-defined]  # no CORS: OPTIONS is a 405
    area.add_url_rule(declared.rule, "push", push, methods=["POST"], tags=list(declared.tags))


_open_door()
