"""The application over two realms, for tests that go through every route."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.app import create_app
from api.described import Declared
from demo import postgres
from domain.notices import CLAIM_PAGE
from models import db
from tests import standing_in, worlds
from tests.api import guises, realms
from tests.api.bodies import example
from tests.api.guises import Guise
from tests.api.realms import KINDS, MISSING, OPEN, PERSONAL, Realm
from tests.databases import TEMPLATE
from tests.settings import config_for
from wechat.gateway import Gateway
from wechat.settings import WeChatSettings
from wechat.stand_in.remote import Remote
from wechat.stand_in.server import StandIn

OWN, OTHER, GONE = "own", "another's", "nobody's"

# What looking and refusing may leave behind.
TRACES = frozenset({"access_event", "rate_window", "lockout", "session"})


@dataclass
class Matrix:
    """The application over two realms, and everybody of the first one."""

    app: Flask
    mine: Realm
    theirs: Realm
    callers: list[Guise]
    items: dict[str, dict[str, int]] = field(default_factory=dict)

    def routes(self) -> Iterator[tuple[Declared, str]]:
        """Every route and its whole rule."""
        for rule in self.app.url_map.iter_rules():
            yield self.app.view_functions[rule.endpoint].declared, rule.rule

    def knocking(self, declared: Declared) -> list[Guise]:
        """Those of our realm whom the permission lets in."""
        return [who for who in self.callers if who.caller in declared.holders]

    def ask(self, who: Guise, declared: Declared, path: str) -> Any:
        """One request with a body that the schema takes."""
        form = declared.is_form
        body = example(declared.body) if declared.body else {}
        raw = b"" if form or not declared.body else orjson.dumps(body)
        headers = who.headers(declared.method, path, raw, self.app.extensions["clock"]().timestamp())
        client: FlaskClient = self.app.test_client(use_cookies=False)
        if form:
            return client.open(path, method=declared.method, data=body, headers=headers, buffered=True)
        kind = "application/json" if raw else None
        return client.open(
            path, method=declared.method, data=raw, content_type=kind, headers=headers, buffered=True
        )

    def value(self, who: Guise, name: str, whose: str) -> Any:
        """An object for one converter."""
        if name in OPEN:
            return OPEN[name]
        kind = KINDS[name]
        if whose == GONE:
            return MISSING
        if whose == OWN and kind in PERSONAL:
            return self.items.get(who.name, {}).get(kind, self.mine.objects[kind])
        return (self.mine if whose == OWN else self.theirs).objects[kind]

    def keep(self) -> None:
        """Remember how everything is now."""
        copies = (f'CREATE TABLE kept."{name}" AS TABLE public."{name}"' for name in tables())
        run("; ".join(["CREATE SCHEMA kept", *copies]))

    def anew(self) -> None:
        """Back to what was kept, after a deed that was done; quicker than another database."""
        steps = [
            f'DELETE FROM "{name}"; INSERT INTO "{name}" OVERRIDING SYSTEM VALUE TABLE kept."{name}"'
            for name in tables()
        ]
        run("; ".join(["SET session_replication_role = replica", *steps, "RESET session_replication_role"]))

    def prints(self) -> dict[str, str]:
        """A fingerprint per table."""
        told = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{}\" t"
        with db.engine.connect() as connection:
            return {
                name: connection.exec_driver_sql(told.format(name)).scalar()
                for name in tables()
                if name not in TRACES
            }


def tables() -> list[str]:
    """All of them."""
    with db.engine.connect() as connection:
        named = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        return list(connection.exec_driver_sql(named).scalars())


def run(script: str) -> None:
    """Several statements at once."""
    with db.engine.begin() as tx:
        tx.exec_driver_sql(script)


def filled(rule: str, values: dict[str, Any]) -> str:
    """The address of a rule with values in the places of its converters."""
    parts = rule.replace(">", "<").split("<")
    parts[1::2] = [str(values[part.rpartition(":")[2]]) for part in parts[1::2]]
    return "".join(parts)


def converters(rule: str) -> list[str]:
    """The names of a rule's converters, in order."""
    return [part.rpartition(":")[2] for part in rule.replace(">", "<").split("<")[1::2]]


def _gateway(stand_in: StandIn) -> Gateway:
    """WeChat as the stand-in plays it, with our app known there."""
    control = Remote(stand_in.control_url, "people")
    control.reset()
    ours = {"appid": standing_in.APP, "secret": standing_in.SECRET, "bound": True, "pages": [CLAIM_PAGE]}
    control.setup(apps=[{**ours, "templates": []}], users=[])
    settings = WeChatSettings(
        standing_in.APP, standing_in.SECRET, stand_in.base_url, timeouts=(1.0, 3.0), allow_http=True
    )
    return Gateway(settings, standing_in.OneToken(), stand_in.world.clock.now)


@contextmanager
def built(postgres_server: str, stand_in: StandIn, folder: Path) -> Iterator[Matrix]:
    """Two realms in a database of their own, and how they were at first."""
    name = f"m_{folder.parent.name}_{folder.name}".replace("-", "_").lower()
    config = config_for(postgres.clone(postgres_server, TEMPLATE, name), folder)
    app = create_app(config, gateway=_gateway(stand_in), clock=lambda: worlds.MONDAY + timedelta(hours=1))
    with app.app_context():
        world = worlds.build()
        mine = realms.realm(world, 1)
        callers = guises.callers(mine)
        items = {
            who.name: {
                "session": realms.session(world, str(who.caller), who.person_id)[1],
                "item": realms.inbox_item(world, who.person_id),
            }
            for who in callers
            if who.person_id is not None
        }
        realms.far_away()
        theirs = realms.realm(world, world.add_dealer())
        made = Matrix(app, mine, theirs, callers, items)
        made.keep()
        yield made
        db.engine.dispose()
    postgres.drop(postgres_server, name)


@pytest.fixture(scope="module", name="matrix")
def made_matrix(
    postgres_server: str, stand_in: StandIn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Matrix]:
    """One for a module's tests."""
    with built(postgres_server, stand_in, tmp_path_factory.mktemp("matrix")) as made:
        yield made
