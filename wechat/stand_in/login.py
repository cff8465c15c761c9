"""wx.login codes and phone codes: single use, 300 s, never interchangeable."""

from __future__ import annotations

import base64
import secrets

from wechat.stand_in.replies import ApiError, Call, Json
from wechat.stand_in.state import App, Code, User, World

CODE_LIFETIME_S = 300


def issue_code(world: World, kind: str, app: App, user: User, phone: str = "", country_code: str = "") -> str:
    """What wx.login or the phone button hands to the page.

    `phone` may be another number of the same person.
    """
    now = world.clock.stamp()
    world.codes = {key: code for key, code in world.codes.items() if code.issued_at > now - 7200}
    value = "0" + secrets.token_urlsafe(24)[:31]
    world.codes[value] = Code(
        kind, app.appid, user.alias, now, phone or user.phone, country_code or user.country_code
    )
    user.visited[app.appid] = now
    return value


def code_to_session(call: Call) -> Json:
    """GET sns/jscode2session: no access token; every login rotates the session_key."""
    query = call.query
    app = call.world.apps.get(query.get("appid", ""))
    if app is None:
        raise ApiError(40013)
    if query.get("secret") != app.secret:
        raise ApiError(40125)
    if query.get("grant_type") != "authorization_code":
        raise ApiError(40002, "invalid grant_type")
    user = call.world.users[_spend(call.world, query.get("js_code", ""), "login", app).alias]
    if user.blocked:
        raise ApiError(40226)
    if call.world.hit(f"login/{app.appid}/{user.alias}", 60) > app.limits.login_per_minute:
        raise ApiError(45011)
    session_key = base64.b64encode(secrets.token_bytes(16)).decode()
    user.session_keys[app.appid] = session_key
    user.visited[app.appid] = call.world.clock.stamp()
    reply = {"openid": call.world.openid(app.appid, user.alias), "session_key": session_key}
    return reply | ({"unionid": call.world.unionid(user.alias)} if app.bound else {})


def phone_number(call: Call) -> Json:
    """POST wxa/business/getuserphonenumber; every success is charged."""
    app = call.app
    code = _spend(call.world, call.body.get("code"), "phone", app)
    full = code.phone if code.country_code == "86" else code.country_code + code.phone
    call.world.phone_charges += 1
    info = {
        "phoneNumber": full,
        "purePhoneNumber": code.phone,
        "countryCode": code.country_code,
        "watermark": {"timestamp": int(call.world.clock.stamp()), "appid": app.watermark_appid or app.appid},
    }
    return {"errcode": 0, "errmsg": "ok", "phone_info": info}


def _spend(world: World, value: object, kind: str, app: App) -> Code:
    """40029 for an unknown, foreign, wrong-kind or expired code; 40163 for a used login code."""
    code = world.codes.get(value) if isinstance(value, str) else None
    if code is None or code.kind != kind or code.appid != app.appid or code.alias not in world.users:
        raise ApiError(40029)
    if code.used:
        raise ApiError(40163 if kind == "login" else 40029)
    if world.clock.stamp() - code.issued_at > CODE_LIFETIME_S:
        raise ApiError(40029)
    code.used = True
    return code
