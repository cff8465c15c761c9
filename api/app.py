"""Composition root of the web: settings, database, the parts every request passes, and all blueprints."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask, Response
from flask_smorest import Blueprint
from werkzeug.routing import IntegerConverter

from api import (
    breaches,
    calendars,
    catalogue,
    dealers,
    docs,
    errors,
    health,
    inbox,
    jobs,
    limits,
    logging,
    me,
    metrics,
    money,
    offers,
    order_imports,
    orders,
    people,
    photos,
    qr,
    queues,
    runs,
    sessions,
    wechat,
)
from api import gateway as wires
from models import db
from services import engine, times
from services.config import Config, load

# Every door of the product. A new resource adds its line.
BLUEPRINTS: tuple[Blueprint, ...] = (
    breaches.area,
    calendars.area,
    catalogue.area,
    dealers.area,
    docs.area,
    health.area,
    inbox.area,
    me.area,
    metrics.area,
    money.area,
    jobs.area,
    offers.area,
    order_imports.area,
    orders.area,
    people.area,
    photos.area,
    qr.area,
    queues.area,
    runs.area,
    sessions.area,
    wechat.area,
)

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Id(IntegerConverter):
    """`<id:job_id>` in a rule: 1 … 2⁶³−1, anything else is a 404."""

    regex = "[1-9][0-9]{0,18}"

    def __init__(self, map: Any) -> None:
        super().__init__(map, min=1, max=2**63 - 1)


def create_app(
    config: Config | None = None, *, gateway: Any = None, clock: Callable[[], datetime] | None = None
) -> Flask:
    """The application. `gateway` speaks WeChat; `clock` gives the aware UTC time of a request."""
    config = config or load()
    app = Flask("tuozhuang", static_folder=None)
    app.extensions["tuozhuang"] = config
    app.extensions["clock"] = clock or times.clock(config.clock_file)
    wires.install(app, config, gateway)
    app.config["SQLALCHEMY_DATABASE_URI"] = config.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = dict(engine.options())
    app.url_map.converters["id"] = Id
    _install(app, config)
    api = docs.install(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    return app


def _install(app: Flask, config: Config) -> None:
    db.init_app(app)
    with app.app_context():
        engine.ping_when_idle(db.engine)
    logging.install(app, config)
    metrics.install(app)
    errors.install(app)
    limits.install(app, config)
    secure = (
        {"Strict-Transport-Security": "max-age=31536000"} if config.public_url.startswith("https:") else {}
    )
    headers = tuple({**HEADERS, **secure}.items())

    @app.after_request
    def protect(response: Response) -> Response:
        given = response.headers
        if "Content-Security-Policy" in given or "Cache-Control" in given:  # a page knows better
            given.extend([pair for pair in headers if pair[0] not in given])
        else:
            given.extend(headers)
        return response
