"""The control plane `/__sim__/…`: what in real life people, phones and the WeChat console do.

Needs X-Sim-Key.
"""

from __future__ import annotations

import hmac
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from wechat.stand_in import login, qr, setup, subscribe
from wechat.stand_in.courier import Courier
from wechat.stand_in.faults import DOWN, PRESETS, Faults
from wechat.stand_in.journal import Journal
from wechat.stand_in.state import App, User, World
from wechat.stand_in.switch import Switch


class Unknown(LookupError):
    """Nobody or nothing of that name; the text says so to a person."""


class Control:
    """Handlers of the control plane, over the parts of one stand-in."""

    def __init__(
        self, world: World, courier: Courier, faults: Faults, journal: Journal, switch: Switch, key: str
    ) -> None:
        self.world = world
        self.courier = courier
        self.faults = faults
        self.journal = journal
        self.switch = switch
        self.key = key

    def blueprint(self) -> Blueprint:
        """All routes, behind the key."""
        routes = Blueprint("control", __name__, url_prefix="/__sim__")
        routes.before_request(self.guard)
        routes.errorhandler(ValueError)(_bad)
        routes.errorhandler(TypeError)(_bad)
        routes.errorhandler(KeyError)(_bad)
        routes.errorhandler(Unknown)(_unknown)
        for rule, method, view in self._table():
            routes.add_url_rule(rule, view_func=view, methods=[method])
        return routes

    def _table(self) -> list[tuple[str, str, Any]]:
        return [
            ("/health", "GET", self.health),
            ("/setup", "POST", self.set_up),
            ("/users/<alias>/login-code", "POST", self.login_code),
            ("/users/<alias>/phone-code", "POST", self.phone_code),
            ("/users/<alias>/withdraw", "POST", self.withdraw),
            ("/users/<alias>", "GET", self.show_user),
            ("/grant", "POST", self.grant),
            ("/revoke", "POST", self.revoke),
            ("/scan", "POST", self.scan),
            ("/push", "POST", self.push),
            ("/deliveries", "GET", self.deliveries),
            ("/clock", "GET", self.clock),
            ("/clock", "POST", self.clock),
            ("/faults", "GET", self.list_faults),
            ("/faults", "POST", self.add_faults),
            ("/faults", "DELETE", self.clear_faults),
            ("/presets/<name>", "POST", self.preset),
            ("/journal", "GET", self.show_journal),
            ("/inbox", "GET", self.inbox),
            ("/inbox/<int:seq>/open", "POST", self.open_message),
            ("/reset", "POST", self.reset),
        ]

    def guard(self) -> None:
        """403 without the key."""
        given = request.headers.get("X-Sim-Key", "")
        if not hmac.compare_digest(given.encode(), self.key.encode()):
            abort(403)

    def health(self) -> Response:
        """Whether it serves, and whether `down` is on."""
        return jsonify(ok=True, down=self.switch.is_down(), presets=sorted([*PRESETS, DOWN]))

    def set_up(self) -> Response:
        """Create or change apps and people."""
        setup.apply(self.world, _body())
        return jsonify(ok=True)

    def login_code(self, alias: str) -> Response:
        """What wx.login would return: `{"code": …, "openid": …}`; the openid is for the test's eyes."""
        with self.world.lock:
            app, user = self._app(), self._user(alias)
            code = login.issue_code(self.world, "login", app, user)
        return jsonify(code=code, openid=self.world.openid(app.appid, alias))

    def phone_code(self, alias: str) -> Response:
        """What the phone button would return; `phone` and `country_code` name another number."""
        body = _body()
        with self.world.lock:
            code = login.issue_code(
                self.world,
                "phone",
                self._app(),
                self._user(alias),
                str(body.get("phone", "")),
                str(body.get("country_code", "")),
            )
        return jsonify(code=code)

    def show_user(self, alias: str) -> Response:
        """openid, unionid and grants by template."""
        with self.world.lock:
            app, user = self._app(), self._user(alias)
            openid = self.world.openid(app.appid, alias)
            grants = {tid: n for (who, tid), n in self.world.grants.items() if who == openid}
            charges = self.world.phone_charges
        unionid = self.world.unionid(alias) if app.bound else None
        return jsonify(openid=openid, unionid=unionid, phone=user.phone, grants=grants, phone_charges=charges)

    def grant(self) -> Response:
        """The tap on the popup: `{"user": …, "templates": {"tid": "accept"}}`."""
        body = _body()
        with self.world.lock:
            answers = {str(tid): str(answer) for tid, answer in body["templates"].items()}
            user = self._user(body["user"])
            return jsonify(subscribe.tap(self.world, self.courier, self._app(), user, answers))

    def revoke(self) -> Response:
        """Switched off in the settings: `{"user": …, "templates": ["tid"]}`."""
        body = _body()
        with self.world.lock:
            user = self._user(body["user"])
            subscribe.switch_off(self.world, self.courier, self._app(), user, list(body["templates"]))
        return jsonify(ok=True)

    def withdraw(self, alias: str) -> Response:
        """The person withdraws consent to their data: pushes user_authorization_revoke."""
        with self.world.lock:
            app, user = self._app(), self._user(alias)
            more = {
                "OpenID": self.world.openid(app.appid, alias),
                "AppID": app.appid,
                "RevokeInfo": str(_body().get("scopes", "1")),
            }
            self.courier.payload(app, user, "user_authorization_revoke", more)
        return jsonify(ok=True)

    def scan(self) -> Response:
        """The body is an image made by getwxacodeunlimit: what a phone would see in it."""
        found = qr.scan(request.get_data())
        if found is None:
            abort(404)
        return jsonify(found)

    def push(self) -> Response:
        """Change the push configuration; `{"flush": true}` also lets go of what out_of_order holds."""
        body = _body()
        flush = body.pop("flush", False)
        with self.world.lock:
            setup.put_app(self.world, {"appid": self._app().appid, "push": body})
        if flush:
            self.courier.flush()
        return jsonify(ok=True)

    def deliveries(self) -> Response:
        """Every attempt to push: event, attempt, status, ok."""
        return jsonify(list(self.courier.deliveries))

    def clock(self) -> Response:
        """The simulated time; POST `{"advance_s": 7200}` lets time pass."""
        if request.method == "POST":
            self.world.clock.advance(float(_body().get("advance_s", 0)))
        return jsonify(now=self.world.clock.now().isoformat())

    def list_faults(self) -> Response:
        """The rules in force."""
        return jsonify(self.faults.dump())

    def add_faults(self) -> Response:
        """Add one rule or a list of them."""
        body = request.get_json(silent=True)
        rules = [self.faults.add(spec) for spec in (body if isinstance(body, list) else [body or {}])]
        return jsonify(ids=[rule.id for rule in rules])

    def clear_faults(self) -> Response:
        """Remove every rule and preset, let go of what hangs, and listen again."""
        self.faults.remove()
        self.switch.up()
        return jsonify(ok=True)

    def preset(self, name: str) -> Response:
        """`{"on": true}` or false."""
        on = bool(_body().get("on", True))
        if name == DOWN:
            (self.switch.down if on else self.switch.up)()
        else:
            self.faults.switch(name, on)
        return jsonify(ok=True)

    def show_journal(self) -> Response:
        """Requests, oldest first; `?path=` and `?since=` narrow."""
        path, since = request.args.get("path", ""), int(request.args.get("since", 0))
        return jsonify(total=self.journal.total, entries=self.journal.dump(path, since))

    def inbox(self) -> Response:
        """Messages, oldest first, refused ones included; `?user=` narrows."""
        alias = request.args.get("user")
        with self.world.lock:
            found = [asdict(e) for e in self.world.inbox if alias in (None, e.alias)]
        return jsonify(found)

    def open_message(self, seq: int) -> Response:
        """The tap on a message."""
        with self.world.lock:
            entry = next((e for e in self.world.inbox if e.seq == seq), None)
            if entry is None or not entry.delivered:
                abort(404)
            entry.opened_at = entry.opened_at or self.world.clock.now().isoformat(timespec="seconds")
        return jsonify(page=entry.page)

    def reset(self) -> Response:
        """Forget everything; `{"keep_setup": true}` keeps apps and people."""
        self.faults.remove()
        self.switch.up()
        self.world.clear(keep_setup=bool(_body().get("keep_setup", False)))
        self.journal.clear()
        self.courier.clear()
        return jsonify(ok=True)

    def _user(self, alias: object) -> User:
        user = self.world.users.get(str(alias))
        if user is None:
            raise Unknown(f"替身里没有用户 {alias}，请先用 POST /__sim__/setup 添加")
        return user

    def _app(self) -> App:
        """The app named by `?appid=`, else the first one."""
        appid = request.args.get("appid") or next(iter(self.world.apps), "")
        return self.world.apps[appid]


def _body() -> dict[str, Any]:
    found = request.get_json(silent=True)
    return dict(found) if isinstance(found, dict) else {}


def _unknown(error: Unknown) -> tuple[Response, int]:
    return jsonify(error=str(error)), 404


def _bad(error: Exception) -> tuple[Response, int]:
    return jsonify(error=f"{type(error).__name__}: {error}"), 400
