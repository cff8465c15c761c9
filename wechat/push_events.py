"""What WeChat pushes to us, as frozen values. These, not the phone's claims, feed the grant ledger."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PushEvent:
    """Base. `dedupe_key` is equal for redeliveries of the same event and holds nothing personal."""

    openid: str = field(repr=False)
    at: datetime
    dedupe_key: str


@dataclass(frozen=True, slots=True)
class TemplateAnswer:
    """One template of a popup or of the settings page; `status` is accept or reject."""

    template_id: str
    status: str


@dataclass(frozen=True, slots=True)
class TemplateReport:
    """How the delivery of one message went: `("tid", "1700827132819554304", 0, "success")`."""

    template_id: str
    msgid: str
    error_code: int
    status: str


@dataclass(frozen=True, slots=True)
class PopupEvent(PushEvent):
    """The person answered the subscription popup: each accept is one grant."""

    answers: tuple[TemplateAnswer, ...]


@dataclass(frozen=True, slots=True)
class ChangeEvent(PushEvent):
    """The person changed subscriptions in the settings: reject means no grant is left."""

    answers: tuple[TemplateAnswer, ...]


@dataclass(frozen=True, slots=True)
class SentEvent(PushEvent):
    """Messages were delivered, or not."""

    reports: tuple[TemplateReport, ...]


@dataclass(frozen=True, slots=True)
class AuthorizationRevoked(PushEvent):
    """The person withdrew consent to their data: a duty to erase."""

    scopes: str


@dataclass(frozen=True, slots=True)
class MediaCheck(PushEvent):
    """A picture's verdict by `trace_id`. `suggest` None means it was not checked:
    try again with a new link.
    """

    trace_id: str
    suggest: str | None
    label: int | None
    errcode: int


@dataclass(frozen=True, slots=True)
class Other(PushEvent):
    """Anything we do not act on; `name` is the Event or the MsgType."""

    name: str


def build(payload: Payload) -> PushEvent:
    """The event of a decrypted payload.

    Raises KeyError, TypeError, ValueError or OverflowError when malformed.
    """
    name = str(payload.get("Event") or payload["MsgType"])
    openid = str(payload.get("OpenID") or payload["FromUserName"])
    at = datetime.fromtimestamp(int(payload["CreateTime"]), UTC)
    head = (openid, at, _dedupe_key(payload, name))
    if name == "subscribe_msg_popup_event":
        return PopupEvent(*head, _answers(payload, "SubscribeMsgPopupEvent"))
    if name == "subscribe_msg_change_event":
        return ChangeEvent(*head, _answers(payload, "SubscribeMsgChangeEvent"))
    if name == "subscribe_msg_sent_event":
        return SentEvent(*head, _reports(payload))
    if name == "user_authorization_revoke":
        return AuthorizationRevoked(*head, str(payload.get("RevokeInfo", "")))
    if name == "wxa_media_check":
        return _media_check(head, payload)
    return Other(*head, name)


def _answers(payload: Payload, wrapper: str) -> tuple[TemplateAnswer, ...]:
    items = _items(payload, wrapper)
    return tuple(TemplateAnswer(str(i["TemplateId"]), str(i["SubscribeStatusString"])) for i in items)


def _reports(payload: Payload) -> tuple[TemplateReport, ...]:
    return tuple(
        TemplateReport(
            str(i["TemplateId"]), str(i["MsgID"]), int(i.get("ErrorCode") or 0), str(i["ErrorStatus"])
        )
        for i in _items(payload, "SubscribeMsgSentEvent")
    )


def _items(payload: Payload, wrapper: str) -> list[Payload]:
    """The event's `List`: an array, or the object itself when single; XML puts it into a wrapper."""
    inner = payload.get(wrapper)
    found = (inner if isinstance(inner, dict) else payload).get("List", [])
    items = found if isinstance(found, list) else [found]
    if not all(isinstance(item, dict) for item in items):
        raise TypeError("List must hold objects")
    return items


def _media_check(head: tuple[str, datetime, str], payload: Payload) -> MediaCheck:
    errcode = int(payload.get("errcode") or 0)
    result = payload.get("result")
    if errcode or not isinstance(result, dict):
        return MediaCheck(*head, str(payload["trace_id"]), None, None, errcode)
    return MediaCheck(*head, str(payload["trace_id"]), str(result["suggest"]), int(result["label"]), 0)


def _dedupe_key(payload: Payload, name: str) -> str:
    """Over who, when, what and which messages; the whole List, since one second may hold two popups."""
    msgid = payload.get("MsgId") or payload.get("trace_id") or ""
    parts = [payload.get("FromUserName"), str(payload["CreateTime"]), name, str(msgid)]
    wrapped = {
        key: value for key, value in payload.items() if key == "List" or key.startswith("SubscribeMsg")
    }
    text = json.dumps([parts, wrapped], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
