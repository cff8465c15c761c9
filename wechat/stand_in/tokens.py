"""Access tokens: the classic one that kills its predecessor, the stable one that doesn't, and the gate for
both.
"""

from __future__ import annotations

import secrets

from wechat.stand_in.replies import ApiError, Call, Json
from wechat.stand_in.state import AccessToken, App, World

LIFETIME_S = 7200
OVERLAP_S = 300
FORCE_GAP_S = 30
# The documentation asks callers to reserve at least 512 characters: use them all, to find columns that don't.
STABLE_LENGTH = 512
CLASSIC_LENGTH = 136


def classic_token(call: Call) -> Json:
    """GET cgi-bin/token: always a new token; the one before it works for another 300 s."""
    if call.query.get("grant_type") != "client_credential":
        raise ApiError(40002, "invalid grant_type")
    app = _authenticate(call, call.query.get("appid", ""), call.query.get("secret", ""))
    if call.world.hit(f"token/{app.appid}", 86400) > app.limits.token_per_day:
        raise ApiError(45009)
    _bury(call.world, app, "classic", after_s=OVERLAP_S)
    token = issue(call.world, app, "classic")
    return {"access_token": token.value, "expires_in": LIFETIME_S}


def stable_token(call: Call) -> Json:
    """POST cgi-bin/stable_token: the same token until 300 s before its end, or a forced new one."""
    body = call.body
    if body.get("grant_type") != "client_credential":
        raise ApiError(40002, "invalid grant_type")
    app = _authenticate(call, str(body.get("appid", "")), str(body.get("secret", "")))
    if body.get("force_refresh") is True:
        _count_force(call.world, app)
        _bury(call.world, app, "stable")
    token = _living(call.world, app)
    if token is None or token.expires_at - call.world.clock.stamp() < OVERLAP_S:
        token = issue(call.world, app, "stable")
    return {
        "access_token": token.value,
        "expires_in": int(token.expires_at - call.world.clock.stamp() + 0.5),
    }


def check(world: World, value: str) -> App:
    """The app of a usable token: 41001 missing, 40001 unknown or replaced, 42001 expired."""
    if not value:
        raise ApiError(41001)
    token = world.tokens.get(value)
    now = world.clock.stamp()
    if token is None or token.appid not in world.apps:
        raise ApiError(40001)
    if token.dead_at is not None and token.dead_at <= now:
        raise ApiError(40001)
    if token.expires_at <= now:
        raise ApiError(42001)
    return world.apps[token.appid]


def issue(world: World, app: App, kind: str) -> AccessToken:
    """A new token of this kind; forgets what expired a day ago."""
    now = world.clock.stamp()
    world.tokens = {key: token for key, token in world.tokens.items() if token.expires_at > now - 86400}
    length = STABLE_LENGTH if kind == "stable" else CLASSIC_LENGTH
    token = AccessToken(secrets.token_urlsafe(length)[:length], app.appid, kind, now + LIFETIME_S)
    world.tokens[token.value] = token
    return token


def expire_all(world: World) -> None:
    """Fault: every token is past its time (42001)."""
    for token in world.tokens.values():
        token.expires_at = min(token.expires_at, world.clock.stamp() - 1)


def rotate_all(world: World) -> None:
    """Fault: somebody else replaced the tokens; the old ones answer 40001."""
    for app in world.apps.values():
        for kind in ("classic", "stable"):
            _bury(world, app, kind)


def _living(world: World, app: App) -> AccessToken | None:
    now = world.clock.stamp()
    mine = [t for t in world.tokens.values() if t.appid == app.appid and t.kind == "stable"]
    return next((t for t in reversed(mine) if t.dead_at is None and t.expires_at > now), None)


def _bury(world: World, app: App, kind: str, after_s: float = 0) -> None:
    for token in world.tokens.values():
        if token.appid == app.appid and token.kind == kind and token.dead_at is None:
            token.dead_at = world.clock.stamp() + after_s


def _count_force(world: World, app: App) -> None:
    now = world.clock.stamp()
    if now - world.last_force.get(app.appid, float("-inf")) < FORCE_GAP_S:
        raise ApiError(45011)
    if world.hit(f"force/{app.appid}", 86400) > app.limits.force_per_day:
        raise ApiError(45009)
    world.last_force[app.appid] = now


def _authenticate(call: Call, appid: str, secret: str) -> App:
    if not appid:
        raise ApiError(41002)
    if not secret:
        raise ApiError(41004)
    app = call.world.apps.get(appid)
    if app is None:
        raise ApiError(40013)
    if secret != app.secret:
        raise ApiError(40125)
    if app.ip_whitelist is not None and call.address not in app.ip_whitelist:
        raise ApiError(40164, f"invalid ip {call.address}, not in whitelist")
    return app
