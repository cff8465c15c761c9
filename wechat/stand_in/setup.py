"""Apps, templates and people from JSON: the same shape for the control plane and `--setup file.json`."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from wechat.stand_in.state import App, Limits, PushConfig, Template, User, World

Json = dict[str, Any]


def apply(world: World, spec: Json) -> None:
    """`{"apps": [{…}], "users": [{…}]}`; what exists is updated. Raises ValueError, TypeError or KeyError."""
    with world.lock:
        for item in spec.get("apps", []):
            put_app(world, item)
        for item in spec.get("users", []):
            put_user(world, item)


def put_app(world: World, item: Json) -> App:
    """Create or change an app:
    appid, secret, name, gh_id, bound, pages, templates, push, limits, keywords …
    """
    appid = str(item["appid"])
    app = world.apps.get(appid) or App(appid, str(item["secret"]))
    for name in ("secret", "name", "gh_id", "bound", "ip_whitelist", "media_delay_s", "watermark_appid"):
        if name in item:
            setattr(app, name, item[name])
    if "media_verdict" in item:
        app.media_verdict = (str(item["media_verdict"][0]), int(item["media_verdict"][1]))
    if "keywords" in item:
        app.keywords = {word: (str(v[0]), int(v[1])) for word, v in item["keywords"].items()}
    app.pages |= {str(page) for page in item.get("pages", [])}
    for template in item.get("templates", []):
        made = Template(**template)
        app.templates[made.id] = made
    _change(app.push, item.get("push", {}))
    _change(app.limits, item.get("limits", {}))
    world.apps[appid] = app
    return app


def put_user(world: World, item: Json) -> User:
    """Create or change a person: alias, nickname, phone, country_code, blocked, real_name."""
    alias = str(item["alias"])
    user = world.users.get(alias) or User(alias)
    for name in ("nickname", "phone", "country_code", "blocked", "real_name"):
        if name in item:
            setattr(user, name, item[name])
    user.nickname = user.nickname or alias
    world.users[alias] = user
    return user


def _change(target: PushConfig | Limits, values: Json) -> None:
    known = {field.name for field in fields(target)}
    for name, value in values.items():
        if name not in known:
            raise ValueError(f"unknown option {name}, known are {sorted(known)}")
        setattr(target, name, value)
