"""The page at `/`: every person's 服务通知 as on a phone, and the taps a person would do there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, Response, abort, jsonify, render_template, request

from wechat.settings import is_loopback
from wechat.stand_in import login
from wechat.stand_in.state import App, InboxEntry, World

TEMPLATES = Path(__file__).parent / "templates"
SHOWN = 30
CHINA = timezone(timedelta(hours=8))
REASONS: dict[int, str] = {
    40003: "收件人不是这个小程序的用户",
    40037: "没有这个消息模板",
    41030: "跳转页面没有发布",
    43101: "用户拒绝接收或订阅次数已用完",
    47003: "内容不符合模板的字段要求",
}


@dataclass(frozen=True, slots=True)
class Card:
    """One message as shown."""

    entry: InboxEntry
    when: str
    reason: str
    path: str
    query: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Phone:
    """One person's phone, or the drawer of messages to nobody."""

    alias: str
    nickname: str
    number: str
    grants: int
    unread: int
    cards: list[Card]


def blueprint(world: World) -> Blueprint:
    """The page and its few actions; no key, but only for pages served from here."""
    routes = Blueprint("inbox", __name__)
    routes.before_request(_only_from_here)

    @routes.get("/")
    def page() -> str:
        return render_template("inbox.html", **_view(world))

    @routes.get("/ui/phones")
    def phones() -> str:
        return render_template("phones.html", **_view(world))

    @routes.post("/ui/people/<alias>/<kind>-code")
    def code(alias: str, kind: str) -> Response:
        with world.lock:
            app, user = _first_app(world), world.users.get(alias)
            if app is None or user is None or kind not in ("login", "phone"):
                abort(404)
            return jsonify(code=login.issue_code(world, kind, app, user))

    @routes.post("/ui/open/<int:seq>")
    def opened(seq: int) -> Response:
        with world.lock:
            for entry in world.inbox:
                if entry.seq == seq and entry.delivered and not entry.opened_at:
                    entry.opened_at = world.clock.now().isoformat(timespec="seconds")
        return jsonify(ok=True)

    return routes


def _only_from_here() -> None:
    """Other web pages in the same browser must not tap: no foreign Host, and a header they can't send."""
    if not is_loopback(urlsplit(f"//{request.host}").hostname or ""):
        abort(403)
    if request.method == "POST" and request.headers.get("X-Requested-With") != "wxsim":
        abort(403)


def _view(world: World) -> dict[str, object]:
    with world.lock:
        entries = list(world.inbox)[::-1]
        app = _first_app(world)
        people = [_phone(world, app, alias, entries) for alias in world.users]
        people.sort(key=lambda phone: not phone.cards)  # those with messages first
        strangers = [_card(entry) for entry in entries if not entry.alias][:SHOWN]
    if strangers:
        people.append(Phone("", "未知收件人", "", 0, 0, strangers))
    return {
        "app": app.name if app else "还没有小程序",
        "now": world.clock.now().astimezone(CHINA).strftime("%H:%M"),
        "today": world.clock.now().astimezone(CHINA).strftime("%Y年%m月%d日"),
        "phones": people,
        "delivered": sum(entry.delivered for entry in entries),
        "refused": sum(not entry.delivered for entry in entries),
    }


def _first_app(world: World) -> App | None:
    return next(iter(world.apps.values()), None)


def _phone(world: World, app: App | None, alias: str, entries: list[InboxEntry]) -> Phone:
    user = world.users[alias]
    openid = world.openid(app.appid, alias) if app else ""
    mine = [entry for entry in entries if entry.alias == alias]
    number = f"{user.phone[:3]}****{user.phone[-4:]}" if len(user.phone) >= 7 else user.phone
    grants = sum(count for (who, _), count in world.grants.items() if who == openid)
    unread = sum(entry.delivered and not entry.opened_at for entry in mine)
    return Phone(alias, user.nickname, number, grants, unread, [_card(e) for e in mine[:SHOWN]])


def _card(entry: InboxEntry) -> Card:
    parts = urlsplit(entry.page)
    moment = datetime.fromisoformat(entry.sim_time).astimezone(CHINA)
    reason = "" if entry.delivered else REASONS.get(entry.errcode, entry.errmsg)
    query = parse_qsl(parts.query, keep_blank_values=True)
    return Card(entry, moment.strftime("%m月%d日 %H:%M"), reason, parts.path, query)
