"""Composition root of the web: settings, database, the parts every request passes, and all blueprints."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Flask
from flask_smorest import Blueprint
from werkzeug.routing import IntegerConverter

from api import (
    alliance,
    audits,
    breaches,
    calendars,
    catalogue,
    channel_charges,
    charges,
    clock_policies,
    console,
    coverage,
    customer_page,
    day_plans,
    dealers,
    declarations,
    dispatch,
    docs,
    errors,
    evidence_packs,
    evidence_policies,
    fee_rules,
    guides,
    health,
    inbox,
    installer_pay,
    jobs,
    ledger,
    limits,
    logging,
    me,
    metrics,
    money,
    offers,
    order_imports,
    orders,
    payouts,
    penalties,
    people,
    phone,
    photos,
    profit_shares,
    promises,
    qr,
    queues,
    reports,
    retention,
    reviews,
    runs,
    serial_numbers,
    service_requests,
    sessions,
    settling,
    statement_papers,
    suggestions,
    wechat,
    wechat_pay,
    widget,
)
from api import gateway as wires
from api.web import App
from models import db
from services import engine, times
from services.config import Config, load

# Every door of the product. A new resource adds its line.
BLUEPRINTS: tuple[Blueprint, ...] = (
    alliance.area,
    audits.area,
    breaches.area,
    calendars.area,
    catalogue.area,
    channel_charges.area,
    charges.area,
    clock_policies.area,
    console.area,
    coverage.area,
    customer_page.area,
    day_plans.area,
    declarations.area,
    dealers.area,
    dispatch.area,
    docs.area,
    evidence_packs.area,
    evidence_policies.area,
    guides.area,
    health.area,
    inbox.area,
    installer_pay.area,
    me.area,
    metrics.area,
    ledger.area,
    fee_rules.area,
    money.area,
    jobs.area,
    offers.area,
    order_imports.area,
    orders.area,
    payouts.area,
    penalties.area,
    people.area,
    phone.area,
    photos.area,
    profit_shares.area,
    promises.area,
    qr.area,
    queues.area,
    reports.area,
    retention.area,
    reviews.area,
    runs.area,
    serial_numbers.area,
    service_requests.area,
    sessions.area,
    settling.area,
    statement_papers.area,
    suggestions.area,
    wechat.area,
    wechat_pay.area,
    wechat_pay.door,
    widget.area,
)


class Id(IntegerConverter):
    """`<id:job_id>` in a rule: 1 … 2⁶³−1; a greater number is nobody's, as that last one is."""

    regex = "[1-9][0-9]{0,99}"

    def __init__(self, map: Any) -> None:
        super().__init__(map, min=1)

    def to_python(self, value: str) -> int:
        """Refused here, it would be a 404 or 405 of its own before anybody is asked who they are."""
        return min(int(value), 2**63 - 1)


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
    logging.install(app, config)
    metrics.install(app)
    errors.install(app)
    limits.install(app, config)
    if config.public_url.startswith("https:"):
        app.protection = (*App.protection, ("Strict-Transport-Security", "max-age=31536000"))
