"""Getting in and out over HTTP, and what a session may do about itself."""

from __future__ import annotations

from typing import Any

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.schemas.people import StaffRole
from domain.actors import STAFF_ROLES
from services import first_admin
from tests.api.conftest import Clock, SignIn
from tests.standing_in import PHONES
from wechat.gateway import Gateway
from wechat.stand_in.remote import Remote

PASSWORD = "correct horse 7"
BASE = "/api/v1"


@pytest.fixture
def phone(app: Flask, client: FlaskClient, wechat: Gateway) -> FlaskClient:
    """A client whose application talks to the stand-in."""
    app.extensions["wechat"] = wechat
    return client


@pytest.fixture
def admin(app: Flask, client: FlaskClient, clock: Clock) -> dict[str, str]:
    """Headers of the first admin's console session."""
    first_admin.create("admin-wang", PASSWORD, clock())
    return console(client)


def console(client: FlaskClient) -> dict[str, str]:
    entered = client.post(f"{BASE}/sessions/password", json={"login": "admin-wang", "password": PASSWORD})
    assert entered.status_code == 201
    cookie = entered.headers["Set-Cookie"].partition(";")[0]
    return {"Cookie": cookie, "X-CSRF-Token": entered.json["csrf_token"]}


def enter(phone: FlaskClient, sim: Remote, alias: str = "wang") -> dict[str, str]:
    entered = phone.post(
        f"{BASE}/sessions/wechat", json={"code": sim.login_code(alias)}, headers={"X-Device-Id": "dev-1"}
    )
    assert entered.status_code == 201, entered.json
    return {"Authorization": f"Bearer {entered.json['token']}"}


def post(client: FlaskClient, path: str, who: dict[str, str], **body: Any) -> Any:
    return client.post(f"{BASE}{path}", json=body, headers=who)


def test_an_installer_from_invitation_to_the_first_day(
    phone: FlaskClient, sim: Remote, admin: dict[str, str], insert: Any
) -> None:
    """Invited by the admin, bound by code and phone, acting as installer, switching, ended: 401 at once."""
    dealer = insert("dealer", code="d1", name="烟台第一网点")
    invited = post(phone, "/invitations", admin, role="installer", dealer_id=dealer, phone=PHONES["wang"])
    assert invited.status_code == 201
    who = enter(phone, sim)
    assert phone.get(f"{BASE}/me", headers=who).json["role"] == "guest"
    bound = post(
        phone,
        "/me/bindings",
        who,
        invitation=invited.json["code"],
        phone_code=sim.phone_code("wang"),
        consent_version="2026-01",
        name="王强",
    )
    assert (bound.status_code, bound.json["status"]) == (201, "active")
    me = phone.get(f"{BASE}/me", headers=who).json
    assert (me["role"], me["dealer_name"], me["name"], me["phone"]) == (
        "installer",
        "烟台第一网点",
        "王强",
        "138****8000",
    )
    assert {role["role"] for role in me["roles"]} == {"installer", "customer"}
    (listed,) = phone.get(f"{BASE}/dealers/{dealer}/people", headers=admin).json["items"]
    path = f"/people/{listed['person_id']}/bindings/{listed['binding_id']}"
    assert post(phone, f"{path}/end", admin).json["status"] == "ended"
    assert phone.get(f"{BASE}/me", headers=who).status_code == 401
    back = phone.get(f"{BASE}/me", headers=enter(phone, sim)).json
    assert back["role"] == "customer"


def test_a_phone_that_repeats_its_binding_gets_the_first_answer(
    phone: FlaskClient, sim: Remote, admin: dict[str, str], insert: Any
) -> None:
    """The same Idempotency-Key, three times: one binding, three equal answers, one code exchanged."""
    dealer = insert("dealer", code="d1", name="网点")
    code = post(phone, "/invitations", admin, role="installer", dealer_id=dealer, phone=PHONES["wang"]).json[
        "code"
    ]
    who = enter(phone, sim)
    assert (
        post(
            phone, "/me/phone", who, phone_code=sim.phone_code("wang"), consent_version="2026-01"
        ).status_code
        == 200
    )
    answers = [
        post(phone, "/me/bindings", {**who, "Idempotency-Key": "k1"}, invitation=code) for _ in range(3)
    ]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.data for answer in answers}) == 1


def test_a_spent_code_is_a_clear_problem_and_wechat_away_is_another(phone: FlaskClient, sim: Remote) -> None:
    """422 `wechat_code_spent`: call wx.login again. 503: try later."""
    code = sim.login_code("wang")
    assert phone.post(f"{BASE}/sessions/wechat", json={"code": code}).status_code == 201
    spent = phone.post(f"{BASE}/sessions/wechat", json={"code": code})
    assert (spent.status_code, spent.json["code"]) == (422, "wechat_code_spent")
    sim.preset("down")
    away = phone.post(f"{BASE}/sessions/wechat", json={"code": "another"})
    sim.heal()
    assert away.status_code == 503
    assert code not in spent.text + away.text


def test_the_console_cookie_is_out_of_reach_of_scripts_and_changes_need_the_csrf_token(
    client: FlaskClient, admin: dict[str, str]
) -> None:
    """HttpOnly, SameSite=Strict; the body has no session token; sign-out clears the cookie."""
    entered = client.post(f"{BASE}/sessions/password", json={"login": "admin-wang", "password": PASSWORD})
    cookie = entered.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert cookie.split("=")[1].partition(";")[0] not in entered.text
    without = {"Cookie": admin["Cookie"]}
    assert client.get(f"{BASE}/me", headers=without).status_code == 200
    assert client.delete(f"{BASE}/sessions/current", headers=without).status_code == 403
    out = client.delete(f"{BASE}/sessions/current", headers=admin)
    assert (out.status_code, "Max-Age=0" in out.headers["Set-Cookie"]) == (204, True)
    assert client.get(f"{BASE}/me", headers=without).status_code == 401


def test_wrong_passwords_are_401_and_then_429_with_the_seconds_to_wait(
    client: FlaskClient, admin: dict[str, str]
) -> None:
    """The same for a login that does not exist."""
    for login in ("admin-wang", "nobody"):
        answers = [
            client.post(f"{BASE}/sessions/password", json={"login": login, "password": "wrong one"})
            for _ in range(6)
        ]
        assert [answer.status_code for answer in answers] == [401] * 5 + [429]
        assert answers[-1].headers["Retry-After"] == "60"


def test_guests_may_only_be_bound(phone: FlaskClient, sim: Remote) -> None:
    """Everything else of `/me` is forbidden or needs a person."""
    who = enter(phone, sim)
    assert phone.get(f"{BASE}/me/export", headers=who).status_code == 403
    assert post(phone, "/me/role", who, binding_id=1).status_code == 403
    refused = post(phone, "/me/bindings", who, invitation="wrong")
    assert (refused.status_code, refused.json["code"]) == (404, "invitation_refused")
    assert (
        post(phone, "/me/consents", who, purpose="place", version="2026-01", given=False).status_code == 201
    )
    (said,) = phone.get(f"{BASE}/me/consents", headers=who).json["items"]
    assert (said["purpose"], said["given"]) == ("place", False)
    assert phone.delete(f"{BASE}/sessions/current", headers=who).status_code == 204


def test_a_conflict_over_a_phone_is_told_without_naming_anybody(phone: FlaskClient, sim: Remote) -> None:
    """409 `rebind_needed` holds no id of the other person."""
    wang, li = enter(phone, sim), enter(phone, sim, "li")
    assert (
        post(
            phone, "/me/phone", wang, phone_code=sim.phone_code("wang"), consent_version="2026-01"
        ).status_code
        == 200
    )
    code = sim.phone_code("li", PHONES["wang"])
    conflict = post(phone, "/me/phone", li, phone_code=code, consent_version="2026-01")
    assert (conflict.status_code, conflict.json["code"]) == (409, "rebind_needed")
    assert "person_id" not in conflict.text
    assert PHONES["wang"] not in conflict.text


def test_own_sessions_are_listed_and_revoked_one_by_one(phone: FlaskClient, sim: Remote) -> None:
    """The lost phone is cut off; the one that asks goes on; a stranger's id is a 404."""
    lost = enter(phone, sim)
    post(phone, "/me/phone", lost, phone_code=sim.phone_code("wang"), consent_version="2026-01")
    here = enter(phone, sim)
    items = phone.get(f"{BASE}/me/sessions", headers=here).json["items"]
    assert [item["current"] for item in items] == [True, False]
    assert phone.delete(f"{BASE}/me/sessions/{items[1]['id']}", headers=here).status_code == 204
    assert phone.get(f"{BASE}/me", headers=lost).status_code == 401
    assert phone.delete(f"{BASE}/me/sessions/999999", headers=here).status_code == 404


def test_a_device_id_that_is_no_id_is_refused(phone: FlaskClient, sim: Remote) -> None:
    """At most 64 visible characters."""
    wrong = {"X-Device-Id": "x" * 65}
    refused = phone.post(f"{BASE}/sessions/wechat", json={"code": sim.login_code("wang")}, headers=wrong)
    assert refused.status_code == 422


def test_second_factor_and_password_over_http(
    client: FlaskClient, admin: dict[str, str], clock: Clock
) -> None:
    """Enrol, confirm, then sign-in asks for the code."""
    enrolled = client.post(f"{BASE}/me/totp", headers=admin)
    totp = pyotp.TOTP(enrolled.json["secret"])
    assert post(client, "/me/totp/confirm", admin, code="000000").status_code == 422
    assert post(client, "/me/totp/confirm", admin, code=totp.at(clock())).json == {"enabled": True}
    body = {"login": "admin-wang", "password": PASSWORD}
    asked = client.post(f"{BASE}/sessions/password", json=body)
    assert (asked.status_code, asked.json["code"]) == (401, "otp_needed")
    later = clock.forward(minutes=5)
    entered = client.post(f"{BASE}/sessions/password", json={**body, "otp": totp.at(later)})
    assert entered.status_code == 201
    weak = post(client, "/me/password", admin, login="x", password="short")
    assert (weak.status_code, len(weak.json["errors"])) == (422, 2)


def test_customers_links_and_claims_over_http(client: FlaskClient) -> None:
    """Unknown ones are 401 with one code."""
    link = client.post(f"{BASE}/sessions/link", json={"token": "x" * 43})
    claim = client.post(f"{BASE}/sessions/claim", json={"order_number": "1", "phone_last4": "1234"})
    assert (link.status_code, claim.status_code) == (401, 401)
    assert link.json["code"] == claim.json["code"] == "link_refused"


def test_export_and_erasure_over_http(phone: FlaskClient, sim: Remote) -> None:
    """The document names the own phone; after erasure the token is nobody's."""
    who = enter(phone, sim)
    post(phone, "/me/phone", who, phone_code=sim.phone_code("wang"), consent_version="2026-01")
    document = phone.get(f"{BASE}/me/export", headers=who).json
    assert document["personal"]["phone"] == f"+86{PHONES['wang']}"
    assert phone.post(f"{BASE}/me/erasure", headers=who).json == {"orders": 0, "subjects": 1}
    assert phone.get(f"{BASE}/me", headers=who).status_code == 401


@pytest.mark.parametrize("role", ["customer", "installer", "dispatcher", "agent", "auditor", "finance"])
def test_only_admins_and_owners_manage_people(client: FlaskClient, sign_in: SignIn, role: str) -> None:
    """Everybody else is refused at the door."""
    who = sign_in(role)
    assert client.get(f"{BASE}/people", headers=who).status_code == 403
    assert client.get(f"{BASE}/invitations", headers=who).status_code == 403
    assert post(client, "/invitations", who, role="installer", phone="13800138000").status_code == 403
    assert post(client, "/people/1/bindings/1/approve", who).status_code == 403


def test_an_owner_sees_the_own_people_and_no_other_dealers(
    client: FlaskClient, sign_in: SignIn, insert: Any
) -> None:
    """Another dealer is a 404; lists page by cursor."""
    dealer, other = insert("dealer", code="d1", name="一"), insert("dealer", code="d2", name="二")
    owner = sign_in("dealer_owner", dealer_id=dealer)
    for _ in range(3):
        sign_in("installer", dealer_id=dealer)
    sign_in("installer", dealer_id=other)
    assert client.get(f"{BASE}/dealers/{other}/people", headers=owner).status_code == 404
    first = client.get(f"{BASE}/people?limit=3", headers=owner).json
    rest = client.get(f"{BASE}/people?limit=3&cursor={first['next_cursor']}", headers=owner).json
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (3, 1, None)
    assert {item["dealer_id"] for item in first["items"] + rest["items"]} == {dealer}


def test_one_can_be_invited_to_every_staff_role_and_to_no_other() -> None:
    """The schema's list is the domain's."""
    assert {role.value for role in StaffRole} == {role.value for role in STAFF_ROLES}


def test_the_texts_to_agree_to_are_public_with_their_versions(client: FlaskClient) -> None:
    """Phone, place and photos each by itself, before anybody has signed in."""
    texts = client.get(f"{BASE}/consents").json["items"]
    assert [(one["purpose"], one["version"]) for one in texts] == [
        ("phone", "2026-01"), ("place", "2026-01"), ("photo", "2026-01"),
    ]  # fmt: skip
    assert all(one["text"] and one["without"] for one in texts)
