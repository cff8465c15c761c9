"""Ending roles, changing WeChat accounts, and WeChat's own revocation."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select

from domain.actors import Actor, Role
from domain.errors import Forbidden, NotFound
from domain.people import ConsentNeeded, RebindNeeded
from models import db
from models.notice import Outbox
from models.person import RoleBinding
from services import bindings, consents, people, rebindings, sessions
from services.parts.access import Opened
from services.queries import sessions as session_reads
from services.queries import staff
from tests.services.guests import bind, identity_of, invite
from tests.standing_in import CAME, PHONES
from tests.worlds import World
from wechat.gateway import Gateway
from wechat.stand_in.remote import Remote


def test_ending_an_installer_cuts_the_sessions_off_and_tells_the_lifecycle(world: World) -> None:
    """The next request of the token finds nothing; an `installer_left` row waits for the booked jobs."""
    token = world.sign_in("installer1", world.now)["Authorization"].removeprefix("Bearer ")
    person, binding = world.people["installer1"], world.bindings["installer1"]
    with pytest.raises(NotFound):
        bindings.decide(world.actor("owner2"), person, binding, "end", world.now)
    with pytest.raises(NotFound):
        bindings.decide(world.actor("owner1"), world.people["owner1"], binding, "end", world.now)
    bindings.decide(world.actor("owner1"), person, binding, "end", world.now)
    assert session_reads.find(session_reads.hashed(token), world.now, None) is None
    with db.engine.connect() as connection:
        left = connection.execute(select(Outbox)).one()
    assert left.kind == "installer_left"
    assert left.payload["person_id"] == person
    assert left.payload["dealer_id"] == world.dealers[0]
    with pytest.raises(bindings.WrongStatus):
        bindings.decide(world.actor("owner1"), person, binding, "suspend", world.now)


def test_two_admins_who_end_each_other_at_once_leave_one(app: Flask, world: World) -> None:
    """Rows locked in one order: never both, and never oneself."""
    admin = world.actor("admin")
    with db.engine.begin() as tx:
        other = tx.execute(
            RoleBinding.__table__.insert()
            .values(person_id=world.people["agent"], role="admin", status="active")
            .returning(RoleBinding.id)
        ).scalar_one()
    with pytest.raises(Forbidden):
        bindings.decide(admin, world.people["admin"], world.bindings["admin"], "end", world.now)
    second = Actor(Role.ADMIN, world.people["agent"])
    wishes = [
        (admin, world.people["agent"], other),
        (second, world.people["admin"], world.bindings["admin"]),
    ]

    def end(wish: tuple[Actor, int, int]) -> str:
        with app.app_context():
            try:
                return bindings.decide(*wish, "end", world.now).status
            except bindings.LastAdmin as refused:
                return refused.code

    for _ in range(10):
        with db.engine.begin() as tx:
            tx.execute(
                RoleBinding.__table__.update().where(RoleBinding.role == "admin").values(status="active")
            )
        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(end, wishes)) == ["ended", "last_admin"]


def test_changing_wechat_accounts_needs_approval_ends_the_old_sessions_and_tells_the_old_account(
    world: World, wechat: Gateway, sim: Remote, guest: Opened
) -> None:
    """§4.4 from the request to the new account's first sign-in."""
    bound = bind(world, wechat, guest, invite(world), sim.phone_code("wang"))
    new = sessions.sign_in_wechat(wechat, sim.login_code("li"), CAME, world.now)
    for _ in range(2):
        with pytest.raises(RebindNeeded) as refused:
            people.link_phone(wechat, new.id, sim.phone_code("li", PHONES["wang"]), "2026-01", world.now)
        assert refused.value.extra == {}
    (asked,) = staff.rebindings(world.actor("owner1"), 0, 10)
    assert staff.rebindings(world.actor("agent"), 0, 10) == []
    assert staff.rebindings(world.actor("owner2"), 0, 10) == []
    for stranger in ("owner2", "agent", "installer2"):
        with pytest.raises(NotFound):
            rebindings.decide(world.actor(stranger), asked.id, True, world.now)
    assert rebindings.decide(world.actor("owner1"), asked.id, True, world.now).status == "approved"
    assert session_reads.find(session_reads.hashed(guest.token), world.now, None) is None
    assert sessions.sign_in_wechat(wechat, sim.login_code("wang"), CAME, world.now).role == "guest"
    assert sessions.sign_in_wechat(wechat, sim.login_code("li"), CAME, world.now).role == "installer"
    with db.engine.connect() as connection:
        notices = connection.execute(
            select(Outbox.payload, Outbox.person_id).where(Outbox.kind == "notice").order_by(Outbox.id)
        ).all()
    assert [row.payload["template"] for row in notices] == ["rebind_requested", "rebound"]
    assert notices[1].payload["identity_id"] == identity_of(guest)
    assert {row.person_id for row in notices} == {bound.person_id}
    with pytest.raises(rebindings.AlreadyDecided):
        rebindings.decide(world.actor("admin"), asked.id, False, world.now)


def test_the_old_accounts_session_may_approve_the_change_itself(
    world: World, wechat: Gateway, sim: Remote, guest: Opened
) -> None:
    """Who still holds the old phone needs nobody else."""
    linked = people.link_phone(wechat, guest.id, sim.phone_code("wang"), "2026-01", world.now)
    new = sessions.sign_in_wechat(wechat, sim.login_code("li"), CAME, world.now)
    with pytest.raises(RebindNeeded):
        people.link_phone(wechat, new.id, sim.phone_code("li", PHONES["wang"]), "2026-01", world.now)
    (asked,) = staff.rebindings(world.actor("agent"), 0, 10)
    me = Actor(Role.CUSTOMER, linked.person_id, guest.id)
    assert rebindings.decide(me, asked.id, True, world.now).person_id == linked.person_id


def test_wechats_revocation_withdraws_every_consent_and_ends_the_sessions(
    world: World, wechat: Gateway, sim: Remote, guest: Opened
) -> None:
    """Delivered twice or for a stranger it harms nothing."""
    people.link_phone(wechat, guest.id, sim.phone_code("wang"), "2026-01", world.now)
    openid = sim.user("wang")["openid"]
    for _ in range(2):
        consents.authorization_revoked(openid, world.now)
    consents.authorization_revoked("oNobody", world.now)
    assert session_reads.find(session_reads.hashed(guest.token), world.now, None) is None
    back = sessions.sign_in_wechat(wechat, sim.login_code("wang"), CAME, world.now)
    with pytest.raises(ConsentNeeded):
        people.link_phone(wechat, back.id, sim.phone_code("wang"), None, world.now)
