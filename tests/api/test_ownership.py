"""Role x route x whose object it is, generated from the url map: what belongs to others does not exist.

An own object is there: the deed is done or refused by the rules of the domain. Another dealer's, channel's or
customer's is 404, with the very words of an object that does not exist; and nothing has changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.app import create_app
from api.described import Declared
from demo import postgres
from models import db
from tests import worlds
from tests.api import guises, realms
from tests.api.bodies import example
from tests.api.guises import Guise
from tests.api.realms import FOREIGN, KINDS, MISSING, OPEN, PERSONAL, Realm
from tests.databases import TEMPLATE
from tests.settings import config_for

OWN, OTHER, GONE = "own", "another's", "nobody's"

# What a caller of our realm may know of the other one, and why.
SHARED = {
    ("dealer", "agent of a desk"): "a desk has channels; dealers work for all of them",
}
# Where even the own object is not there, and why.
_JUDGES = "an installer's change of WeChat is for the owner, an admin, or the person in the old account"
HIDDEN = {
    ("rebinding", name): _JUDGES
    for name in (
        "dispatcher1", "agent", "auditor", "finance", "agent of a desk", "customer", "customer by link"
    )
} | {
    ("item", "customer by link"): "a link has no person, so no inbox",
    ("session", "customer by link"): "a link has no person, so no other sessions",
}  # fmt: skip
# Answered by others, who are away in these tests.
ELSEWHERE = {"/api/v1/jobs/<id:job_id>/qr"}
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

    def routes(self) -> Iterator[tuple[Declared, list[str]]]:
        """Every route with an object in its address, and its converters in order."""
        for rule in self.app.url_map.iter_rules():
            if rule.arguments:
                names = list(rule.rule.replace(">", "<").split("<")[1::2])
                yield self.app.view_functions[rule.endpoint].declared, [n.rpartition(":")[2] for n in names]

    def ask(self, who: Guise, declared: Declared, values: dict[str, Any]) -> Any:
        """One request with a body that the schema takes."""
        path = declared_path(declared, values)
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


def declared_path(declared: Declared, values: dict[str, Any]) -> str:
    """The address with values in the places of its converters."""
    parts = declared.rule.replace(">", "<").split("<")
    parts[1::2] = [str(values[part.rpartition(":")[2]]) for part in parts[1::2]]
    return f"/api/v1{''.join(parts)}"


@pytest.fixture(scope="module")
def matrix(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Matrix]:
    """Two realms, and how they were at first."""
    folder = tmp_path_factory.mktemp("matrix")
    name = f"m_{folder.parent.name}_{folder.name}".replace("-", "_").lower()
    config = config_for(postgres.clone(postgres_server, TEMPLATE, name), folder)
    app = create_app(config, clock=lambda: worlds.MONDAY + worlds.timedelta(hours=1))
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


def test_every_object_in_an_address_is_known_to_the_matrix(matrix: Matrix) -> None:
    """A new route with a new kind of object has to say here whose it may be."""
    unknown = {
        f"{declared.method} {declared.rule}: {name}"
        for declared, names in matrix.routes()
        for name in names
        if name not in KINDS and name not in OPEN
    }
    assert unknown == set()


def knocking(matrix: Matrix, declared: Declared) -> list[Guise]:
    """Those of our realm whom the permission lets in."""
    return [who for who in matrix.callers if who.caller in declared.holders]


def combinations(who: Guise, kinds: list[str]) -> Iterator[tuple[str, ...]]:
    """Which objects of an address are whose: one of them is not the caller's, or they do not belong together."""
    for whose in product((OWN, OTHER), repeat=len(kinds)):
        strange = [
            kind
            for kind, one in zip(kinds, whose, strict=True)
            if one == OTHER and (kind, who.name) not in SHARED
        ]
        mixed = len(set(whose)) > 1
        if mixed or (strange and (not who.everything or PERSONAL & set(strange))):
            yield whose


def test_what_belongs_to_others_is_not_found_and_nothing_tells_it_from_what_does_not_exist(
    matrix: Matrix,
) -> None:
    """404 in the words of a missing object, never 403, never 200; afterwards every table is as it was.

    A part of another job under a job that one knows may also be refused by that job's state: as if it were missing.
    """
    before, wrong, asked = matrix.prints(), [], 0
    for declared, names in matrix.routes():
        if declared.public or any(name in OPEN for name in names):
            continue
        kinds = [KINDS[name] for name in names]
        for who in knocking(matrix, declared):
            for whose in [(GONE,) * len(names), *combinations(who, kinds)]:
                answer = told(matrix, who, declared, names, whose)
                missing = tuple(GONE if one == OTHER else one for one in whose)
                if (
                    who.everything and len(whose) > 1
                ):  # who knows both jobs asks for a part that is not of this one
                    missing = (*whose[:-1], GONE)
                expected, asked = told(matrix, who, declared, names, missing), asked + 1
                known = len(whose) > 1 and (whose[0] == OWN or (who.everything and whose[0] == OTHER))
                if answer != expected or answer[0] not in ((404, 409) if known else (404,)):
                    wrong.append((declared.method, declared.rule, who.name, whose, answer, expected))
    assert not wrong, "\n".join(map(str, wrong))
    assert asked > 400
    assert matrix.prints() == before


def told(
    matrix: Matrix, who: Guise, declared: Declared, names: list[str], whose: tuple[str, ...]
) -> tuple[int, Any]:
    """(status, body but for the request's own number) for objects of these."""
    values = {name: matrix.value(who, name, one) for name, one in zip(names, whose, strict=True)}
    answer = matrix.ask(who, declared, values)
    return answer.status_code, words(answer)


def words(answer: Any) -> dict[str, Any]:
    """A refusal but for the request's own number."""
    return {name: value for name, value in (answer.json or {}).items() if name != "request_id"}


def test_what_is_ones_own_is_there(matrix: Matrix) -> None:
    """Done, or refused by the domain: never 404, never a 403 of the door, never a failure."""
    wrong, done = [], 0
    for declared, names in matrix.routes():
        if declared.public:
            continue
        for who in knocking(matrix, declared):
            if any((KINDS.get(name, ""), who.name) in HIDDEN for name in names):
                continue
            answer = matrix.ask(who, declared, {name: matrix.value(who, name, OWN) for name in names})
            refused = answer.status_code in (409, 412, 422) or (
                answer.status_code == 403 and "available_actions" in answer.json
            )
            if answer.status_code == 503 and f"/api/v1{declared.rule}" in ELSEWHERE:
                continue
            if answer.status_code >= 300 and not refused:
                wrong.append((declared.method, declared.rule, who.name, answer.status_code, answer.json))
            if answer.status_code < 300:
                done += 1
                if declared.method != "GET":
                    matrix.anew()
    assert not wrong, "\n".join(map(str, wrong))
    assert done > 100


def numbers(value: Any) -> Iterator[int]:
    """Every whole number anywhere in an answer."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for inside in value:
            yield from numbers(inside)
    elif isinstance(value, int):
        yield value


def test_no_list_shows_what_belongs_to_others_whatever_is_filtered_by(matrix: Matrix) -> None:
    """Every GET without an object, also with the ids of others as filters, and every own page: no foreign number."""
    leaks = []
    for rule in matrix.app.url_map.iter_rules():
        declared = matrix.app.view_functions[rule.endpoint].declared
        if declared.method != "GET" or declared.public or rule.rule in ELSEWHERE:
            continue
        filters = [""]
        if declared.query is not None:
            theirs = matrix.theirs.objects | {"channel": matrix.theirs.channel_id, "installer": 0}
            theirs["installer"] = matrix.theirs.objects["person"]
            fields = [name for name in declared.query.fields if name.removesuffix("_id") in theirs]
            filters += [f"?{name}={theirs[name.removesuffix('_id')]}" for name in fields]
        for who in knocking(matrix, declared):
            if who.everything:
                continue
            path = declared_path(declared, {n: matrix.value(who, n, OWN) for n in rule.arguments})
            for ask in filters:
                now = matrix.app.extensions["clock"]().timestamp()
                headers = who.headers("GET", path + ask, b"", now)
                answer = matrix.app.test_client(use_cookies=False).get(
                    path + ask, headers=headers, buffered=True
                )
                leaked = {number for number in numbers(answer.json) if FOREIGN < number < MISSING}
                leaked -= {matrix.theirs.dealer_id} if ("dealer", who.name) in SHARED else set()
                if leaked or answer.status_code not in (200, 404):
                    leaks.append((declared.rule + ask, who.name, answer.status_code, leaked))
    assert not leaks, "\n".join(map(str, leaks))
