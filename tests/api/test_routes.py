"""Every door has a permission, and it is asked before anything is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api import routes
from api.described import Declared
from domain import permissions
from domain.actors import Role
from domain.permissions import PERMISSIONS, Standing, holders
from tests.api.conftest import SignIn
from tests.api.sample import register

CALLERS = [*(role for role in Role if role is not Role.SYSTEM), Standing.GUEST]


def doors(app: Flask) -> Iterator[tuple[str, Declared]]:
    """(path with made-up values, declaration) of every route."""
    for rule in app.url_map.iter_rules():
        declared = app.view_functions[rule.endpoint].declared
        values = dict.fromkeys(rule.arguments, "1")
        yield rule.build(values, append_unknown=False)[1], declared


def test_every_route_of_the_application_is_declared_with_a_permission_in_the_table(app: Flask) -> None:
    """A view that was registered past `routes.route` has no declaration and fails here."""
    bare = [
        r.rule for r in app.url_map.iter_rules() if not hasattr(app.view_functions[r.endpoint], "declared")
    ]
    assert bare == []
    assert {declared.permission for _, declared in doors(app)} <= set(PERMISSIONS)


def test_every_permission_in_the_table_is_used_by_some_route(app: Flask) -> None:
    """A permission without a route is a leftover or a route that was forgotten; actions come from their own table."""
    used = {declared.permission for _, declared in doors(app)}
    assert [name for name in PERMISSIONS if name not in used and name not in permissions._ACTIONS] == []


def test_permissions_are_alphabetical_and_named_noun_colon_verb() -> None:
    """So that two people adding one do not hide a third."""
    written = [name for name in PERMISSIONS if name not in permissions._ACTIONS]
    assert written == sorted(written)
    assert [name for name in PERMISSIONS if name.count(":") != 1 or name != name.lower()] == []


def test_every_permission_is_held_by_somebody_sensible() -> None:
    """Never an empty set, never the system, never public and somebody."""
    assert all(holders(name) for name in PERMISSIONS)


def test_a_route_with_an_unknown_permission_cannot_be_declared() -> None:
    """Deny by default begins at import."""
    with pytest.raises(KeyError):
        routes.route(routes.area("x", "x"), "GET", "/x", permission="nothing:such", summary="x")


@pytest.mark.parametrize(
    "held_by", [frozenset(), frozenset({Role.SYSTEM}), frozenset({Standing.PUBLIC, Role.ADMIN})]
)
def test_a_permission_held_by_nobody_or_by_a_mixture_is_refused(
    held_by: frozenset[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty set once let everyone through somewhere; here it does not even start."""
    monkeypatch.setattr(permissions, "PERMISSIONS", {"a:b": held_by})
    with pytest.raises(ValueError, match="a:b"):
        holders("a:b")


def test_every_route_refuses_every_role_not_listed_and_everybody_unknown(
    app: Flask, monkeypatch: pytest.MonkeyPatch, sign_in: SignIn
) -> None:
    """The matrix route x caller, from the url map and the table: 401 for nobody, 403 for the unlisted."""
    register(app, monkeypatch)
    client = app.test_client()
    signed_in = {caller: sign_in(caller) for caller in CALLERS}
    wrong = []
    for path, declared in doors(app):
        if declared.public:
            continue
        answers = {"nobody": client.open(path, method=declared.method).status_code}
        for caller in set(CALLERS) - declared.holders:
            answers[caller] = client.open(path, method=declared.method, headers=signed_in[caller]).status_code
        expected = {caller: 401 if caller == "nobody" else 403 for caller in answers}
        if answers != expected:
            wrong.append((declared.method, declared.rule, answers))
    assert wrong == []


def test_every_listed_role_is_let_in(sample: FlaskClient, sign_in: SignIn) -> None:
    """The other half of the matrix, on a route that changes nothing."""
    for caller in permissions.PEOPLE:
        assert sample.get("/sample/list/x", headers=sign_in(caller)).status_code == 200
    assert sample.get("/sample/guest", headers=sign_in("guest")).status_code == 200


def test_the_role_is_asked_before_the_body_is_read(sample: FlaskClient, sign_in: SignIn) -> None:
    """A stranger learns nothing about what a body should look like, and costs no parsing."""
    answer = sample.post("/sample/count", data=b"{", headers=sign_in("installer"))
    assert answer.status_code == 403


def test_public_routes_do_not_look_at_credentials(sample: FlaskClient) -> None:
    """A phone with a dead token can still sign in or see whether we live."""
    assert sample.get("/healthz", headers={"Authorization": "Bearer dead"}).status_code == 200


def test_a_guest_has_no_actor_but_an_identity(sample: FlaskClient, sign_in: SignIn, rows: Any) -> None:
    """An unbound WeChat identity may only do what names guests."""
    answer = sample.get("/sample/guest", headers=sign_in("guest"))
    assert answer.json["name"] == str(rows("SELECT id FROM wechat_identity")[0])


def test_an_agent_sees_the_channels_of_their_desk(
    app: Flask, insert: Any, sign_in: SignIn, clock: Any
) -> None:
    """None means every channel; an empty desk means none, which is not the same."""
    from services.queries.sessions import find, hashed

    desk, empty = insert("desk", name="天猫组"), insert("desk", name="空组")
    channel = insert("channel", code="tm", name="天猫旗舰店", platform="tmall")
    insert("desk_channel", desk_id=desk, channel_id=channel)
    seen = []
    for desk_id in (desk, empty, None):
        token = sign_in("agent", desk_id=desk_id)["Authorization"].removeprefix("Bearer ")
        found = find(hashed(token), clock(), None)
        assert found is not None
        assert found.actor is not None
        seen.append(found.actor.channel_ids)
    assert seen == [frozenset({channel}), frozenset(), None]


def test_answers_carry_the_headers_that_keep_browsers_out_of_trouble(client: FlaskClient) -> None:
    """Also on errors."""
    for path in ("/healthz", "/nowhere"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"


def test_the_version_goes_out_as_etag_and_comes_back_as_if_match(
    sample: FlaskClient, sign_in: SignIn
) -> None:
    """412 when somebody else was faster; a header that is no version is told, not ignored."""
    headers = sign_in("agent")
    assert sample.post("/sample/count", json={"name": "v"}, headers=headers).headers["ETag"] == '"1"'
    status = {
        value: sample.post(
            "/sample/count", json={"name": "v"}, headers={**headers, "If-Match": value}
        ).status_code
        for value in ('"1"', "1", 'W/"1"', "*", '"7"', "seven")
    }
    assert status == {'"1"': 200, "1": 200, 'W/"1"': 200, "*": 200, '"7"': 412, "seven": 422}
