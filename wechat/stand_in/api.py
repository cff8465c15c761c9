"""WeChat's endpoints as a table, and the gate every one of them stands behind."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, request

from wechat.stand_in import checks, links, login, qr, subscribe, tokens
from wechat.stand_in.courier import Courier
from wechat.stand_in.replies import ApiError, Call, Json
from wechat.stand_in.state import App, World

Handler = Callable[[Call], Json | bytes]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`open` ones need no access token; `plain` ones answer as text/plain, as WeChat does."""

    method: str
    handler: Handler
    open: bool = False
    plain: bool = False


def endpoints(courier: Courier) -> dict[str, Endpoint]:
    """Every path the stand-in knows."""
    return {
        "sns/jscode2session": Endpoint("GET", login.code_to_session, open=True, plain=True),
        "cgi-bin/token": Endpoint("GET", tokens.classic_token, open=True),
        "cgi-bin/stable_token": Endpoint("POST", tokens.stable_token, open=True),
        "wxa/business/getuserphonenumber": Endpoint("POST", login.phone_number),
        "cgi-bin/message/subscribe/send": Endpoint("POST", lambda call: subscribe.send(call, courier)),
        "wxa/getwxacodeunlimit": Endpoint("POST", qr.create),
        "wxa/msg_sec_check": Endpoint("POST", checks.check_text),
        "wxa/media_check_async": Endpoint("POST", lambda call: checks.check_media(call, courier)),
        "wxa/generate_urllink": Endpoint("POST", links.url_link),
        "wxa/query_urllink": Endpoint("POST", links.query_url_link),
        "wxa/generatescheme": Endpoint("POST", links.scheme),
        "wxa/queryscheme": Endpoint("POST", links.query_scheme),
    }


def mount(app: Flask, world: World, courier: Courier) -> None:
    """Route everything that is not the control plane or the inbox page."""
    table = endpoints(courier)

    @app.route("/<path:path>", methods=["GET", "POST"])
    def call(path: str) -> Response:
        endpoint = table.get(path)
        if endpoint is None:
            return Response("not found", status=404, mimetype="text/plain")
        kind = "text/plain" if endpoint.plain else "application/json; charset=utf-8"
        try:
            with world.lock:
                reply = endpoint.handler(_gate(world, endpoint))
        except ApiError as no:
            reply = no.reply()
        if isinstance(reply, bytes):
            return Response(reply, content_type="image/png")
        return Response(json.dumps(reply, ensure_ascii=False), content_type=kind)


def _gate(world: World, endpoint: Endpoint) -> Call:
    """Token, method, body, in WeChat's order."""
    app: App | None = None
    if not endpoint.open:
        app = tokens.check(world, request.args.get("access_token", ""))
    if request.method != endpoint.method:
        raise ApiError(43002 if endpoint.method == "POST" else 43001, "")
    body = _body() if endpoint.method == "POST" else {}
    entry = request.environ["sim.entry"]
    return Call(world, request.args, body, request.remote_addr or "", entry.seq, entry.fault, app)


def _body() -> Json:
    data = request.get_data()
    if not data.strip():
        raise ApiError(44002)
    try:
        found: Any = json.loads(data.decode())
    except (ValueError, RecursionError):
        raise ApiError(47001) from None
    if not isinstance(found, dict):
        raise ApiError(47001)
    return found
