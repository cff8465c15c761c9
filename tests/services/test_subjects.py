"""Export, erasure, legal hold, and staff's logged look at a contact."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta

import orjson
import pytest
from flask import Flask
from sqlalchemy import select, update

from domain.actions import Action, Command
from domain.actors import Actor, Role
from domain.errors import NotFound
from domain.people import ContactExpired, ErasureRefused, OwnPhoneNeeded
from models import db
from models.job import Job, JobEvent
from models.notice import Outbox
from models.order import CustomerOrder
from models.person import AccessEvent, Person, RoleBinding, Subject
from models.promise import Promise
from models.session import WechatIdentity
from services import erasure_proof, exports, legal_holds, links, people, promises, sessions, subjects
from services.dispatching import dispatch_batch
from services.erasure_proof import Fault
from services.fees import run_fees
from services.lifecycle import perform
from services.parts import photo_store
from services.parts.access import Came, Opened
from services.photo_keeping import erase_photos
from services.photos import take_photo
from services.promises import Asked, AskedLine
from services.queries import sessions as reads
from services.queries.chains import verify_all
from tests.photographing import DOOR as AT_DOOR
from tests.photographing import HOUR, booked, picture, shot, stream, take_over
from tests.rows import rows
from tests.services.money import rule
from tests.standing_in import PHONES
from tests.worlds import DISTRICT, DOOR, SKU, World
from uploads.decode import Decoder
from wechat.gateway import Gateway
from wechat.stand_in.remote import Remote

CAME = Came("203.0.113.7", "customers-phone")


@pytest.fixture
def opened(world: World, wechat: Gateway, sim: Remote) -> Opened:
    """Wang's session, the phone verified."""
    found = sessions.sign_in_wechat(wechat, sim.login_code("wang"), CAME, world.now)
    people.link_phone(wechat, found.id, sim.phone_code("wang"), "2026-01", world.now)
    return found


@pytest.fixture
def customer(opened: Opened, world: World) -> Actor:
    """Wang as the API sees him."""
    found = reads.find(reads.hashed(opened.token), world.now, None)
    assert found is not None
    assert found.actor is not None
    return found.actor


def close(job_id: int, world: World) -> None:
    with db.engine.begin() as tx:
        tx.execute(update(Job).where(Job.id == job_id).values(status="closed", closed_at=world.now))


def test_an_open_complaint_holds_the_data_also_of_a_closed_job(world: World, customer: Actor) -> None:
    """Else its answer would be impossible, and its clock would run against who may not answer."""
    job_id = world.job(phone=PHONES["wang"])
    close(job_id, world)
    perform(
        customer, job_id, Command(Action.COMPLAINT_OPENED, category="workmanship", note="漏水"), world.now
    )
    with pytest.raises(ErasureRefused, match="投诉") as refused:
        subjects.erase(customer, world.now)
    assert refused.value.extra["reason"] == "legal_hold"

    [complaint] = rows("SELECT id FROM complaint")
    over = Command(Action.COMPLAINT_CLOSED, complaint_id=complaint.id, outcome="not_upheld")
    perform(world.actor("agent"), job_id, over, world.now)
    assert subjects.erase(customer, world.now).orders == 1


def test_the_export_holds_everything_opened_and_is_itself_logged(world: World, customer: Actor) -> None:
    """Person, consents, sessions, and the orders with that phone; no other customer's."""
    job_id = world.job(phone=PHONES["wang"])
    world.job(phone="13800009999", address="别人的地址")
    document = exports.export(customer, world.now)
    assert document.personal == {"name": None, "phone": f"+86{PHONES['wang']}"}
    assert [consent["purpose"] for consent in document.consents] == ["phone"]
    assert document.sessions[0]["device_id"] == "customers-phone"
    (order,) = document.orders
    assert order.personal["address"] == "芝罘区建设路 1 号"
    assert [job.id for job in order.jobs] == [job_id]
    assert "别人的地址" not in orjson.dumps(document).decode()
    with db.engine.connect() as connection:
        kinds = connection.execute(select(AccessEvent.kind).order_by(AccessEvent.id)).scalars().all()
    assert kinds[-1] == "exported"


def test_a_links_session_can_neither_export_nor_erase(world: World) -> None:
    """Who holds a link is nobody in particular."""
    actor = Actor(Role.CUSTOMER, job_id=world.job())
    for ask in (exports.export, subjects.erase):
        with pytest.raises(OwnPhoneNeeded):
            ask(actor, world.now)


def test_erasure_destroys_keys_and_leaves_ids_and_events(
    world: World, customer: Actor, opened: Opened
) -> None:
    """Person and orders are unreadable and unfindable; sessions and links end; photos are queued; events stay."""
    job_id, other = world.job(phone=PHONES["wang"]), world.job()
    close(job_id, world)
    asked = Asked((AskedLine(SKU),), division_code=DISTRICT, point=DOOR, phone=PHONES["wang"])
    promises.make(asked, world.now)
    with db.engine.begin() as tx:
        token = links.make(tx, job_id, world.now)
        events = tx.execute(select(JobEvent.__table__)).all()
    by_link = links.sign_in(token, CAME, world.now)
    erased = subjects.erase(customer, world.now)
    assert (erased.orders, erased.subjects) == (1, 2)
    with db.engine.connect() as connection:
        person = connection.execute(select(Person).where(Person.id == customer.person_id)).one()
        order = connection.execute(select(CustomerOrder).order_by(CustomerOrder.id)).first()
        keys = connection.execute(
            select(Subject.wrapped_key, Subject.erased_at).where(
                Subject.id.in_([person.subject_id, order.subject_id])
            )
        ).all()
        queued = connection.execute(select(Outbox).where(Outbox.kind == "erase_photos")).one()
        identity = connection.execute(select(WechatIdentity)).one()
        assert connection.execute(select(JobEvent.__table__)).all() == events
        promised = connection.execute(select(Promise.phone_lookup, Promise.observed)).one()
    assert (promised.phone_lookup, promised.observed["metres"]) == (None, {})
    assert (person.personal, person.phone_lookup, person.status) == (None, None, "ended")
    assert (order.personal, order.phone_lookup, order.place_lookup) == (None, None, None)
    assert keys == [(None, world.now)] * 2
    assert queued.payload == {"subject_ids": sorted([person.subject_id, order.subject_id])}
    assert identity.openid == f"erased:{identity.id}"
    for token in (opened.token, by_link.token):
        assert reads.find(reads.hashed(token), world.now, None) is None
    assert subjects.reveal(world.actor("agent"), other, "contact", world.now).name == "张三"


def test_erasure_forgets_how_far_from_the_door_each_dealer_was(world: World, customer: Actor) -> None:
    """Two distances lead back to a door. Why each dealer was asked or not is still to be read."""
    job_id = world.job(phone=PHONES["wang"])
    dispatch_batch(world.now)
    close(job_id, world)
    seen = rows("SELECT funnel, distance_m FROM offer")
    subjects.erase(customer, world.now)
    [kept] = rows("SELECT funnel, distance_m FROM offer")

    assert seen[0].distance_m is not None
    assert all(line["distance_m"] is not None for line in seen[0].funnel)
    assert kept.distance_m is None
    assert [line["distance_m"] for line in kept.funnel] == [None, None]
    assert [[step["step"] for step in line["steps"]] for line in kept.funnel] == [
        [step["step"] for step in line["steps"] if step["step"] != "distance"] for line in seen[0].funnel
    ]
    assert " km" not in str(kept.funnel)


_LEFT = """
SELECT photo.erased_at, photo.place, photo.device_id, print.words, m.numbers, c.place AS arrived, n.text AS said,
       code.code, v.place_lookup AS door
  FROM photo JOIN photo_print print ON print.photo_id = photo.id JOIN photo_match m ON m.photo_id = photo.id
  JOIN job ON job.id = photo.job_id JOIN visit v ON v.id = job.visit_id JOIN check_in c ON c.job_id = job.id
  JOIN note n ON n.job_id = job.id JOIN confirm_code code ON code.job_id = job.id WHERE photo.job_id = :job
"""


def test_erasure_empties_photos_fingerprints_places_and_words_and_chain_and_ledger_stand(
    world: World, customer: Actor, app: Flask
) -> None:
    """Bytes, renditions, the search's words and pairs, points, notes: gone from the rows, too, and recorded as gone."""
    job_id, other = world.job(phone=PHONES["wang"]), booked(world, 2)
    take_over(world, job_id, 1)
    with closing(Decoder(helpers=1)) as app.extensions[photo_store.DECODER]:
        for number, job in ((1, job_id), (2, other)):
            take_photo(world.actor(f"installer{number}"), job, shot(), stream(picture(320, 320)), world.now)
    perform(world.actor("installer1"), job_id, Command(Action.CHECK_IN, fix=AT_DOOR), world.now + HOUR)
    rows(
        "INSERT INTO confirm_code (job_id, code, made_at) VALUES (:job, 'x', :now)", job=job_id, now=world.now
    )
    complaint = Command(Action.COMPLAINT_OPENED, category="workmanship", note="漏水")
    perform(world.customer(job_id), job_id, complaint, world.now + HOUR)
    mine, theirs = (row.id for row in rows("SELECT id FROM photo ORDER BY id"))
    rows("INSERT INTO photo_print (photo_id, words) VALUES (:p, '{7}')", p=mine)
    rows("INSERT INTO photo_word VALUES (7, ARRAY[:p, :o])", p=mine, o=theirs)
    pair = "INSERT INTO photo_match VALUES (:p, :o, 'copy', false, 'reused', '{\"inliers\": 9}', now())"
    rows(pair, p=mine, o=theirs)
    rows("UPDATE job SET status = 'closed', closed_at = :now, open_complaints = 0", now=world.now + HOUR)
    rule()
    run_fees(world.now + HOUR)
    posted = rows("SELECT * FROM ledger_leg ORDER BY entry_id, account_id")

    subjects.erase(customer, world.now + HOUR)
    [owed] = rows("SELECT payload FROM outbox WHERE kind = 'erase_photos'")
    erase_photos(owed.payload["subject_ids"], world.now + HOUR)

    assert rows(_LEFT, job=job_id) == [(world.now + HOUR, None, None, [], {}, None, None, None, None)]
    assert rows("SELECT photos FROM photo_word") == [([theirs],)]
    assert len({stored.key[:64] for stored in photo_store.store().iterate()}) == 1
    assert [found for found in erasure_proof.verify() if isinstance(found, Fault)] == []
    assert verify_all().broken == ()
    assert posted
    assert rows("SELECT * FROM ledger_leg ORDER BY entry_id, account_id") == posted


def test_who_comes_back_after_erasure_is_a_stranger(
    world: World, wechat: Gateway, sim: Remote, customer: Actor
) -> None:
    """The same account and phone make a new person; nothing of the old one is found."""
    subjects.erase(customer, world.now)
    back = sessions.sign_in_wechat(wechat, sim.login_code("wang"), CAME, world.now)
    assert back.role == "guest"
    linked = people.link_phone(wechat, back.id, sim.phone_code("wang"), "2026-01", world.now)
    assert linked.person_id != customer.person_id


def test_erasure_waits_for_open_jobs_legal_holds_and_staff_roles(world: World, customer: Actor) -> None:
    """Refused with the reason, which is logged; then granted."""
    job_id = world.job(phone=PHONES["wang"])
    seen = []

    def refused() -> None:
        with pytest.raises(ErasureRefused) as why:
            subjects.erase(customer, world.now)
        seen.append(why.value.extra["reason"])

    refused()
    close(job_id, world)
    hold = legal_holds.place(world.actor("agent"), job_id, "complaint", None, world.now)
    refused()
    legal_holds.lift(world.actor("admin"), hold.id, "settled", world.now)
    with db.engine.begin() as tx:
        post = {"person_id": customer.person_id, "role": "agent", "status": "active"}
        tx.execute(RoleBinding.__table__.insert().values(post))
    refused()
    with db.engine.begin() as tx:
        tx.execute(update(RoleBinding).where(RoleBinding.role == "agent").values(status="ended"))
    assert subjects.erase(customer, world.now).orders == 1
    assert seen == ["job_open", "legal_hold", "staff_active"]
    with db.engine.connect() as connection:
        logged = select(AccessEvent.reason).where(AccessEvent.kind == "erasure_refused")
        assert connection.execute(logged.order_by(AccessEvent.id)).scalars().all() == seen


def test_a_look_at_a_contact_is_logged_with_who_why_and_which_job(world: World) -> None:
    """The log names ids and a reason from a list, and nothing of the contact."""
    job_id = world.job()
    contact = subjects.reveal(world.actor("agent"), job_id, "complaint", world.now)
    assert (contact.name, contact.phone, contact.address) == ("张三", "13800001111", "芝罘区建设路 1 号")
    with db.engine.connect() as connection:
        event = connection.execute(select(AccessEvent)).one()
    assert (event.kind, event.actor_person_id, event.actor_role, event.job_id, event.reason, event.data) == (
        "revealed",
        world.people["agent"],
        "agent",
        job_id,
        "complaint",
        {},
    )


def test_a_refused_look_is_logged_too(world: World) -> None:
    """Another dealer may not know of the job; the own installer loses the contact a week after the end."""
    job_id = world.job()
    with db.engine.begin() as tx:
        mine = {"dealer_id": world.dealers[0], "installer_id": world.people["installer1"]}
        tx.execute(update(Job).where(Job.id == job_id).values(**mine))
    assert subjects.reveal(world.actor("installer1"), job_id, "contact", world.now).name == "张三"
    with pytest.raises(NotFound):
        subjects.reveal(world.actor("owner2"), job_id, "contact", world.now)
    close(job_id, world)
    with pytest.raises(ContactExpired):
        subjects.reveal(world.actor("installer1"), job_id, "contact", world.now + timedelta(days=8))
    with db.engine.connect() as connection:
        logged = select(AccessEvent.reason).where(AccessEvent.kind == "reveal_refused")
        assert connection.execute(logged.order_by(AccessEvent.id)).scalars().all() == [
            "not_found",
            "contact_expired",
        ]


def test_a_legal_hold_says_who_laid_it_when_and_why_and_who_lifted_it(world: World) -> None:
    """Another desk does not know of the job; of two holds one may go; nobody lifts one twice."""
    job_id, agent, admin = world.job(), world.actor("agent"), world.actor("admin")
    with pytest.raises(NotFound):
        legal_holds.place(Actor(Role.AGENT, 1, channel_ids=frozenset({0})), job_id, "court", None, world.now)
    court = legal_holds.place(admin, job_id, "court", "(2026)鲁0602民初1号", world.now)
    other = legal_holds.place(agent, job_id, "dispute", None, world.now)
    lifted = legal_holds.lift(admin, court.id, "settled", world.now)
    with pytest.raises(legal_holds.AlreadyLifted):
        legal_holds.lift(admin, court.id, "settled", world.now)
    with pytest.raises(NotFound):
        legal_holds.lift(admin, 10**9, "settled", world.now)

    assert (court.placed_by, court.placed_at) == (admin.person_id, world.now)
    assert (lifted.lifted_by, lifted.lifted_at, lifted.lifted_for) == (admin.person_id, world.now, "settled")
    assert legal_holds.listed(admin, None, job_id, None, 10) == [other, lifted]
    assert legal_holds.listed(agent, True, None, None, 10) == [other]
    elsewhere = Actor(Role.AGENT, 1, channel_ids=frozenset({0}))
    assert legal_holds.listed(elsewhere, None, None, None, 10) == []
