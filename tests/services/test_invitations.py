"""Invitation and phone together make a role; anything less waits or is refused."""

from __future__ import annotations

import base64
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from domain.actors import Actor, Role
from domain.errors import Forbidden, NotFound, TooMany
from domain.notices import CLAIM_PAGE
from domain.people import BindingRefused, InvitationRefused, RebindNeeded
from models import db
from models.notice import Outbox
from models.person import Invitation, Person
from models.session import RebindRequest
from services import bindings, invitations, people, sessions
from services.invitations import Post
from services.parts.access import Came, Opened
from services.people import PhoneNeeded
from services.queries import sessions as session_reads
from services.queries import staff
from tests.services.guests import bind, invite, kinds
from tests.standing_in import APP, CAME, PHONES, SECRET
from tests.worlds import World
from wechat.gateway import Gateway
from wechat.stand_in.remote import Remote


def test_invitation_and_expected_phone_make_the_role_active_at_once(
    world: World, wechat: Gateway, sim: Remote, guest: Opened
) -> None:
    """The session acts in the new role; typed in lower case without dashes it is the same invitation."""
    code = invite(world)
    bound = bind(world, wechat, guest, code.lower().replace("-", ""), sim.phone_code("wang"), name="王强")
    assert (bound.status, bound.role, bound.dealer_id) == ("active", "installer", world.dealers[0])
    found = session_reads.find(session_reads.hashed(guest.token), world.now, None)
    assert found is not None
    assert found.actor is not None
    assert (found.actor.role, found.actor.dealer_id) == (Role.INSTALLER, world.dealers[0])
    member = staff.members(world.actor("owner1"), None, None, 0, 100)[-1]
    assert (member.name, member.phone) == ("王强", "138****8000")
    assert code.replace("-", "") not in str(kinds())


def test_a_picture_of_an_invitation_is_drawn_for_who_may_manage_it_while_it_is_open(
    world: World, wechat: Gateway, sim: Remote
) -> None:
    """Another dealer's owner, a wrong code and one taken back find nothing."""
    sim.setup(apps=[{"appid": APP, "secret": SECRET, "pages": [CLAIM_PAGE]}])
    code, owner = invite(world), world.actor("owner1")
    drawn = invitations.picture(wechat, owner, code.lower(), world.now)
    seen = sim.scan(base64.b64decode(drawn.image_base64))
    assert (drawn.media_type, seen["page"], seen["scene"]) == ("image/png", CLAIM_PAGE, code.replace("-", ""))
    for who, typed in ((world.actor("owner2"), code), (owner, "0" * 20)):
        with pytest.raises(NotFound):
            invitations.picture(wechat, who, typed, world.now)
    invitations.revoke(owner, staff.invitations(owner, 1 << 40, 1)[0].id, world.now)
    with pytest.raises(NotFound):
        invitations.picture(wechat, owner, code, world.now)


def test_an_invitation_works_once(world: World, wechat: Gateway, sim: Remote, guest: Opened) -> None:
    """Used up by whom it was for, and not before: a stranger who found it only asks, and is heard five times."""
    code = invite(world)
    li = sessions.sign_in_wechat(wechat, sim.login_code("li"), CAME, world.now)
    asked = [bind(world, wechat, li, code, sim.phone_code("li")).status for _ in range(5)]
    with pytest.raises(TooMany):
        bind(world, wechat, li, code, sim.phone_code("li"))
    elsewhere = replace(CAME, address="203.0.113.9")
    taken = bind(world, wechat, guest, code, sim.phone_code("wang"), came=elsewhere)
    with pytest.raises(InvitationRefused):
        bind(world, wechat, guest, code, sim.phone_code("wang"), came=elsewhere)

    assert (asked, taken.status) == (["pending"] * 5, "active")


def test_another_phone_than_expected_waits_for_approval_and_alerts_the_inviter(
    world: World, wechat: Gateway, sim: Remote, guest: Opened
) -> None:
    """The invitation alone gives no rights; the owner approves, and only then the role can be used."""
    bound = bind(world, wechat, guest, invite(world, PHONES["li"]), sim.phone_code("wang"))
    assert (bound.status, bound.reason) == ("pending", "phone_differs")
    with db.engine.connect() as connection:
        told = connection.execute(select(Outbox)).one()
    assert (told.kind, told.person_id) == ("notice", world.people["owner1"])
    assert told.payload == {"template": "binding_pending", "binding_id": bound.binding_id, "alert": True}
    me = Actor(Role.CUSTOMER, bound.person_id, guest.id)
    with pytest.raises(NotFound):
        sessions.switch_role(me, bound.binding_id or 0, world.now)
    decided = bindings.decide(
        world.actor("owner1"), bound.person_id, bound.binding_id or 0, "approve", world.now
    )
    assert decided.status == "active"
    assert sessions.switch_role(me, decided.binding_id, world.now).role == "installer"


def test_an_expected_phone_without_the_invitation_at_most_waits(
    world: World, wechat: Gateway, sim: Remote, guest: Opened
) -> None:
    """Phone alone is never a role; approval closes the invitation that was not shown."""
    invite(world)
    bound = bind(world, wechat, guest, None, sim.phone_code("wang"))
    assert (bound.status, bound.reason) == ("pending", "phone_without_invitation")
    bindings.decide(world.actor("owner1"), bound.person_id, bound.binding_id or 0, "approve", world.now)
    with db.engine.connect() as connection:
        assert connection.execute(select(Invitation.revoked_at)).scalar_one() == world.now


def test_a_phone_nobody_expects_stays_a_customer(
    world: World, wechat: Gateway, sim: Remote, guest: Opened
) -> None:
    """No invitation, no expectation: no staff binding is written."""
    bound = bind(world, wechat, guest, None, sim.phone_code("wang"))
    assert (bound.role, bound.binding_id) == ("customer", None)


def test_a_recycled_number_of_staff_gives_nothing_without_an_invitation(
    world: World, wechat: Gateway, sim: Remote, guest: Opened
) -> None:
    """Whoever verifies an admin's old number files a request and stays a guest."""
    with db.engine.connect() as connection:
        known = connection.execute(select(func.count(Person.id))).scalar_one()
    admins_phone = f"139{list(world.people).index('admin'):08d}"
    with pytest.raises(RebindNeeded):
        people.link_phone(wechat, guest.id, sim.phone_code("wang", admins_phone), "2026-01", world.now)
    found = session_reads.find(session_reads.hashed(guest.token), world.now, None)
    assert found is not None
    assert found.caller == "guest"
    with db.engine.connect() as connection:
        assert connection.execute(select(func.count(Person.id))).scalar_one() == known
        request = connection.execute(select(RebindRequest)).one()
    assert request.person_id == world.people["admin"]


def test_an_invitation_for_the_phone_lets_known_staff_in_by_wechat(
    world: World, wechat: Gateway, sim: Remote, guest: Opened
) -> None:
    """Invitation and phone are two proofs: the person of the console gets its account."""
    agents_phone = f"139{list(world.people).index('agent'):08d}"
    bound = bind(world, wechat, guest, invite(world, agents_phone), sim.phone_code("wang", agents_phone))
    assert (bound.person_id, bound.status) == (world.people["agent"], "active")


def test_wrong_expired_used_and_revoked_invitations_are_refused_alike(
    world: World, wechat: Gateway, sim: Remote, guest: Opened
) -> None:
    """One code, one text; nothing tells them apart."""
    li = sessions.sign_in_wechat(wechat, sim.login_code("li"), Came("203.0.113.8"), world.now)
    used, expired, revoked = invite(world, PHONES["li"]), invite(world), invite(world)
    bind(world, wechat, li, used, sim.phone_code("li"), came=Came("203.0.113.8"))
    open_ones = staff.invitations(world.actor("owner1"), 2**62, 10)
    invitations.revoke(world.actor("owner1"), open_ones[0].id, world.now)
    people.link_phone(wechat, guest.id, sim.phone_code("wang"), "2026-01", world.now)
    seen = set()
    for code, now in (
        ("00000-00000-00000-00000", world.now),
        (used, world.now),
        (revoked, world.now),
        (expired, world.now + timedelta(days=7)),
    ):
        with pytest.raises(InvitationRefused) as refused:
            bind(world, wechat, guest, code, None, now=now)
        seen.add((refused.value.code, refused.value.title, refused.value.detail, str(refused.value.extra)))
    assert len(seen) == 1


def test_five_wrong_invitations_lock_the_account_and_the_address(
    world: World, wechat: Gateway, sim: Remote, guest: Opened
) -> None:
    """The right one is refused too while locked; from elsewhere as somebody else it is not; later it is taken."""
    people.link_phone(wechat, guest.id, sim.phone_code("wang"), "2026-01", world.now)
    code = invite(world)
    for _ in range(5):
        with pytest.raises(InvitationRefused):
            bind(world, wechat, guest, "wrong", None)
    with pytest.raises(TooMany):
        bind(world, wechat, guest, code, None, came=Came("198.51.100.1"))
    li = sessions.sign_in_wechat(wechat, sim.login_code("li"), CAME, world.now)
    with pytest.raises(TooMany):
        bind(world, wechat, li, "wrong", None)
    later = world.now + timedelta(minutes=15)
    assert bind(world, wechat, guest, code, None, now=later).status == "active"
    assert kinds().count("binding_refused") == 5


def test_right_invitations_of_a_whole_room_lock_nobody(world: World, wechat: Gateway, sim: Remote) -> None:
    """Only wrong tries count against an address: eight installers bind behind one."""
    for number in range(8):
        phone = f"1370000{number:04d}"
        sim.setup(users=[{"alias": f"p{number}", "nickname": "p", "phone": phone}])
        opened = sessions.sign_in_wechat(wechat, sim.login_code(f"p{number}"), CAME, world.now)
        bound = bind(world, wechat, opened, invite(world, phone), sim.phone_code(f"p{number}"))
        assert bound.status == "active"


def test_binding_begins_with_a_phone(world: World, wechat: Gateway, guest: Opened) -> None:
    """An account without a person cannot take an invitation, and the invitation stays good."""
    with pytest.raises(PhoneNeeded):
        bind(world, wechat, guest, invite(world), None)
    with db.engine.connect() as connection:
        assert connection.execute(select(Invitation.used_at)).scalar_one() is None


def test_an_invitation_undoes_no_suspension(
    world: World, wechat: Gateway, sim: Remote, guest: Opened
) -> None:
    """Who was suspended is lifted by an approver only; the role held already is refused too."""
    bound = bind(world, wechat, guest, invite(world), sim.phone_code("wang"))
    with pytest.raises(BindingRefused):
        bind(world, wechat, guest, invite(world), None)
    bindings.decide(world.actor("admin"), bound.person_id, bound.binding_id or 0, "suspend", world.now)
    again = sessions.sign_in_wechat(wechat, sim.login_code("wang"), CAME, world.now)
    with pytest.raises(BindingRefused):
        bind(world, wechat, again, invite(world), None)


def test_owners_invite_to_their_own_dealer_only_and_others_not_at_all(world: World) -> None:
    """Refusals hide other dealers and are in the audit trail."""
    there = Post(Role.INSTALLER, world.dealers[1], None, PHONES["wang"])
    with pytest.raises(NotFound):
        invitations.issue(world.actor("owner1"), there, world.now)
    for role in (Role.DEALER_OWNER,):
        with pytest.raises(Forbidden):
            invitations.issue(
                world.actor("owner1"), Post(role, world.dealers[0], None, PHONES["wang"]), world.now
            )
    with pytest.raises(Forbidden):
        invitations.issue(world.actor("dispatcher1"), replace(there, dealer_id=world.dealers[0]), world.now)
    assert kinds() == ["invitation_refused"] * 3
    assert staff.invitations(world.actor("admin"), 2**62, 10) == []


def test_one_invitation_shown_twice_at_once_lets_one_in(
    app: Flask, world: World, wechat: Gateway, sim: Remote, guest: Opened
) -> None:
    """The invitation's row lock decides; the other request hears what everybody hears."""
    code = invite(world)
    shown = [(guest, sim.phone_code("wang")), (guest, sim.phone_code("wang"))]

    def show(one: tuple[Opened, str]) -> str:
        with app.app_context():
            try:
                bind(world, wechat, one[0], code, one[1])
            except InvitationRefused as refused:
                return refused.code
            return "bound"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(show, shown)) == ["bound", "invitation_refused"]
