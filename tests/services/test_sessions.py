"""Signing in by WeChat, switching roles, signing out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from domain.actors import Actor, Role
from domain.errors import NotFound, TooMany, Unavailable
from models import db
from models.person import AccessEvent, RoleBinding
from models.session import Session, WechatIdentity
from services import people, sessions
from services.parts.access import Came
from services.parts.exchanges import AccountBlocked, CodeSpent
from services.queries import sessions as reads
from services.queries import staff
from services.queries.people import device_used_by_dealer
from tests.worlds import World
from wechat.gateway import Gateway
from wechat.stand_in.remote import Remote

CAME = Came("203.0.113.7", "device-1")


def test_a_fresh_account_is_a_guest_and_comes_back_as_the_same_account(
    world: World, wechat: Gateway, sim: Remote
) -> None:
    """One identity row per openid; the guest's session has neither person nor actor."""
    first = sessions.sign_in_wechat(wechat, sim.login_code("wang"), CAME, world.now)
    again = sessions.sign_in_wechat(wechat, sim.login_code("wang"), CAME, world.now + timedelta(hours=1))
    assert (first.role, again.role, first.csrf) == ("guest", "guest", None)
    assert first.token != again.token
    found = reads.find(reads.hashed(first.token), world.now, None)
    assert found is not None
    assert found.actor is None
    with db.engine.connect() as connection:
        identity = connection.execute(select(WechatIdentity)).one()
        stored = connection.execute(select(Session.token_hash, Session.device_id)).all()
    assert identity.openid == sim.user("wang")["openid"]
    assert identity.last_login == world.now + timedelta(hours=1)
    assert all(row.device_id == "device-1" and first.token.encode() not in row.token_hash for row in stored)


def test_a_code_is_tried_once_and_a_spent_or_expired_one_is_told_apart_from_a_fault(
    world: World, wechat: Gateway, sim: Remote
) -> None:
    """40163 and 40029 are the client's to mend; we call WeChat exactly once for each attempt."""
    used, expired = sim.login_code("wang"), sim.login_code("wang")
    sessions.sign_in_wechat(wechat, used, CAME, world.now)
    with pytest.raises(CodeSpent):
        sessions.sign_in_wechat(wechat, used, CAME, world.now)
    sim.advance(301)
    with pytest.raises(CodeSpent):
        sessions.sign_in_wechat(wechat, expired, CAME, world.now)
    assert len(sim.journal("sns/jscode2session")) == 3


def test_a_blocked_account_is_refused_and_the_refusal_is_kept(
    world: World, wechat: Gateway, sim: Remote
) -> None:
    """40226 is a business refusal, in the audit trail without any openid."""
    sim.fault("errcode", path="sns/jscode2session", errcode=40226)
    with pytest.raises(AccountBlocked):
        sessions.sign_in_wechat(wechat, sim.login_code("wang"), CAME, world.now)
    sim.heal()
    with db.engine.connect() as connection:
        event = connection.execute(select(AccessEvent)).one()
    assert (event.kind, event.reason, event.data) == ("sign_in_refused", "wechat_account_blocked", {})


def test_wechat_away_is_no_refusal_and_leaves_nothing_behind(
    world: World, wechat: Gateway, sim: Remote
) -> None:
    """An outage is `Unavailable`; neither identity nor session is made."""
    sim.preset("down")
    with pytest.raises(Unavailable):
        sessions.sign_in_wechat(wechat, "any", CAME, world.now)
    sim.heal()
    with db.engine.connect() as connection:
        assert connection.execute(select(Session.id)).all() == []


def test_one_account_signs_in_at_most_twenty_times_a_minute(
    world: World, wechat: Gateway, sim: Remote
) -> None:
    """The limit is per openid; another account behind the same address is let in."""
    for _ in range(20):
        sessions.sign_in_wechat(wechat, sim.login_code("wang"), CAME, world.now)
    with pytest.raises(TooMany) as refused:
        sessions.sign_in_wechat(wechat, sim.login_code("wang"), CAME, world.now)
    assert 0 < refused.value.retry_after_s <= 60
    assert sessions.sign_in_wechat(wechat, sim.login_code("li"), CAME, world.now).role == "guest"


def test_a_person_returns_in_the_role_used_last_unless_it_has_ended(
    world: World, wechat: Gateway, sim: Remote
) -> None:
    """Two roles: the session starts in the last used active one."""
    guest = sessions.sign_in_wechat(wechat, sim.login_code("wang"), CAME, world.now)
    linked = people.link_phone(wechat, guest.id, sim.phone_code("wang"), "2026-01", world.now)
    with db.engine.begin() as tx:
        new = RoleBinding(person_id=linked.person_id, role="dispatcher", dealer_id=world.dealers[0])
        columns = {"person_id": new.person_id, "role": new.role, "dealer_id": new.dealer_id}
        staff = tx.execute(
            RoleBinding.__table__.insert().values(status="active", **columns).returning(RoleBinding.id)
        ).scalar_one()
    customer = Actor(Role.CUSTOMER, linked.person_id, guest.id)
    acting = sessions.switch_role(customer, staff, world.now)
    assert (acting.role, acting.dealer_id) == ("dispatcher", world.dealers[0])
    found = reads.find(reads.hashed(guest.token), world.now, None)
    assert found is not None
    assert found.actor == Actor(
        Role.DISPATCHER, linked.person_id, guest.id, world.dealers[0], device_id="device-1"
    )
    assert sessions.sign_in_wechat(wechat, sim.login_code("wang"), CAME, world.now).role == "dispatcher"
    with db.engine.begin() as tx:
        tx.execute(update(RoleBinding).where(RoleBinding.id == staff).values(status="ended"))
    assert sessions.sign_in_wechat(wechat, sim.login_code("wang"), CAME, world.now).role == "customer"


def test_nobody_switches_to_a_role_of_somebody_else(world: World) -> None:
    """Another person's binding does not exist for the actor, and neither does any for a link's session."""
    with pytest.raises(NotFound):
        sessions.switch_role(world.actor("agent", session_id=1), world.bindings["admin"], world.now)
    with pytest.raises(NotFound):
        sessions.switch_role(Actor(Role.CUSTOMER, job_id=1), world.bindings["admin"], world.now)


def test_signing_out_and_revoking_take_effect_with_the_next_request(
    world: World, wechat: Gateway, sim: Remote
) -> None:
    """A revoked token finds nothing; nobody revokes a stranger's session."""
    lost = sessions.sign_in_wechat(wechat, sim.login_code("wang"), CAME, world.now)
    linked = people.link_phone(wechat, lost.id, sim.phone_code("wang"), "2026-01", world.now)
    here = sessions.sign_in_wechat(wechat, sim.login_code("wang"), CAME, world.now)
    me = Actor(Role.CUSTOMER, linked.person_id, here.id)
    with pytest.raises(NotFound):
        sessions.revoke(world.actor("agent"), lost.id, world.now)
    sessions.revoke(me, lost.id, world.now)
    assert reads.find(reads.hashed(lost.token), world.now, None) is None
    assert reads.find(reads.hashed(here.token), world.now, None) is not None
    sessions.sign_out(me, here.id, world.now)
    assert reads.find(reads.hashed(here.token), world.now, None) is None


def test_a_device_once_used_by_a_dealers_people_is_known_for_good(world: World) -> None:
    """Ended roles and revoked sessions count; another dealer's people and other devices do not."""
    world.sign_in("installer1", world.now, device_id="phone-of-1")
    with db.engine.begin() as tx:
        tx.execute(update(Session).values(revoked_at=world.now))
        tx.execute(update(RoleBinding).values(status="ended"))
        assert device_used_by_dealer(tx, "phone-of-1", world.dealers[0])
        assert not device_used_by_dealer(tx, "phone-of-1", world.dealers[1])
        assert not device_used_by_dealer(tx, "another", world.dealers[0])


def test_who_manages_people_sees_where_they_are_signed_in_and_ends_it(world: World) -> None:
    """An owner those of the own dealer's people in posts there, an admin all; ended it is gone from the list."""
    person, owner = world.people["installer1"], world.actor("owner1")
    world.sign_in("installer1", world.now)
    [seen] = staff.sessions(owner, person, world.now)
    assert (seen.role, seen.current) == ("installer", False)
    assert staff.sessions(world.actor("admin"), person, world.now) == [seen]

    other = world.actor("owner2")
    with pytest.raises(NotFound):
        staff.sessions(other, person, world.now)
    with pytest.raises(NotFound):
        sessions.revoke_of(other, person, seen.id, world.now)
    sessions.revoke_of(owner, person, seen.id, world.now)
    assert staff.sessions(owner, person, world.now) == []
