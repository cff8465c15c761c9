"""A bill through WeChat: what follows from every word in every state."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from domain import payments
from domain.ledger import Leg
from domain.payments import OPEN, Heard, Kind, State, Word, after

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_only_a_query_that_knows_nothing_lets_a_bill_be_sent_again() -> None:
    """Back to queued come what did not leave and what WeChat does not know; a silence or a refusal never."""
    back = {
        (state, heard)
        for kind in Kind
        for state in State
        for heard in Heard
        if after(kind, state, heard) is State.QUEUED
    }
    assert {(state, heard) for state, heard in back if state is not State.QUEUED} == {
        (State.UNSURE, Heard.UNSENT),
        (State.UNSURE, Heard.ABSENT),
    }


def test_an_end_stays_and_only_its_opposite_contradicts_it() -> None:
    """Late and repeated words change nothing; paid then failed, failed then paid are differences."""
    for kind in (Kind.TRANSFER, Kind.REFUND):
        for state in (State.PAID, State.FAILED):
            assert {after(kind, state, heard) for heard in Heard} == {state, None}
        contradictions = {
            (state, heard) for state in State for heard in Heard if after(kind, state, heard) is None
        }
        assert contradictions == {(State.PAID, Heard.ENDED), (State.FAILED, Heard.SUCCEEDED)}


def test_a_payment_that_arrives_after_its_order_ended_is_money_of_ours_to_give_back() -> None:
    """Failed, then success: paid. Nothing else moves it, and a paid one stays."""
    moved = {heard: after(Kind.PAYMENT, State.FAILED, heard) for heard in Heard}
    assert {heard: to for heard, to in moved.items() if to is not State.FAILED} == {
        Heard.SUCCEEDED: State.PAID
    }
    assert {after(Kind.PAYMENT, State.PAID, heard) for heard in Heard} == {State.PAID, None}


@settings(max_examples=60)
@given(st.lists(st.sampled_from(list(Heard)), max_size=12))
def test_a_bill_is_paid_exactly_by_wechats_first_word_of_success(heard: list[Heard]) -> None:
    """Whatever is heard in whatever order: paid needs a success, and failed needs an end or a believed refusal."""
    state = State.QUEUED
    for one in heard:
        state = after(Kind.TRANSFER, state, one) or state
    ends = [one for one in heard if one in (Heard.SUCCEEDED, Heard.ENDED)]
    if state is State.PAID:
        assert Heard.SUCCEEDED in heard
    if state is State.FAILED:
        assert Heard.ENDED in heard or (Heard.REFUSED in heard and Heard.ABSENT in heard)
    if ends and ends[0] is Heard.ENDED:
        assert state is State.FAILED
    if state in OPEN:
        assert not ends


def test_a_refusal_is_believed_only_when_no_earlier_send_went_unanswered() -> None:
    """PARAM_ERROR to the first send is a no; after a silence it settles nothing, and no funds never do."""
    assert payments.refusal("PARAM_ERROR", doubted=False) is Heard.REFUSED
    assert payments.refusal("PARAM_ERROR", doubted=True) is Heard.SILENCE
    assert payments.refusal("NOT_ENOUGH", doubted=False) is Heard.SILENCE


def test_every_word_of_wechat_has_one_meaning_and_a_new_one_settles_nothing() -> None:
    """A transfer that waits for its payee is pending; a word nobody knows is silence."""
    assert payments.heard_in(Kind.TRANSFER, "WAIT_USER_CONFIRM") is Heard.PENDING
    assert payments.heard_in(Kind.REFUND, "ABNORMAL") is Heard.ENDED
    assert payments.heard_in(Kind.PAYMENT, "SOMETHING_NEW") is Heard.SILENCE


def test_asking_grows_rare_and_ends_with_the_bill() -> None:
    """At once, then 30 s, a minute …, an hour at most; never again after the end."""
    waits = [payments.again_at(State.WAITING, tries, NOW) for tries in (0, 1, 20)]
    assert payments.again_at(State.QUEUED, 0, NOW) == NOW
    assert waits == [NOW + timedelta(seconds=30), NOW + timedelta(minutes=1), NOW + timedelta(hours=1)]
    assert payments.again_at(State.PAID, 0, NOW) is None
    assert payments.again_at(State.FAILED, 0, NOW, theirs=True) == waits[0]


def test_another_amount_or_person_is_no_word_about_this_bill() -> None:
    """¥80.01 for ¥80.00, or another's openid: nothing is done by it."""
    word = Word(Kind.TRANSFER, "N", "SUCCESS", 8000, "o1")
    assert payments.misfit(word, 8000, "o1") is None
    assert payments.misfit(word, 8001, "o1") == "amount"
    assert payments.misfit(word, 8000, "o2") == "openid"


def test_what_a_customer_pays_waits_in_clearing_and_a_refund_takes_it_out() -> None:
    """¥100.00: wechat_pay +10000, customer_clearing −10000; given back, the mirror."""
    march = date(2026, 3, 1)
    come, gone = payments.received("N1", 7, 10_000, march), payments.returned("N2", 7, 10_000, march)
    assert come.legs == (Leg("wechat_pay", 10_000), Leg("customer_clearing", -10_000))
    assert gone.legs == (Leg("wechat_pay", -10_000), Leg("customer_clearing", 10_000))
    assert (come.natural_key, gone.natural_key) == ("wechat:N1:received", "wechat:N2:returned")


def test_a_number_fits_wechat() -> None:
    """At most 32 letters and digits, and its kind can be read in it."""
    made = payments.number(Kind.TRANSFER, date(2026, 3, 2), "0123456789abcdef")
    assert made == "TZT202603020123456789ABCDEF"
    assert len(made) <= 32
    assert made.isalnum()
