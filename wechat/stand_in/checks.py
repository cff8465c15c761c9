"""Content checks: text at once by a list of words, pictures later by a push."""

from __future__ import annotations

import secrets
import urllib.error
import urllib.request
from collections.abc import Callable
from urllib.parse import urlsplit

from wechat.stand_in.courier import Courier
from wechat.stand_in.replies import ApiError, Call, Json, ok
from wechat.stand_in.state import App, User

VISIT_S = 7200
MAX_MEDIA = 10 * 1024 * 1024


def check_text(call: Call) -> Json:
    """POST wxa/msg_sec_check, version 2 only. `pass` unless a listed word occurs."""
    body = call.body
    content = body.get("content")
    _visitor(call)
    if not isinstance(content, str) or not content:
        raise ApiError(44002)
    if len(content) > 2500:
        raise ApiError(45002)
    texts = [content, *(str(body.get(key, "")) for key in ("title", "nickname", "signature"))]
    hit = next((word for word in call.app.keywords if any(word in text for text in texts)), None)
    suggest, label = call.app.keywords[hit] if hit else ("pass", 100)
    detail = [{"strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90}]
    if hit:
        detail.append({"strategy": "keyword", "errcode": 0, "suggest": suggest, "label": label, "level": 20})
    return ok(result={"suggest": suggest, "label": label}, detail=detail, trace_id=_trace_id())


def check_media(call: Call, courier: Courier) -> Json:
    """POST wxa/media_check_async, version 2: the picture is fetched after a delay and the verdict pushed."""
    body, app = call.body, call.app
    user = _visitor(call)
    url = body.get("media_url")
    if not isinstance(url, str) or urlsplit(url).scheme not in ("http", "https"):
        raise ApiError(47001)
    if body.get("media_type") not in (1, 2):
        raise ApiError(47003, "argument invalid! media_type invalid")
    trace_id = _trace_id()
    courier.later(app.media_delay_s, _verdict(app, user, url, trace_id, courier))
    return ok(trace_id=trace_id)


def _verdict(app: App, user: User, url: str, trace_id: str, courier: Courier) -> Callable[[], None]:
    def deliver() -> None:
        payload: Json = {"appid": app.appid, "trace_id": trace_id, "version": 2, "detail": []}
        if _fetchable(url):
            suggest, label = app.media_verdict
            result = {"suggest": suggest, "label": label}
            detail = [{"strategy": "content_model", "errcode": 0, **result, "prob": 90}]
            payload |= {"errcode": 0, "errmsg": "ok", "result": result, "detail": detail}
        else:
            payload |= {"errcode": -1008, "errmsg": "下载错误,请检查媒体链接是否有效"}
        courier.payload(app, user, "wxa_media_check", payload)

    return deliver


def _fetchable(url: str) -> bool:
    request = urllib.request.Request(url, headers={"User-Agent": "wxsim"})  # noqa: S310  scheme checked above
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
            return len(answer.read(MAX_MEDIA + 1)) <= MAX_MEDIA
    except (OSError, urllib.error.URLError, ValueError):
        return False


def _visitor(call: Call) -> User:
    """The person named by openid, who must have been here within two hours."""
    body, app = call.body, call.app
    if body.get("version") != 2:
        raise ApiError(43302, "invalid version, 2 is required")
    if body.get("scene") not in (1, 2, 3, 4):
        raise ApiError(40129)
    user = call.world.user_of(app.appid, body.get("openid"))
    if user is None:
        raise ApiError(40003)
    if call.world.clock.stamp() - user.visited.get(app.appid, float("-inf")) > VISIT_S:
        raise ApiError(61010)
    return user


def _trace_id() -> str:
    return "-".join(secrets.token_hex(4) for _ in range(3))
