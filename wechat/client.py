"""wechatpy's client base with its token and retry logic cut off, and its errors turned into ours.

wechatpy 1.8.18 repeats without bound on 40001, fetches tokens without a time-out and puts secrets into
exception texts. What stays is its request building and reply decoding; tokens are passed in, never fetched
here.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from typing import Any

import requests
from wechatpy.client.base import BaseWeChatClient
from wechatpy.exceptions import WeChatClientException

from wechat.errors import Busy, Refused, Uncertain, WeChatError, refusal
from wechat.scrub import quiet_libraries, scrub
from wechat.settings import WeChatSettings
from wechat.transport import NETWORK_ERRORS, BoundedSession, classify

log = logging.getLogger("wechat")
Reply = dict[str, Any]


class Client(BaseWeChatClient):  # type: ignore[misc]
    """One exchange at a time; safe to share between threads."""

    def __init__(self, settings: WeChatSettings) -> None:
        super().__init__(settings.app_id, timeout=settings.timeouts, auto_retry=False)
        quiet_libraries()
        self._settings = settings
        self._http = BoundedSession(sum(settings.timeouts), use_proxies=not settings.allow_http)

    @property
    def access_token(self) -> str:
        """Never fetched from here: a call either passes a token or needs none."""
        raise AttributeError("tokens are passed explicitly")

    def post_json(self, path: str, body: Mapping[str, object], *, token: str | None = None) -> Reply | bytes:
        """POST `body`; the reply object, or the bytes of an image. Raises a `WeChatError`."""
        sensitive = (*_strings(body), token or "", self._settings.app_secret)
        data = _encode(body)
        headers = {"Content-Type": "application/json; charset=utf-8"}
        return self._exchange(
            "post", path, sensitive, params={"access_token": token}, data=data, headers=headers
        )

    def get_bare(self, path: str, params: Mapping[str, str]) -> Reply:
        """GET with exactly these parameters: no access token is added. Raises a `WeChatError`."""
        # A parameter of None is left out by requests, but its presence stops wechatpy from adding a token.
        reply = self._exchange("get", path, tuple(params.values()), params={**params, "access_token": None})
        if isinstance(reply, bytes):
            raise Uncertain("reply is not JSON")
        return reply

    def _exchange(self, method: str, path: str, sensitive: tuple[str, ...], **kwargs: Any) -> Reply | bytes:
        started = time.monotonic()
        outcome = self._attempt(method, path, sensitive, kwargs)
        spent_ms = int((time.monotonic() - started) * 1000)
        if isinstance(outcome, WeChatError):
            log.warning("wechat %s failed after %d ms: %s", path, spent_ms, outcome)
            # Raised here, outside every except block: no __context__ drags the URL along.
            raise outcome
        log.debug("wechat %s answered after %d ms", path, spent_ms)
        return outcome

    def _attempt(
        self, method: str, path: str, sensitive: tuple[str, ...], kwargs: dict[str, Any]
    ) -> Reply | bytes | WeChatError:
        try:
            result = self._request(method, self._settings.url(path), **kwargs)
        except WeChatClientException as said_no:
            return _from_wechatpy(said_no, sensitive)
        except NETWORK_ERRORS as failure:
            return classify(failure)
        except (ValueError, TypeError):
            return Uncertain("reply makes no sense")
        return _checked(result)


def _checked(result: object) -> Reply | bytes | WeChatError:
    if isinstance(result, dict):
        return result
    if isinstance(result, requests.Response) and result.status_code == 200:
        is_image = result.content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n"))
        return result.content if is_image else Uncertain("reply is not JSON")
    return Uncertain("reply is not an answer")


def _from_wechatpy(said_no: WeChatClientException, sensitive: tuple[str, ...]) -> WeChatError:
    if said_no.errcode is not None:
        return refusal(said_no.errcode, scrub(str(said_no.errmsg), sensitive))
    status = int(said_no.response.status_code)
    if status == 429:
        return Busy(status)
    if 400 <= status < 500:
        return Refused(status, errmsg=f"HTTP {status}")
    return Uncertain(f"HTTP {status}")


def _encode(body: Mapping[str, object]) -> bytes:
    """UTF-8 JSON with nothing escaped: WeChat counts `\\uXXXX` as six characters.

    Lone surrogates are refused.
    """
    try:
        return json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        bad = refusal(47001, "text is not valid Unicode")
    raise bad


def _strings(body: Mapping[str, object]) -> tuple[str, ...]:
    """The body's values that must never show up in a text: codes, openids, the secret."""
    keys = ("code", "openid", "touser", "secret")
    return tuple(value for key in keys if isinstance(value := body.get(key), str))
