"""URL links and schemes that open the mini-program from outside, and the queries that say what they point
to.
"""

from __future__ import annotations

import re
import secrets

from wechat.stand_in.replies import ApiError, Call, Json, ok
from wechat.stand_in.state import App

MAX_DAYS = 30
_QUERY = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~%]{0,1024}")


def url_link(call: Call) -> Json:
    """POST wxa/generate_urllink → `https://wxaurl.cn/…`."""
    body = call.body
    target = _target(call.app, body) | _expiry(call, body)
    link = f"https://wxaurl.cn/{secrets.token_urlsafe(8)}"
    _keep(call, link, target)
    return ok(url_link=link)


def scheme(call: Call) -> Json:
    """POST wxa/generatescheme → `weixin://dl/business/?t=…`."""
    body = call.body
    jump = body.get("jump_wxa")
    if not isinstance(jump, dict):
        raise ApiError(47003, "argument invalid! jump_wxa invalid")
    if body.get("is_expire") is False:
        raise ApiError(85401)
    target = _target(call.app, jump) | _expiry(call, body)
    link = f"weixin://dl/business/?t={secrets.token_urlsafe(8)}"
    _keep(call, link, target)
    return ok(openlink=link)


def query_url_link(call: Call) -> Json:
    """POST wxa/query_urllink."""
    return ok(url_link_info=_lookup(call, call.body.get("url_link")))


def query_scheme(call: Call) -> Json:
    """POST wxa/queryscheme."""
    return ok(scheme_info=_lookup(call, call.body.get("scheme")))


def _target(app: App, body: Json) -> Json:
    path, query = body.get("path", ""), body.get("query", "")
    if not isinstance(path, str) or "?" in path:
        raise ApiError(40165)
    if path and path.lstrip("/") not in app.pages:
        raise ApiError(85079)
    if not isinstance(query, str) or not _QUERY.fullmatch(query):
        raise ApiError(40212)
    return {
        "appid": app.appid,
        "path": path,
        "query": query,
        "env_version": body.get("env_version", "release"),
    }


def _expiry(call: Call, body: Json) -> Json:
    now = int(call.world.clock.stamp())
    if body.get("expire_type", 0) == 1:
        days = body.get("expire_interval")
        until = now + days * 86400 if isinstance(days, int) else -1
    else:
        moment = body.get("expire_time", now + MAX_DAYS * 86400)
        until = moment if isinstance(moment, int) else -1
    if not now < until <= now + MAX_DAYS * 86400:
        raise ApiError(85401)
    return {"create_time": now, "expire_time": until}


def _keep(call: Call, link: str, target: Json) -> None:
    if len(call.world.links) >= 5000:
        call.world.links.clear()
    call.world.links[link] = target


def _lookup(call: Call, link: object) -> Json:
    found = call.world.links.get(link) if isinstance(link, str) else None
    if found is None or found["appid"] != call.app.appid:
        raise ApiError(40212, "invalid link")
    return dict(found)
