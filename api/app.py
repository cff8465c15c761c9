"""Composition root of the web: settings, database, the parts every request passes, and all blueprints."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_smorest import Blueprint
from werkzeug.routing import IntegerConverter

from api import (
    breaches,
    calendars,
    catalogue,
    clock_policies,
    dealers,
    docs,
    errors,
    health,
    inbox,
    jobs,
    leftovers,
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
    promises,
    qr,
    queues,
    reports,
    runs,
    sessions,
    wechat,
    widget,
)
from api import gateway as wires
from models import db
from services import engine, times
from services.config import Config, load

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# Every door of the product. A new resource adds its line.
BLUEPRINTS: tuple[Blueprint, ...] = (
    breaches.area,
    calendars.area,
    catalogue.area,
    clock_policies.area,
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
    promises.area,
    qr.area,
    queues.area,
    reports.area,
    runs.area,
    sessions.area,
    wechat.area,
    widget.area,
)

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class App(Flask):
    """Flask with less to do per request. `protection` is headers on every answer, unless it has its own."""

    protection: tuple[tuple[str, str], ...] = tuple(HEADERS.items())

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Adds the headers where they are a plain list: through werkzeug's they cost more than a statement."""

        def start(status: str, given: list[tuple[str, str]], *trouble: Any) -> Any:
            named = {name for name, _ in given}
            missing = [pair for pair in self.protection if pair[0] not in named]
            if status >= "4":
                leftovers.read_on(environ)
            return start_response(status, given + missing, *trouble)

        return super().wsgi_app(environ, start)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is: nothing here is a coroutine, and asking costs 55 calls a request."""
        return func


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
    app = App("tuozhuang", static_folder=None)
    app.extensions["tuozhuang"] = config
    app.extensions["clock"] = clock or times.clock(config.clock_file)
    wires.install(app, config, gateway)
    app.config["SQLALCHEMY_DATABASE_URI"] = config.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = dict(engine.options())
    app.url_map.converters["id"] = Id
    _install(app, config)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


def _install(app: App, config: Config) -> None:
    db.init_app(app)
    with app.app_context():
        engine.ping_when_idle(db.engine)
    logging.install(app, config)
    metrics.install(app)
    errors.install(app)
    limits.install(app, config)
    if config.public_url.startswith("https:"):
        app.protection = (*App.protection, ("Strict-Transport-Security", "max-age=31536000"))
