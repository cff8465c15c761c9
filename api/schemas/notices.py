"""What comes in about notices."""

from __future__ import annotations

from enum import StrEnum

from marshmallow import fields

from api.schemas.base import Body, Choice, Flag, Many, PageQuery, PlainText, Query
from services.subscriptions import TemplateHint


class TemplateAnswer(StrEnum):
    """What wx.requestSubscribeMessage says of one template."""

    ACCEPT = "accept"
    ACCEPT_WITH_AUDIO = "acceptWithAudio"
    REJECT = "reject"
    BAN = "ban"
    FILTER = "filter"


class TemplateHintBody(Body):
    """One template and the person's tap."""

    makes = TemplateHint
    template_id = PlainText(64, pattern="[!-~]+", required=True)
    answer = Choice(TemplateAnswer, required=True)


class SubscriptionBody(Body):
    """The answers of one popup, which shows at most five."""

    answers = Many(fields.Nested(TemplateHintBody), 5, load_default=())


class InboxQuery(PageQuery):
    """Only what has, or has not, been read."""

    unread = Flag(load_default=None)


class HandshakeQuery(Query):
    """WeChat's console asks whether this address is ours."""

    signature = PlainText(100, load_default="")
    timestamp = PlainText(20, load_default="")
    nonce = PlainText(100, load_default="")
    echostr = PlainText(200, load_default="")


class PushQuery(Query):
    """What stands in the address of a push; only the signature over the body counts."""

    signature = PlainText(100, load_default="")
    msg_signature = PlainText(100, load_default="")
    timestamp = PlainText(20, load_default="")
    nonce = PlainText(100, load_default="")
    openid = PlainText(64, load_default="")
    encrypt_type = PlainText(10, load_default="")
