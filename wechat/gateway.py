"""What the product asks of WeChat, each as one method with a plain answer. Nothing else may call WeChat.

Every method raises a `WeChatError`: `Refused`, `Busy`, `Unreachable` (nothing happened) or `Uncertain`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

from wechat.client import Client, Reply
from wechat.errors import STALE_TOKEN, Refused, SetupFault, Uncertain, refusal
from wechat.settings import WeChatSettings
from wechat.tokens import TokenKeeper, TokenStore
from wechat.values import value_faults


@dataclass(frozen=True, slots=True)
class Login:
    """Who a wx.login code belongs to. `unionid` only when the app is bound to an Open Platform account."""

    openid: str = field(repr=False)
    unionid: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class VerifiedPhone:
    """A number the person verified with WeChat: `("86", "13800138000")`.

    It may be a second number of theirs.
    """

    country_code: str
    number: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SubscribeMessage:
    """One message to one person. `data` holds every key of the template; `page` has no leading slash."""

    openid: str = field(repr=False)
    template_id: str
    data: tuple[tuple[str, str], ...] = field(repr=False)
    page: str = ""
    lang: str = "zh_CN"


@dataclass(frozen=True, slots=True)
class Sent:
    """Accepted by WeChat. `msgid` comes back in the push event; WeChat does not always give it here."""

    msgid: str | None


class TextScene(IntEnum):
    """Where a checked text will appear. A remark on a job is nearest to a comment."""

    PROFILE = 1
    COMMENT = 2
    FORUM = 3
    SOCIAL = 4


@dataclass(frozen=True, slots=True)
class TextVerdict:
    """`suggest` is pass, review or risky; `label` 100 is normal, 10001 an advertisement, and so on."""

    suggest: str
    label: int
    trace_id: str


class Gateway:
    """One mini-program's WeChat. Safe to share between threads; make one per process."""

    def __init__(self, settings: WeChatSettings, tokens: TokenStore, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._client = Client(settings)
        self._keeper = TokenKeeper(settings, self._client, tokens, now)

    def code_to_session(self, code: str) -> Login:
        """Exchange a wx.login code: one call, no access token, never repeated (the code is used up by
        trying).

        The session_key is dropped here. `Refused` with meaning CODE: the client must call wx.login again.
        """
        question = {
            "appid": self._settings.app_id,
            "secret": self._settings.app_secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        reply = self._client.get_bare("sns/jscode2session", question)
        unionid = reply.get("unionid")
        return Login(_text(reply, "openid"), unionid if isinstance(unionid, str) and unionid else None)

    def phone_number(self, phone_code: str) -> VerifiedPhone:
        """Exchange the code of a getPhoneNumber button.

        Link the number to the current session, nothing else.
        """
        info = self._ask("wxa/business/getuserphonenumber", {"code": phone_code}).get("phone_info")
        if not isinstance(info, dict):
            raise Uncertain("reply lacks phone_info")
        watermark = info.get("watermark")
        if not isinstance(watermark, dict) or watermark.get("appid") != self._settings.app_id:
            raise SetupFault(40013, errmsg="phone number of another app")
        # WeChat documents countryCode as text and shows a number.
        return VerifiedPhone(str(info.get("countryCode", "86")), _text(info, "purePhoneNumber"))

    def send(self, message: SubscribeMessage) -> Sent:
        """Send one subscribe message, spending one grant. After `Uncertain` it must not be sent again."""
        wrong = value_faults(message.data)
        if wrong:
            raise refusal(47003, f"argument invalid! data.{wrong[0].field}.value invalid", wrong)
        body: dict[str, object] = {
            "touser": message.openid,
            "template_id": message.template_id,
            "data": {key: {"value": value} for key, value in message.data},
            "miniprogram_state": self._settings.miniprogram_state,
            "lang": message.lang,
        }
        if message.page:
            body["page"] = message.page
        msgid = self._ask("cgi-bin/message/subscribe/send", body).get("msgid")
        return Sent(None if msgid is None else str(msgid))

    def qr_code(
        self,
        scene: str,
        page: str,
        *,
        env_version: str = "release",
        check_path: bool = True,
        width: int = 430,
    ) -> bytes:
        """A mini-program code as JPEG or PNG bytes. `scene` is at most 32 visible characters;
        keep the image.
        """
        body: dict[str, object] = {
            "scene": scene,
            "page": page,
            "env_version": env_version,
            "check_path": check_path,
            "width": width,
        }
        reply = self._repeat_once("wxa/getwxacodeunlimit", body)
        if not isinstance(reply, bytes):
            raise Uncertain("reply is not an image")
        return reply

    def check_text(
        self, openid: str, content: str, scene: TextScene = TextScene.COMMENT, *, nickname: str | None = None
    ) -> TextVerdict:
        """Ask whether a text of at most 2,500 characters may be shown.

        The person must have visited within 2 h.
        """
        body: dict[str, object] = {"version": 2, "openid": openid, "scene": int(scene), "content": content}
        if nickname:
            body["nickname"] = nickname
        reply = self._ask("wxa/msg_sec_check", body)
        result = reply.get("result")
        if not isinstance(result, dict) or not isinstance(result.get("label"), int):
            raise Uncertain("reply lacks a result")
        return TextVerdict(_text(result, "suggest"), result["label"], str(reply.get("trace_id", "")))

    def url_link(self, path: str, query: str, expire_days: int) -> str:
        """An https link that opens the mini-program from an SMS, valid for 1 to 30 days."""
        body: dict[str, object] = {
            "path": path,
            "query": query,
            "expire_type": 1,
            "expire_interval": expire_days,
        }
        return _text(self._ask("wxa/generate_urllink", body), "url_link")

    def ping(self) -> None:
        """Reach WeChat harmlessly, for a circuit breaker: one stable_token call, nothing stored."""
        self._keeper.fetch()

    def _ask(self, path: str, body: dict[str, object]) -> Reply:
        reply = self._repeat_once(path, body)
        if isinstance(reply, bytes):
            raise Uncertain("reply is not JSON")
        return reply

    def _repeat_once(self, path: str, body: dict[str, object]) -> Reply | bytes:
        """POST with the token; if exactly the token is refused, replace it once and repeat once, never
        more.
        """
        token = self._keeper.current()
        refused: Refused
        try:
            return self._client.post_json(path, body, token=token)
        except Refused as said_no:
            if said_no.errcode not in STALE_TOKEN:
                raise
            refused = said_no
        other = self._keeper.replacement(token)
        if other is None:
            raise refused
        return self._client.post_json(path, body, token=other)


def _text(reply: Reply, key: str) -> str:
    value = reply.get(key)
    if not isinstance(value, str) or not value:
        raise Uncertain(f"reply lacks {key}")
    return value
