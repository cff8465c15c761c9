"""Phones, invitations, bindings, changes of WeChat accounts."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from domain.actors import Actor, Role
from domain.errors import Forbidden, NotFound, TooMany
from domain.people import BindingRefused, ConsentNeeded, IdentityBound, InvitationRefused, RebindNeeded
from models import db
from models.notice import Outbox
from models.person import AccessEvent, Consent, Invitation, Person, RoleBinding, Subject
from models.session import RebindRequest, Session, WechatIdentity
from services import bindings, consents, invitations, people, rebindings, sessions
from services.invitations import Post
from services.parts.access import Came, Opened
from services.parts.exchanges import CodeSpent
from services.parts.linking import PhoneSessionOnly
from services.people import PhoneNeeded, Wish
from services.queries import sessions as session_reads
from services.queries import staff
from tests.standing_in import PHONES
from tests.worlds import World
from wechat.gateway import Gateway
from wechat.stand_in.remote import Remote

pytest_plugins = ["tests.standing_in"]

CAME = Came("203.0.113.7", "device-1")


@pytest.fixture
def guest(world: World, wechat: Gateway, sim: Remote) -> Opened:
    """Wang, who has just opened the mini-program."""
    return sessions.sign_in_wechat(wechat, sim.login_code("wang"), CAME, world.now)


def identity_of(opened: Opened) -> int:
    with db.engine.connect() as connection:
        return connection.execute(select(Session.identity_id).where(Session.id == opened.id)).scalar_one()


def invite(world: World, phone: str = PHONES["wang"], by: str = "owner1") -> str:
    actor = world.actor(by)
    post = Post(Role.INSTALLER, world.dealers[0], None, phone)
    return invitations.issue(actor, post, world.now).code


def bind(
    world: World, wechat: Gateway, who: Opened, code: str | None, phone_code: str | None, **more: object
) -> people.Bound:
    wish = Wish(code, phone_code, "v1" if phone_code else None, None)
    now = more.pop("now", world.now)
    came = more.pop("came", CAME)
    return people.bind(wechat, who.id, identity_of(who), replace(wish, **more), came, now)


def kinds() -> Sequence[str]:
    with db.engine.connect() as connection:
        return connection.execute(select(AccessEvent.kind).order_by(AccessEvent.id)).scalars().all()


def test_a_verified_phone_makes_the_sessions_account_a_customer(
    world: World, wechat: Gateway, sim: Remote, guest: Opened
) -> None:
    """The person is made, the session and the account's other guests become it; nothing is readable at rest."""
    other = sessions.sign_in_wechat(wechat, sim.login_code("wang"), CAME, world.now)
    linked = people.link_phone(wechat, guest.id, sim.phone_code("wang"), "v1", world.now)
    assert linked.role == "customer"
    for opened in (guest, other):
        found = session_reads.find(session_reads.hashed(opened.token), world.now, None)
        assert found is not None
        assert (found.person_id, found.caller) == (linked.person_id, Role.CUSTOMER)
    with db.engine.connect() as connection:
        person = connection.execute(select(Person).where(Person.id == linked.person_id)).one()
        consent = connection.execute(select(Consent)).one()
    assert PHONES["wang"].encode() not in person.personal
    assert (consent.purpose, consent.version, consent.given) == ("phone", "v1", True)


def test_a_phone_is_taken_only_after_a_yes_and_a_no_counts(
    world: World, wechat: Gateway, sim: Remote, guest: Opened
) -> None:
    """Without consent the code is not even exchanged; the last word counts."""
    code = sim.phone_code("wang")
    with pytest.raises(ConsentNeeded):
        people.link_phone(wechat, guest.id, code, None, world.now)
    consents.say(guest.id, "phone", "v1", True, world.now)
    consents.say(guest.id, "phone", "v1", False, world.now)
    with pytest.raises(ConsentNeeded):
        people.link_phone(wechat, guest.id, code, None, world.now)
    assert sim.journal("wxa/business/getuserphonenumber") == []
    consents.say(guest.id, "phone", "v2", True, world.now)
    linked = people.link_phone(wechat, guest.id, code, None, world.now)
    with db.engine.connect() as connection:
        owners = connection.execute(select(Consent.person_id)).scalars().all()
    assert set(owners) == {linked.person_id}


def test_the_same_phone_again_changes_nothing_and_another_is_a_conflict(
    world: World, wechat: Gateway, sim: Remote, guest: Opened
) -> None:
    """An account belongs to one person; codes are good once."""
    code = sim.phone_code("wang")
    linked = people.link_phone(wechat, guest.id, code, "v1", world.now)
    with pytest.raises(CodeSpent):
        people.link_phone(wechat, guest.id, code, "v1", world.now)
    again = people.link_phone(wechat, guest.id, sim.phone_code("wang"), "v1", world.now)
    assert again.person_id == linked.person_id
    with pytest.raises(IdentityBound):
        people.link_phone(wechat, guest.id, sim.phone_code("wang", "13611112222"), "v1", world.now)


def test_a_login_code_is_no_phone_code(world: World, wechat: Gateway, sim: Remote, guest: Opened) -> None:
    """The two kinds of code cannot stand in for each other."""
    with pytest.raises(CodeSpent):
        people.link_phone(wechat, guest.id, sim.login_code("wang"), "v1", world.now)


def test_a_console_session_has_no_account_to_link(world: World, wechat: Gateway, sim: Remote) -> None:
    """Only sessions that came through WeChat can verify a phone."""
    world.sign_in("agent", world.now)
    with db.engine.connect() as connection:
        session_id = connection.execute(select(Session.id)).scalar_one()
    with pytest.raises(PhoneSessionOnly):
        people.link_phone(wechat, session_id, sim.phone_code("wang"), "v1", world.now)


def race(app: Flask, tries: Sequence[tuple[Gateway, Opened, str]], world: World) -> list[str]:
    """Link phones at the same time; the outcome of each."""

    def link(one: tuple[Gateway, Opened, str]) -> str:
        with app.app_context():
            try:
                people.link_phone(one[0], one[1].id, one[2], "v1", world.now)
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


def test_an_invitation_works_once(world: World, wechat: Gateway, sim: Remote, guest: Opened) -> None:
    """Used up by the first who binds, also when that ended pending."""
    code = invite(world)
    bind(world, wechat, guest, code, sim.phone_code("wang"))
    li = sessions.sign_in_wechat(wechat, sim.login_code("li"), CAME, world.now)
    with pytest.raises(InvitationRefused):
        bind(world, wechat, li, code, sim.phone_code("li"))


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
        people.link_phone(wechat, guest.id, sim.phone_code("wang", admins_phone), "v1", world.now)
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
    people.link_phone(wechat, guest.id, sim.phone_code("wang"), "v1", world.now)
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
    people.link_phone(wechat, guest.id, sim.phone_code("wang"), "v1", world.now)
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
            people.link_phone(wechat, new.id, sim.phone_code("li", PHONES["wang"]), "v1", world.now)
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
    linked = people.link_phone(wechat, guest.id, sim.phone_code("wang"), "v1", world.now)
    new = sessions.sign_in_wechat(wechat, sim.login_code("li"), CAME, world.now)
    with pytest.raises(RebindNeeded):
        people.link_phone(wechat, new.id, sim.phone_code("li", PHONES["wang"]), "v1", world.now)
    (asked,) = staff.rebindings(world.actor("agent"), 0, 10)
    me = Actor(Role.CUSTOMER, linked.person_id, guest.id)
    assert rebindings.decide(me, asked.id, True, world.now).person_id == linked.person_id


def test_wechats_revocation_withdraws_every_consent_and_ends_the_sessions(
    world: World, wechat: Gateway, sim: Remote, guest: Opened
) -> None:
    """Delivered twice or for a stranger it harms nothing."""
    people.link_phone(wechat, guest.id, sim.phone_code("wang"), "v1", world.now)
    openid = sim.user("wang")["openid"]
    for _ in range(2):
        consents.authorization_revoked(openid, world.now)
    consents.authorization_revoked("oNobody", world.now)
    assert session_reads.find(session_reads.hashed(guest.token), world.now, None) is None
    back = sessions.sign_in_wechat(wechat, sim.login_code("wang"), CAME, world.now)
    with pytest.raises(ConsentNeeded):
        people.link_phone(wechat, back.id, sim.phone_code("wang"), None, world.now)
