"""A phone makes an account a person; races end with one."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from domain.actors import Role
from domain.errors import Invalid
from domain.people import ConsentNeeded, IdentityBound, RebindNeeded
from models import db
from models.person import Consent, Person, Subject
from models.session import RebindRequest, Session, WechatIdentity
from services import consents, people, sessions
from services.parts.access import Opened
from services.parts.exchanges import CodeSpent
from services.parts.linking import PhoneSessionOnly
from services.queries import sessions as session_reads
from tests.standing_in import CAME, PHONES
from tests.worlds import World
from wechat.gateway import Gateway
from wechat.stand_in.remote import Remote


def test_a_verified_phone_makes_the_sessions_account_a_customer(
    world: World, wechat: Gateway, sim: Remote, guest: Opened
) -> None:
    """The person is made, the session and the account's other guests become it; nothing is readable at rest."""
    other = sessions.sign_in_wechat(wechat, sim.login_code("wang"), CAME, world.now)
    linked = people.link_phone(wechat, guest.id, sim.phone_code("wang"), "2026-01", world.now)
    assert linked.role == "customer"
    for opened in (guest, other):
        found = session_reads.find(session_reads.hashed(opened.token), world.now, None)
        assert found is not None
        assert (found.person_id, found.caller) == (linked.person_id, Role.CUSTOMER)
    with db.engine.connect() as connection:
        person = connection.execute(select(Person).where(Person.id == linked.person_id)).one()
        consent = connection.execute(select(Consent)).one()
    assert PHONES["wang"].encode() not in person.personal
    assert (consent.purpose, consent.version, consent.given) == ("phone", "2026-01", True)


def test_a_yes_to_a_text_that_never_was_is_none(
    world: World, wechat: Gateway, sim: Remote, guest: Opened
) -> None:
    """Refused with the version in force, before the phone's code is used up; whoever must ask is told which text."""
    code = sim.phone_code("wang")
    for ask in (
        lambda: people.link_phone(wechat, guest.id, code, "bogus", world.now),
        lambda: consents.say(guest.id, "photo", "bogus", True, world.now),
    ):
        with pytest.raises(Invalid) as refused:
            ask()
        assert [fault.code for fault in refused.value.errors] == ["unknown_consent_version"]
        assert refused.value.extra["current_version"] == "2026-01"
    with pytest.raises(ConsentNeeded) as needed:
        people.link_phone(wechat, guest.id, code, None, world.now)
    assert needed.value.extra == {"purpose": "phone", "version": "2026-01", "texts": "/api/v1/consents"}
    assert sim.journal("wxa/business/getuserphonenumber") == []


def test_a_phone_is_taken_only_after_a_yes_and_a_no_counts(
    world: World, wechat: Gateway, sim: Remote, guest: Opened
) -> None:
    """Without consent the code is not even exchanged; the last word counts."""
    code = sim.phone_code("wang")
    with pytest.raises(ConsentNeeded):
        people.link_phone(wechat, guest.id, code, None, world.now)
    consents.say(guest.id, "phone", "2026-01", True, world.now)
    consents.say(guest.id, "phone", "2026-01", False, world.now)
    with pytest.raises(ConsentNeeded):
        people.link_phone(wechat, guest.id, code, None, world.now)
    assert sim.journal("wxa/business/getuserphonenumber") == []
    consents.say(guest.id, "phone", "2026-01", True, world.now)
    linked = people.link_phone(wechat, guest.id, code, None, world.now)
    with db.engine.connect() as connection:
        owners = connection.execute(select(Consent.person_id)).scalars().all()
    assert set(owners) == {linked.person_id}


def test_the_same_phone_again_changes_nothing_and_another_is_a_conflict(
    world: World, wechat: Gateway, sim: Remote, guest: Opened
) -> None:
    """An account belongs to one person; codes are good once."""
    code = sim.phone_code("wang")
    linked = people.link_phone(wechat, guest.id, code, "2026-01", world.now)
    with pytest.raises(CodeSpent):
        people.link_phone(wechat, guest.id, code, "2026-01", world.now)
    again = people.link_phone(wechat, guest.id, sim.phone_code("wang"), "2026-01", world.now)
    assert again.person_id == linked.person_id
    with pytest.raises(IdentityBound):
        people.link_phone(wechat, guest.id, sim.phone_code("wang", "13611112222"), "2026-01", world.now)


def test_a_login_code_is_no_phone_code(world: World, wechat: Gateway, sim: Remote, guest: Opened) -> None:
    """The two kinds of code cannot stand in for each other."""
    with pytest.raises(CodeSpent):
        people.link_phone(wechat, guest.id, sim.login_code("wang"), "2026-01", world.now)


def test_a_console_session_has_no_account_to_link(world: World, wechat: Gateway, sim: Remote) -> None:
    """Only sessions that came through WeChat can verify a phone."""
    world.sign_in("agent", world.now)
    with db.engine.connect() as connection:
        session_id = connection.execute(select(Session.id)).scalar_one()
    with pytest.raises(PhoneSessionOnly):
        people.link_phone(wechat, session_id, sim.phone_code("wang"), "2026-01", world.now)


def race(app: Flask, tries: Sequence[tuple[Gateway, Opened, str]], world: World) -> list[str]:
    """Link phones at the same time; the outcome of each."""

    def link(one: tuple[Gateway, Opened, str]) -> str:
        with app.app_context():
            try:
                people.link_phone(one[0], one[1].id, one[2], "2026-01", world.now)
            except (RebindNeeded, IdentityBound) as refused:
                return refused.code
            return "linked"

    with ThreadPoolExecutor(len(tries)) as pool:
        return sorted(pool.map(link, tries))


def test_two_accounts_that_verify_one_phone_at_once_end_with_one_person_and_one_winner(
    app: Flask, world: World, wechat: Gateway, sim: Remote, guest: Opened
) -> None:
    """The unique constraints decide; the loser has filed a request."""
    li = sessions.sign_in_wechat(wechat, sim.login_code("li"), CAME, world.now)
    phone = "13566667777"
    tries = [
        (wechat, guest, sim.phone_code("wang", phone)),
        (wechat, li, sim.phone_code("li", phone)),
    ]
    assert race(app, tries, world) == ["linked", "rebind_needed"]
    with db.engine.connect() as connection:
        assert connection.execute(select(func.count(RebindRequest.id))).scalar_one() == 1
        owned = select(func.count(WechatIdentity.id)).where(WechatIdentity.person_id.is_not(None))
        assert connection.execute(owned).scalar_one() == 1
        nobodys = select(func.count(Subject.id)).where(Subject.id.not_in(select(Person.subject_id)))
        assert connection.execute(nobodys).scalar_one() == 0


def test_one_account_that_verifies_two_phones_at_once_belongs_to_one_person(
    app: Flask, world: World, wechat: Gateway, sim: Remote, guest: Opened
) -> None:
    """The account's row lock orders the two; the second is a conflict."""
    tries = [(wechat, guest, sim.phone_code("wang", phone)) for phone in ("13511110000", "13522220000")]
    assert race(app, tries, world) == ["identity_already_bound", "linked"]
