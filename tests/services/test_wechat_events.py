"""What WeChat pushes changes the ledger of grants and the fate of messages, exactly once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from domain.permissions import Standing
from models import db
from services import subscriptions, wechat_events
from services.parts.linking import PhoneSessionOnly
from services.subscriptions import TemplateHint
from tests.rows import rows
from tests.services.telling import Post, left, post_office, wechats_world  # noqa: F401
from wechat.push_events import ChangeEvent, Other, PopupEvent, SentEvent, TemplateAnswer, TemplateReport


def popup(post: Post, key: str, **answers: str) -> PopupEvent:
    """The person answered the popup now."""
    openid = post.sim.user("wang")["openid"]
    return PopupEvent(openid, post.clock(), key, tuple(TemplateAnswer(*one) for one in answers.items()))


def switched_off(post: Post, key: str, at: datetime, template: str) -> ChangeEvent:
    """The person switched a template off in the settings."""
    return ChangeEvent(post.sim.user("wang")["openid"], at, key, (TemplateAnswer(template, "reject"),))


def sent(post: Post, msgid: str, template: str, status: str = "success", code: int = 0) -> SentEvent:
    """WeChat's report on a message, now."""
    report = TemplateReport(template, msgid, code, status)
    return SentEvent(post.sim.user("wang")["openid"], post.clock(), f"sent:{msgid}", (report,))


def test_an_accept_is_one_grant_however_often_it_is_delivered(post: Post) -> None:
    """Redeliveries carry the same key; a second tap carries another; a reject in the popup takes nothing away."""
    account = post.account("wang", post.world.people["installer1"])
    first = popup(post, "a", task="accept", visit="reject")
    assert [wechat_events.take(first, post.clock()) for _ in range(3)] == [True, False, False]
    wechat_events.take(popup(post, "b", task="accept"), post.clock())
    wechat_events.take(popup(post, "c", task="reject"), post.clock())
    assert left(account, "task") == 2
    assert rows('SELECT template FROM "grant"') == [("task",)]


def test_switching_off_takes_all_grants_unless_it_is_old_news(post: Post) -> None:
    """Events may overtake each other: a switch-off from before the last accept changes nothing."""
    account = post.account("wang", post.world.people["installer1"], "task", "task")
    wechat_events.take(popup(post, "a", task="accept"), post.clock())
    wechat_events.take(switched_off(post, "b", post.clock() - timedelta(hours=1), "task"), post.clock())
    assert left(account, "task") == 3
    wechat_events.take(switched_off(post, "c", post.clock() + timedelta(seconds=1), "task"), post.clock())
    assert left(account, "task") == 0


def test_events_of_strangers_and_of_other_kinds_are_remembered_and_change_nothing(post: Post) -> None:
    """An openid we don't know makes no rows."""
    stranger = PopupEvent("o-unknown", post.clock(), "x", (TemplateAnswer("task", "accept"),))
    assert wechat_events.take(stranger, post.clock())
    assert wechat_events.take(Other("o-unknown", post.clock(), "y", "user_enter_tempsession"), post.clock())
    assert rows('SELECT 1 FROM "grant"') == []
    assert wechat_events.purge_seen(post.clock() + timedelta(seconds=5)) == 2


def test_a_report_clears_up_an_uncertain_message_and_spends_its_grant(post: Post) -> None:
    """The answer was lost, the report says delivered: sent, no SMS ever."""
    job_id = post.buyer("wang", "confirm", "confirm")
    [account] = rows("SELECT id FROM wechat_identity")
    post.drain()
    post.sim.preset("lost-replies")
    post.owe("please_confirm", "customer", job_id)
    assert post.drain().uncertain == 1
    post.sim.heal()
    [message] = post.sim.inbox()
    wechat_events.take(sent(post, message["msgid"], "confirm"), post.clock())
    post.drain(after=3600)

    [row] = rows("SELECT state, msgid FROM outbox WHERE wire = 'wechat'")
    assert (row.state, row.msgid, left(account.id, "confirm")) == ("sent", message["msgid"], 1)
    assert (post.texted(), len(post.sim.inbox())) == ([], 1)


def test_a_number_that_wechat_gives_twice_means_the_newest_message(post: Post) -> None:
    """A stand-in that was restarted counts its messages anew; its reports are taken all the same."""
    job_id = post.buyer("wang", "confirm", "confirm", "confirm")
    post.owe("please_confirm", "customer", job_id)
    post.drain()
    post.owe("please_confirm", "customer", job_id)
    post.drain(after=7200)
    twice = rows("UPDATE outbox SET msgid = '1' WHERE wire = 'wechat' AND msgid IS NOT NULL RETURNING id")
    wechat_events.take(sent(post, "1", "confirm"), post.clock())

    assert len(twice) == 2


def test_a_report_that_comes_before_the_answer_counts_once(post: Post) -> None:
    """WeChat pushes faster than its answer is written: the grant is spent by whoever comes first."""
    job_id = post.buyer("wang", "confirm", "confirm", "confirm")
    [account] = rows("SELECT id FROM wechat_identity")
    post.owe("please_confirm", "customer", job_id)

    class Pushing:
        """The real gateway, whose report arrives before the drain goes on."""

        def ping(self) -> None:
            post.gateway.ping()

        def send(self, message):  # type: ignore[no-untyped-def]
            done = post.gateway.send(message)
            wechat_events.take(sent(post, done.msgid, "confirm"), post.clock())
            return done

    post.drain(gateway=Pushing())
    wechat_events.take(sent(post, "other", "confirm"), post.clock())
    assert (post.states("wechat"), left(account.id, "confirm")) == (["sent"], 2)


def test_a_report_of_failure_brings_the_sms(post: Post) -> None:
    """Accepted by WeChat and then not delivered: dropped with WeChat's number, and the customer gets the SMS."""
    job_id = post.buyer("wang", "confirm")
    post.owe("please_confirm", "customer", job_id)
    post.drain()
    [message] = post.sim.inbox()
    wechat_events.take(sent(post, message["msgid"], "confirm", "failed: system", 7), post.clock())
    post.drain(after=1)
    [row] = rows("SELECT state, last_error FROM outbox WHERE wire = 'wechat'")
    assert (row.state, row.last_error, len(post.texted())) == ("dropped", "微信未送达 / 7", 1)


def test_a_hint_lets_one_message_be_tried_and_never_counts(post: Post) -> None:
    """No event came but the phone heard accept: WeChat is asked once, and its answer settles the ledger."""
    job_id = post.buyer("wang")
    [account] = rows("SELECT id FROM wechat_identity")
    post.sim.grant("wang", confirm="accept")
    hints = [
        TemplateHint("confirm", "accept"),
        TemplateHint("made-up", "accept"),
        TemplateHint("visit", "ban"),
    ]
    heard = subscriptions.hear(account.id, Standing.GUEST, hints, post.clock())
    assert [(one.name, one.remaining, one.hinted) for one in heard.items] == [
        ("confirm", 0, True), ("visit", 0, False), ("charge", 0, False), ("progress", 0, False),
    ]  # fmt: skip
    for _ in range(2):
        post.owe("please_confirm", "customer", job_id)
        post.drain()
    assert post.delivered() == [("wang", "confirm")]
    assert (len(post.texted()), left(account.id, "confirm")) == (1, 0)


def test_a_false_hint_costs_one_question(post: Post) -> None:
    """The phone lied: WeChat refuses, the hint is gone, the customer gets the SMS."""
    job_id = post.buyer("wang")
    [account] = rows("SELECT id FROM wechat_identity")
    subscriptions.hear(account.id, Standing.GUEST, [TemplateHint("confirm", "accept")], post.clock())
    for _ in range(2):
        post.owe("please_confirm", "customer", job_id)
        post.drain()
    assert (post.delivered(), len(post.texted()), len(post.sim.inbox())) == ([], 2, 1)


def test_without_a_wechat_account_there_is_nothing_to_subscribe(post: Post) -> None:
    """A console or link session is told so."""
    with pytest.raises(PhoneSessionOnly):
        subscriptions.hear(None, Standing.GUEST, [], post.clock())


def test_an_event_that_fails_is_not_marked_as_seen(post: Post) -> None:
    """Ledger and memory are one transaction: WeChat's repeat finds a second chance."""
    account = post.account("wang", post.world.people["installer1"])
    event = popup(post, "a", task="accept")
    with db.engine.begin() as tx:
        tx.execute(text('ALTER TABLE "grant" RENAME TO away'))
    with pytest.raises(Exception, match="grant"):
        wechat_events.take(event, post.clock())
    with db.engine.begin() as tx:
        tx.execute(text('ALTER TABLE away RENAME TO "grant"'))
    assert wechat_events.take(event, post.clock())
    assert left(account, "task") == 1
