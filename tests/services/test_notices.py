"""The drain over a real database and the stand-in's socket: everybody is told, nobody twice, whatever breaks."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update

from domain.actors import Actor, Role
from domain.notices import SUBSCRIBE, TEMPLATES
from models import db
from models.job import Job
from models.notice import Outbox
from models.person import Desk, DeskChannel, Person, RoleBinding, Subject
from services import links, subjects
from services.parts import notice_queue
from services.parts.access import Came
from services.personal import seal, subject_key
from tests.rows import rows
from tests.services.telling import SEND, Post, customer, left, post_office, set_up, wechats_world  # noqa: F401
from tests.worlds import World
from wechat.gateway import Gateway, Sent, SubscribeMessage
from wechat.stand_in.remote import Remote

HOUR, MINUTE = 3600.0, 60.0


class Wrapped:
    """The real gateway with something done before or after a send."""

    def __init__(self, gateway: Gateway, before: Any = None, after: Any = None) -> None:
        self.gateway, self.before, self.after = gateway, before, after

    def ping(self) -> None:
        self.gateway.ping()

    def send(self, message: SubscribeMessage) -> Sent:
        if self.before:
            self.before()
        sent = self.gateway.send(message)
        if self.after:
            self.after()
        return sent


def inbox(person_id: int) -> list[Any]:
    """What a person was told."""
    return rows("SELECT title, body FROM inbox_item WHERE person_id = :p ORDER BY id", p=person_id)


def test_everybody_of_an_audience_finds_it_in_the_inbox_once(post: Post, world: World) -> None:
    """A desk is the dispatchers and the owner of the named dealers; draining again adds nothing."""
    job_id = world.job()
    post.owe("job_urged", "desk", job_id, dealer_ids=[world.dealers[0]])
    first, second = post.drain(), post.drain()

    told = {row.person_id for row in rows("SELECT person_id FROM inbox_item")}
    assert told == {world.people["dispatcher1"], world.people["owner1"]}
    assert (first.told, second.told) == (1, 0)
    assert inbox(world.people["owner1"])[0].body == f"客服催办工单 {job_id}，请尽快答复"


def test_agents_are_told_of_the_channels_of_their_desk(post: Post, world: World) -> None:
    """Of a job or a shop: an agent without a desk sees all, one of another desk or an ended one nothing."""
    with db.engine.begin() as tx:
        desks = [
            tx.execute(insert(Desk).values(name=n).returning(Desk.id)).scalar_one() for n in ("自营", "天猫")
        ]
        tx.execute(insert(DeskChannel).values(desk_id=desks[0], channel_id=world.channel_id))
        for name, desk_id, status in (("auditor", desks[0], "active"), ("finance", desks[1], "active")):
            values = {"person_id": world.people[name], "role": Role.AGENT, "desk_id": desk_id}
            tx.execute(insert(RoleBinding).values(status=status, **values))
        ended = {"person_id": world.people["admin"], "role": Role.AGENT, "status": "ended"}
        tx.execute(insert(RoleBinding).values(**ended))
    post.owe("complaint_opened", "agents", world.job())
    post.owe("review_alert", "agents", channel_id=world.channel_id)
    post.drain()

    told = [row.person_id for row in rows("SELECT person_id FROM inbox_item ORDER BY 1")]
    assert told == [world.people["agent"]] * 2 + [world.people["auditor"]] * 2


def test_a_grant_is_spent_once_and_without_one_it_is_an_sms(post: Post) -> None:
    """Two notices and one grant: one subscribe message, one SMS, both in the inbox; the ledger says nothing left."""
    job_id = post.buyer("wang", "confirm")
    [account] = rows("SELECT id, person_id FROM wechat_identity")
    post.owe("please_confirm", "customer", job_id)
    post.drain()
    post.owe("confirm_reminder", "customer", job_id)
    post.drain()

    assert post.delivered() == [("wang", "confirm")]
    assert left(account.id, "confirm") == 0
    assert len(post.texted()) == 1
    assert len(inbox(account.person_id)) == 2
    assert len(post.sim.journal(SEND)) == 1


def test_a_grant_we_only_imagined_ends_in_an_sms_and_a_true_ledger(post: Post) -> None:
    """43101: the ledger goes to zero, the row waits for nobody, the customer gets the SMS."""
    job_id = post.buyer("wang", "confirm", "confirm")
    [account] = rows("SELECT id FROM wechat_identity")
    post.sim.revoke("wang", "confirm")
    post.owe("please_confirm", "customer", job_id)
    drained = post.drain()

    assert (drained.dropped, drained.sms, left(account.id, "confirm")) == (1, 1, 0)
    [row] = rows("SELECT state, last_error FROM outbox WHERE wire = 'wechat'")
    assert (row.state, row.last_error) == ("dropped", "用户未授权接收该消息 / 43101 user_refused")


def test_a_customer_nobody_knows_gets_a_link_that_opens_exactly_this_job(post: Post, world: World) -> None:
    """No person, so no inbox; the log shows the masked number, and the link's token signs in to the job."""
    job_id = world.job(phone="13812345678")
    post.owe("please_confirm", "customer", job_id)
    post.drain()

    [line] = post.texted()
    assert "138****5678 【妥装】安装单" in line
    assert "13812345678" not in line
    token = line.split("#t=")[1].split()[0]
    assert links.sign_in(token, Came("203.0.113.9"), post.clock()).job_id == job_id
    assert rows("SELECT id FROM inbox_item") == []


def test_small_matters_are_no_sms_and_unreachable_customers_are_parked_with_the_reason(
    post: Post, world: World
) -> None:
    """The table says what is worth an SMS; a destroyed key or a landline leaves nobody to write to."""
    quiet, erased, landline = world.job(), world.job(), world.job(phone="05356212345")
    with db.engine.begin() as tx:
        subject = select(Job.subject_id).where(Job.id == erased).scalar_subquery()
        tx.execute(update(Subject).where(Subject.id == subject).values(wrapped_key=None))
    post.owe("job_held", "customer", quiet)
    for job_id in (erased, landline):
        post.owe("please_confirm", "customer", job_id)
    post.drain()

    assert post.texted() == []
    found = rows("SELECT job_id, state, last_error FROM outbox WHERE wire = 'sms' ORDER BY job_id")
    assert [tuple(row) for row in found] == [
        (job_id, "parked", "没有可用的手机号") for job_id in (erased, landline)
    ]


def test_wechat_down_for_an_hour_blocks_nobody_and_loses_nothing(post: Post, world: World) -> None:
    """Inbox and SMS go on meanwhile; no attempt is used up; afterwards every message arrives, none twice."""
    job_id = post.buyer("wang", *["confirm"] * 12, *["charge"] * 2)
    [account] = rows("SELECT person_id FROM wechat_identity")
    post.sim.preset("down")
    for minute in range(12):
        post.owe("please_confirm", "customer", job_id)
        post.owe("please_confirm", "customer", world.job(phone=f"1381111{minute:04d}"))
        post.drain(after=5 * MINUTE)
    assert (len(inbox(account.person_id)), len(post.texted()), post.delivered()) == (12, 12, [])
    assert rows("SELECT max(attempts) AS n FROM outbox WHERE wire = 'wechat'")[0].n == 0

    post.sim.preset("down", on=False)
    post.owe("charge_proposed", "customer", job_id)
    for _ in range(3):
        post.drain(after=2 * MINUTE)

    assert sorted(post.delivered()) == [("wang", "charge")] + [("wang", "confirm")] * 12
    assert set(post.states("wechat")) == {"sent"}
    assert len(post.sim.journal(SEND)) == 13
    assert len(post.texted()) == 12


def test_wechat_going_down_between_ping_and_send_postpones_the_rest(post: Post, world: World) -> None:
    """The first refused connection ends the round: one attempt is counted, the others stay untouched."""
    job_id = post.buyer("wang", *["confirm"] * 3)
    for _ in range(3):
        post.owe("please_confirm", "customer", job_id)
    drained = post.drain(gateway=Wrapped(post.gateway, before=lambda: post.sim.preset("down")))
    assert (drained.retried, drained.wechat) == (1, 0)
    assert [row.attempts for row in rows("SELECT attempts FROM outbox WHERE wire = 'wechat' ORDER BY id")] == [
        1, 0, 0,
    ]  # fmt: skip

    post.sim.heal()
    post.drain(after=2 * MINUTE)
    assert post.delivered() == [("wang", "confirm")] * 3


def test_lost_answers_are_never_followed_by_a_second_message(post: Post) -> None:
    """The messages arrive and nobody hears so: uncertain, not repeated, and by SMS only after a quarter of an hour."""
    job_id = post.buyer("wang", "confirm", "confirm")
    post.drain()
    post.sim.preset("lost-replies")
    for _ in range(2):
        post.owe("please_confirm", "customer", job_id)
    assert post.drain().uncertain == 2
    post.sim.heal()
    for _ in range(14):
        post.drain(after=MINUTE)
    assert (post.states("wechat"), post.texted()) == (["uncertain"] * 2, [])
    post.drain(after=2 * MINUTE)
    post.drain(after=HOUR)

    assert post.delivered() == [("wang", "confirm")] * 2
    assert len(post.sim.journal(SEND)) == 2
    assert (post.states("wechat"), post.states("sms")) == (["dropped"] * 2, ["sent"] * 2)


def test_silence_in_a_row_stops_the_round(post: Post, world: World) -> None:
    """When WeChat swallows messages one after the other, the rest waits instead of becoming uncertain, too."""
    job_id = post.buyer("wang", *["confirm"] * 6)
    post.drain()
    post.sim.fault("reset", path=SEND)
    for _ in range(6):
        post.owe("please_confirm", "customer", job_id)
    drained = post.drain()
    assert (drained.uncertain, post.states("wechat").count("pending")) == (3, 3)


def test_two_drains_at_once_send_each_message_once(post: Post, app: Flask) -> None:
    """Rows are taken with SKIP LOCKED and fenced by their attempt."""
    job_id = post.buyer("wang", *["confirm"] * 30)
    post.drain()
    for _ in range(30):
        post.owe("please_confirm", "customer", job_id)
    ready = threading.Barrier(2)

    def run() -> None:
        with app.app_context():
            ready.wait()
            post.drain()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    post.drain()

    assert len(post.delivered()) == 30
    assert len(post.sim.journal(SEND)) == 30
    assert post.states("wechat") == ["sent"] * 30
    assert rows("SELECT count(*) AS n FROM inbox_item")[0].n == 30


def test_a_drain_that_dies_between_send_and_outcome_spoils_one_message_at_most(post: Post) -> None:
    """The one in flight is uncertain and never repeated; what was only reserved goes out when the lease is over."""
    job_id = post.buyer("wang", *["confirm"] * 4)
    for _ in range(4):
        post.owe("please_confirm", "customer", job_id)

    def die() -> None:
        raise RuntimeError("killed")

    with pytest.raises(RuntimeError):
        post.drain(gateway=Wrapped(post.gateway, after=die))
    assert post.states("wechat") == ["sending", "pending", "pending", "pending"]
    post.drain(after=MINUTE)
    assert len(post.delivered()) == 1
    post.drain(after=5 * MINUTE)
    post.drain(after=HOUR)

    assert len(post.delivered()) == 4
    assert len(post.sim.journal(SEND)) == 4
    assert post.states("wechat") == ["dropped", "sent", "sent", "sent"]


def test_a_slow_drain_finds_that_its_row_is_no_longer_its_own(post: Post) -> None:
    """Its lease ran out while it slept, another drain took over: it does not begin."""
    job_id = post.buyer("wang", "confirm")
    post.owe("please_confirm", "customer", job_id)
    post.sim.preset("down")
    post.drain()
    post.sim.heal()
    then = post.clock() + timedelta(minutes=2)
    with db.engine.begin() as tx:
        [slow] = notice_queue.reserve(tx, "wechat", then, 5)
    with db.engine.begin() as tx:
        [quick] = notice_queue.reserve(tx, "wechat", then + notice_queue.LEASE, 5)
    with db.engine.begin() as tx:
        assert (notice_queue.start(tx, slow, then), notice_queue.start(tx, quick, then)) == (False, True)
        assert not notice_queue.settle(tx, slow, "parked")


def test_a_fault_of_our_account_is_waited_out_and_one_templates_fault_stops_only_that(
    post: Post, sim: Remote
) -> None:
    """Endless 40001 costs one attempt a round; an unknown template keeps its messages, the others go."""
    job_id = post.buyer("wang", *["confirm"] * 3, "charge")
    sim.preset("endless-40001")
    for _ in range(3):
        post.owe("please_confirm", "customer", job_id)
    assert post.drain().retried == 1
    sim.heal()
    sim.fault("errcode", path=SEND, phase="before", times=1, errcode=40037)
    post.owe("charge_proposed", "customer", job_id)
    drained = post.drain(after=2 * MINUTE)
    assert (drained.retried, drained.wechat) == (1, 1)
    sim.heal()
    post.drain(after=5 * MINUTE)
    assert sorted(post.delivered()) == [("wang", "charge")] + [("wang", "confirm")] * 3


def test_the_pauses_stay_under_ten_minutes_and_last_longer_than_a_day() -> None:
    """10 s at first, never more than 600 s; all attempts together span at least 24 h before the row is parked."""
    now = datetime(2026, 3, 2, tzinfo=UTC)
    tries = [
        notice_queue.Row(7, "k", 1, 1, {}, "wechat", "pending", n, now)
        for n in range(1, notice_queue.ATTEMPTS)
    ]
    pauses = [notice_queue.pause(row) for row in tries]
    assert timedelta(seconds=10) <= pauses[0] <= timedelta(seconds=12)
    assert max(pauses) <= timedelta(minutes=10)
    assert sum(pauses, timedelta()) >= timedelta(hours=24)


def test_no_transaction_is_open_while_wechat_is_asked(post: Post) -> None:
    """During a send this database has no session idle in a transaction."""
    job_id = post.buyer("wang", "confirm")
    post.owe("please_confirm", "customer", job_id)
    seen: list[int] = []

    def look() -> None:
        mine = "datname = current_database() AND state LIKE 'idle in transaction%'"
        seen.append(rows(f"SELECT count(*) AS n FROM pg_stat_activity WHERE {mine}")[0].n)

    post.drain(gateway=Wrapped(post.gateway, before=look))
    assert (seen, len(post.delivered())) == ([0], 1)


def test_every_template_fits_what_wechat_takes(post: Post, world: World) -> None:
    """All notices of the table, sent for real: none is refused for a value; hints are whole, phrases Chinese."""
    person_id = world.people["dispatcher1"]
    account = post.account("li", person_id, *[name for name in SUBSCRIBE for _ in range(len(TEMPLATES))])
    job_id, before = world.job(), "window_wanted"
    post.owe(before, None, job_id, row_person=person_id)
    post.drain()
    with db.engine.begin() as tx:
        window = {"window_start": world.now, "window_end": world.now + timedelta(hours=2)}
        tx.execute(update(Job).where(Job.id == job_id).values(**window))
    for name in TEMPLATES.keys() - {before}:
        post.owe(name, None, job_id, row_person=person_id)
    post.drain()

    refused = [one["errmsg"] for one in post.sim.inbox() if not one["delivered"]]
    assert (refused, len(post.delivered())) == ([], len(TEMPLATES))
    assert [name for name, one in TEMPLATES.items() if len(one.hint) > 20] == []
    accounts = sum(one.wechat == "account" for one in TEMPLATES.values())
    assert left(account, "account") == len(TEMPLATES) - accounts


def test_a_visit_that_has_no_time_any_more_is_not_announced(post: Post) -> None:
    """The inbox keeps what was owed; phone and SMS are spared, with the reason."""
    job_id = post.buyer("wang", "visit")
    post.owe("visit_booked", "customer", job_id)
    post.drain()
    [row] = rows("SELECT state, last_error FROM outbox WHERE wire = 'wechat'")
    assert (row.state, row.last_error) == ("dropped", "通知内容已过时 / notice_obsolete")
    assert (post.delivered(), post.texted()) == ([], [])


def test_a_customer_is_asked_for_a_time_until_one_is_chosen(post: Post) -> None:
    """Whoever books by phone at once spares the customer the question."""
    job_id = post.buyer("wang", "progress", "progress")
    post.owe("window_wanted", "customer", job_id)
    post.drain()
    with db.engine.begin() as tx:
        window = {"window_start": post.clock(), "window_end": post.clock() + timedelta(hours=2)}
        tx.execute(update(Job).where(Job.id == job_id).values(window))
    post.owe("window_wanted", "customer", job_id)
    post.drain()
    assert [row.state for row in rows("SELECT state FROM outbox WHERE wire = 'wechat' ORDER BY id")] == [
        "sent",
        "dropped",
    ]
    assert post.delivered() == [("wang", "progress")]


def test_an_installers_erasure_takes_his_surname_out_of_other_peoples_inboxes(
    post: Post, world: World
) -> None:
    """Told alone or among many; the dealer's name stays, which is nobody's own."""
    job_id, installer = post.buyer("wang"), world.people["installer1"]
    with db.engine.begin() as tx:
        subject = tx.execute(select(Person.subject_id).where(Person.id == installer)).scalar_one()
        sealed = seal(subject_key(tx, subject), "person.personal", {"name": "李小明"})
        tx.execute(update(Person).where(Person.id == installer).values(personal=sealed))
        closed = {"installer_id": installer, "dealer_id": world.dealers[0], "status": "closed"}
        tx.execute(update(Job).where(Job.id == job_id).values(closed))
        tx.execute(update(RoleBinding).where(RoleBinding.person_id == installer).values(status="ended"))
    naming = [name for name, template in TEMPLATES.items() if "{visitor}" in template.body]
    for many in (1, 4):
        for name in naming * many:
            post.owe(name, "customer", job_id)
        post.drain()
    told = {row.body for row in rows("SELECT body FROM inbox_item")}
    subjects.erase(Actor(Role.CUSTOMER, person_id=installer), world.now)
    left_over = rows("SELECT body, names_person_id FROM inbox_item")

    assert {body[: body.index("将")] for body in told} == {"烟台第1网点的李师傅"}
    assert {(row.body[: row.body.index("将")], row.names_person_id) for row in left_over} == {
        ("烟台第1网点的师傅", None)
    }
    assert len(left_over) == 5 * len(naming) >= 10


def test_one_notice_that_makes_no_sense_holds_up_no_other(post: Post, world: World) -> None:
    """An unknown template, an unknown audience, a dealer that is no number: parked; the next one is told."""
    post.owe("no_such_words", "desk", world.job(), dealer_ids=[world.dealers[0]])
    post.owe("job_urged", "everybody", world.job())
    post.owe("job_urged", "desk", world.job(), dealer_ids=["first"])
    post.owe("job_urged", "desk", world.job(), dealer_ids=[world.dealers[0]])
    post.drain()
    states = rows("SELECT state FROM outbox WHERE wire IS DISTINCT FROM 'wechat' ORDER BY id")
    assert [row.state for row in states] == ["parked", "parked", "parked", "sent"]
    assert len(inbox(world.people["dispatcher1"])) == 1


def test_an_account_that_changed_hands_gets_nothing_meant_for_the_person_before(post: Post) -> None:
    """Between telling and sending the account was bound to another person: dropped, and the SMS goes to the person."""
    job_id = post.buyer("wang", "confirm")
    post.sim.preset("down")
    post.owe("please_confirm", "customer", job_id)
    post.drain()
    post.sim.heal()
    with db.engine.begin() as tx:
        tx.execute(update(db.metadata.tables["wechat_identity"]).values(person_id=post.world.people["agent"]))
    post.drain(after=2 * MINUTE)
    assert (post.delivered(), len(post.texted())) == ([], 1)


def test_the_old_account_is_told_of_a_rebinding(post: Post, world: World) -> None:
    """The message goes to the account the person moved away from, which is nobody's by then."""
    person_id = world.people["installer1"]
    old = post.account("wang", person_id, "account")
    with db.engine.begin() as tx:
        tx.execute(update(db.metadata.tables["wechat_identity"]).values(person_id=None))
    post.owe("rebound", None, row_person=person_id, identity_id=old)
    post.drain()
    assert post.delivered() == [("wang", "account")]
    assert len(inbox(person_id)) == 1


def test_an_interrupted_sms_is_repeated_without_a_second_line(post: Post, world: World) -> None:
    """The log knows the key; the row ends as sent."""
    post.owe("please_confirm", "customer", world.job())
    post.drain()
    with db.engine.begin() as tx:
        again = {"state": "sending", "next_at": post.clock(), "sent_at": None}
        tx.execute(update(Outbox).where(Outbox.wire == "sms").values(**again))
    post.drain(after=MINUTE)
    assert (len(post.texted()), post.states("sms")) == (1, ["sent"])


def test_an_sms_provider_that_is_away_is_tried_again(post: Post, world: World) -> None:
    """A log that cannot be written: the message waits and goes out later."""
    post.log.mkdir()
    post.owe("please_confirm", "customer", world.job())
    post.owe("please_confirm", "customer", world.job(phone="13822223333"))
    assert post.drain().retried == 1
    post.log.rmdir()
    post.drain(after=5 * MINUTE)
    assert len(post.texted()) == 2


def test_outbox_and_inbox_hold_nothing_personal(post: Post) -> None:
    """No phone, name, openid or link's token in any row."""
    job_id = post.buyer("wang", "confirm")
    for template in ("please_confirm", "visit_aborted"):
        post.owe(template, "customer", job_id)
    post.drain()
    kept = str(rows("SELECT outbox::text AS t FROM outbox UNION ALL SELECT inbox_item::text FROM inbox_item"))
    token = post.texted()[0].split("#t=")[1].split()[0]
    secret = ("13800138000", "张三", post.sim.user("wang")["openid"], token)
    assert [word for word in secret if word in kept] == []


def test_a_person_who_left_is_told_nothing(post: Post, world: World) -> None:
    """A suspended person isn't active; a missing template at WeChat is no reason to keep the inbox from others."""
    set_up(post.sim, "task")
    person_id = customer("13733334444", world.now)
    with db.engine.begin() as tx:
        tx.execute(
            update(db.metadata.tables["person"]).where(db.text(f"id = {person_id}")).values(status="ended")
        )
        tx.execute(delete(RoleBinding).where(RoleBinding.person_id == person_id))
    post.owe("job_urged", None, world.job(), row_person=person_id)
    post.drain()
    assert rows("SELECT id FROM inbox_item") == []
