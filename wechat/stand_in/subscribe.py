"""subscribe/send with WeChat's order of checks, and what the person taps: accept, reject, switch off."""

from __future__ import annotations

from typing import Any

from wechat.stand_in.courier import Courier
from wechat.stand_in.limits import acceptable
from wechat.stand_in.replies import ApiError, Call, Json, ok
from wechat.stand_in.state import App, InboxEntry, Template, User, World

STATES = {"developer", "trial", "formal"}
LANGUAGES = {"zh_CN", "en_US", "zh_HK", "zh_TW"}
POPUP_LIMIT = 5


def send(call: Call, courier: Courier) -> Json:
    """POST cgi-bin/message/subscribe/send. Every attempt lands in the inbox, refused ones with the reason."""
    refused: ApiError | None = None
    openid = call.body.get("touser")
    before = call.world.grants[(str(openid), str(call.body.get("template_id")))]
    try:
        user, template = _check(call)
        call.world.grants[(str(openid), template.id)] -= 1
    except ApiError as no:
        refused = no
    entry = _file(call, before, refused)
    if refused:
        raise refused
    courier.event(call.app, user, "subscribe_msg_sent_event", [_report(entry)])
    return ok(msgid=int(entry.msgid))


def _check(call: Call) -> tuple[User, Template]:
    app, body = call.app, call.body
    user = call.world.user_of(app.appid, body.get("touser"))
    if user is None:
        raise ApiError(40003)
    template = app.templates.get(str(body.get("template_id")))
    if template is None:
        raise ApiError(40037)
    page = body.get("page", "")
    if page and (not isinstance(page, str) or page.split("?", 1)[0] not in app.pages):
        raise ApiError(41030)
    _check_data(template, body.get("data"))
    if str(body.get("miniprogram_state", "formal")) not in STATES:
        raise ApiError(47003, "argument invalid! miniprogram_state invalid")
    if str(body.get("lang", "zh_CN")) not in LANGUAGES:
        raise ApiError(47003, "argument invalid! lang invalid")
    if call.world.grants[(str(body["touser"]), template.id)] <= 0:
        raise ApiError(43101)
    return user, template


def _check_data(template: Template, data: object) -> None:
    if not isinstance(data, dict):
        raise ApiError(47003, "argument invalid! data invalid")
    for key in template.keys:
        item = data.get(key)
        value = item.get("value") if isinstance(item, dict) else None
        if not acceptable(key, value, template.enums.get(key, [])):
            raise ApiError(47003, f"argument invalid! data.{key}.value {'invalid' if value else 'is empty'}")
    for key in data:
        if key not in template.keys:
            raise ApiError(47003, f"argument invalid! data.{str(key)[:40]} is not in the template")


def _file(call: Call, before: int, refused: ApiError | None) -> InboxEntry:
    body, app, world = call.body, call.app, call.world
    user = world.user_of(app.appid, body.get("touser"))
    template = app.templates.get(str(body.get("template_id")))
    serial = world.next_serial()
    entry = InboxEntry(
        seq=serial,
        msgid=str(3_000_000_000_000_000_000 + serial),
        sim_time=world.clock.now().isoformat(timespec="seconds"),
        appid=app.appid,
        touser=str(body.get("touser"))[:64],
        alias=user.alias if user else "",
        template_id=str(body.get("template_id"))[:64],
        title=template.title if template else "未知模板",
        data=_values(body),
        lines=_lines(template, body),
        page=str(body.get("page", ""))[:1024],
        miniprogram_state=str(body.get("miniprogram_state", "formal"))[:16],
        lang=str(body.get("lang", "zh_CN"))[:16],
        grants_before=before,
        grants_after=before if refused else before - 1,
        errcode=refused.errcode if refused else 0,
        errmsg=refused.errmsg if refused else "ok",
        request_seq=call.seq,
        fault=call.fault,
        delivered=refused is None,
    )
    world.inbox.append(entry)
    return entry


def _values(body: Json) -> dict[str, object]:
    data = body.get("data")
    if not isinstance(data, dict):
        return {}
    return {k: v.get("value") if isinstance(v, dict) else v for k, v in list(data.items())[:40]}


def _lines(template: Template | None, body: Json) -> list[tuple[str, str]]:
    """Label and value as on the phone, in the template's order; unknown keys under their own names."""
    values = _values(body)
    labels = template.keys if template else {}
    keys = [*labels, *(key for key in values if key not in labels)]
    return [(labels.get(key, str(key)), str(values.get(key, ""))[:200]) for key in keys]


def _report(entry: InboxEntry) -> dict[str, Any]:
    return {
        "TemplateId": entry.template_id,
        "MsgID": entry.msgid,
        "ErrorCode": "0",
        "ErrorStatus": "success",
    }


def tap(world: World, courier: Courier, app: App, user: User, answers: dict[str, str]) -> Json:
    """wx.requestSubscribeMessage answered by a person:
    each accept is one more grant, and an event is pushed.
    """
    if len(answers) > POPUP_LIMIT:
        return {"errCode": 20003, "errMsg": "requestSubscribeMessage:fail Templates count out of max bounds"}
    if any(template_id not in app.templates for template_id in answers):
        return {"errCode": 20001, "errMsg": "requestSubscribeMessage:fail No template data return"}
    openid = world.openid(app.appid, user.alias)
    user.visited[app.appid] = world.clock.stamp()
    for template_id, answer in answers.items():
        if answer in ("accept", "acceptWithAudio"):
            world.grants[(openid, template_id)] += 1
    shown = {tid: answer for tid, answer in answers.items() if answer in ("accept", "reject")}
    items = [
        {"TemplateId": tid, "SubscribeStatusString": answer, "PopupScene": "0"}
        for tid, answer in shown.items()
    ]
    if items:
        courier.event(app, user, "subscribe_msg_popup_event", items)
    return {"errMsg": "requestSubscribeMessage:ok", **answers}


def switch_off(world: World, courier: Courier, app: App, user: User, template_ids: list[str]) -> None:
    """The person rejects templates in the settings page: all their grants are gone."""
    openid = world.openid(app.appid, user.alias)
    for template_id in template_ids:
        world.grants[(openid, template_id)] = 0
    items = [{"TemplateId": tid, "SubscribeStatusString": "reject"} for tid in template_ids]
    courier.event(app, user, "subscribe_msg_change_event", items)
