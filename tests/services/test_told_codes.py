"""Who has no mini-program reads the code in the SMS to the installer: to confirm, and to agree to an extra."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from domain.actions import Action, Command
from domain.actors import Actor
from models import db
from services import links
from services.lifecycle import perform
from services.notices import drain_with
from services.parts import told_codes
from services.parts.access import Came
from services.queries import charges, jobs
from services.queries import sessions as reads
from tests.rows import rows
from tests.services.telling import Post, post_office, wechats_world  # noqa: F401
from tests.services.test_charges import DRILL, on_site, promised
from tests.services.test_lifecycle import HOUR, proposed, submitted
from tests.services.test_links import number_of
from tests.worlds import World

NUMBER = "13812345678"
CODE = re.compile(r"\b\d{6}\b")


def texts(post: Post) -> list[str]:
    """Drain what is owed; the SMS so far."""
    drain_with(post.clock() + 12 * HOUR, 500, post.gateway, post.sms)  # what was owed in these hours
    return post.texted()


def test_the_sms_carries_the_code_that_confirms(post: Post, world: World) -> None:
    """Made after submit, sent to the order's number alone, in no outbox row; told to the installer it confirms."""
    job_id = submitted(world, phone=NUMBER)
    [line] = [one for one in texts(post) if "验收码" in one]
    [code] = CODE.findall(line)
    done = perform(
        world.actor("installer1"), job_id, Command(Action.CONFIRM, code=code), world.now + 3 * HOUR
    )

    assert done.status == "confirmed"
    kept = rows("SELECT payload::text AS text FROM outbox UNION ALL SELECT title || body FROM inbox_item")
    assert not [one for one in kept if code in one.text]


def test_a_job_that_is_confirmed_has_no_code_to_tell(post: Post, world: World) -> None:
    """The message came late: it says what it says, without a code that opens nothing any more."""
    job_id = submitted(world, phone=NUMBER)
    perform(world.customer(job_id), job_id, Command(Action.CONFIRM), world.now + 3 * HOUR)

    assert [one for one in texts(post) if "验收码" in one] == []


def test_the_sms_names_the_extras_and_the_code_that_agrees_to_exactly_them(post: Post, world: World) -> None:
    """Item, arithmetic and code; one added later has a message and a code of its own, and the old one opens nothing."""
    job_id, then = on_site(world)
    first = proposed(world, job_id, then)
    [line] = [one for one in texts(post) if "同意请把" in one]
    promised(job_id, world)
    perform(world.actor("installer1"), job_id, replace(DRILL, quantity=1), then)
    second = [one for one in texts(post) if "同意请把" in one][-1]
    yes = Command(Action.APPROVE_CHARGE, charge_id=first, code=CODE.findall(second)[0])
    perform(world.actor("installer1"), job_id, yes, then)

    assert "打孔费 打孔 ¥50.00 × 2 个 = ¥100.00。同意请把" in line
    assert "师傅提出 2 项收费，合计 ¥150.00，您同意后才会收取。" in second
    assert "= ¥50.00。同意请把" in second
    assert CODE.findall(line) != CODE.findall(second)
    assert charges.sheet(world.customer(job_id), job_id).charges[0].agreed_how == "code"


def test_a_number_of_the_dealers_people_gets_no_code(post: Post, world: World) -> None:
    """An order with the installer's own number would let him say the customer's yes."""
    job_id = submitted(world, phone=NUMBER)
    rows(
        "UPDATE person SET phone_lookup = (SELECT phone_lookup FROM customer_order LIMIT 1) WHERE id = :p",
        p=world.people["installer1"],
    )
    with_code = [one for one in texts(post) if "验收码" in one]

    assert with_code == []
    assert world.row(job_id).status == "submitted"


def test_a_page_that_the_dealers_people_may_read_shows_no_code(post: Post, world: World) -> None:
    """Claimed by number and four digits, or on the installer's phone: typed back it would be the customer's yes."""
    job_id = submitted(world, phone=NUMBER)
    extra, then = on_site(world)
    proposed(world, extra, then)
    later = world.now + 4 * HOUR
    world.sign_in("installer1", world.now, device_id="installers-phone")
    customer = world.customer(job_id)
    claimed = [by_number(job, digits, later) for job, digits in ((job_id, NUMBER[-4:]), (extra, "1111"))]
    on_his_phone = [replace(world.customer(job), device_id="installers-phone") for job in (job_id, extra)]

    for confirming, agreeing in (claimed, on_his_phone):
        assert jobs.page(confirming, job_id, later).confirm_code is None
        assert charges.sheet(agreeing, extra).code is None
    assert jobs.page(customer, job_id, later).confirm_code is not None
    assert charges.sheet(world.customer(extra), extra).code is not None


def by_number(job_id: int, digits: str, at: datetime) -> Actor:
    """Whoever knows the order's number and the last four digits of its phone, from a device of his own choice."""
    came = Came("203.0.113.7", "customers-phone")
    found = reads.find(reads.hashed(links.claim(number_of(job_id), digits, came, at).opened.token), at, None)
    assert found is not None
    assert found.actor is not None
    return found.actor


def test_other_messages_carry_no_code(world: World) -> None:
    """A booked visit needs none."""
    job_id = submitted(world, phone=NUMBER)
    with db.engine.begin() as tx:
        assert told_codes.words(tx, "visit_booked", job_id) == ""


def test_a_booked_visit_names_who_comes_and_from_where(post: Post, world: World) -> None:
    """Dealer and surname, so that the customer knows who rings; in the SMS and, told with others, in the inbox."""
    submitted(world, phone=NUMBER)
    [line] = [one for one in texts(post) if "请保持电话畅通" in one]

    assert re.search(r"】烟台第1网点的师傅将于 \S+ \S+ 上门安装，请保持电话畅通 http", line)


def test_answers_and_verdict_of_a_complaint_reach_the_customer_but_not_the_dealers_words(
    post: Post, world: World
) -> None:
    """One SMS for the agent's reply, one for the verdict; the dealer's answer below it is for the agents."""
    job_id = submitted(world, phone=NUMBER)
    now = world.now + 3 * HOUR
    perform(world.customer(job_id), job_id, Command(Action.COMPLAINT_OPENED, category="attitude"), now)
    [complaint] = rows("SELECT id FROM complaint WHERE job_id = :j", j=job_id)
    said = Command(Action.COMPLAINT_REPLIED, complaint_id=complaint.id, note="正在核实")
    perform(world.actor("owner1"), job_id, said, now)
    assert [one for one in texts(post) if "投诉" in one] == []
    perform(world.actor("agent"), job_id, said, now)
    closed = Command(Action.COMPLAINT_CLOSED, complaint_id=complaint.id, outcome="not_upheld")
    perform(world.actor("agent"), job_id, closed, now)

    replied, ruled = (one for one in texts(post) if "投诉" in one)
    assert "的投诉有了回复，请查看 http" in replied
    assert "的投诉已有结果，请查看 http" in ruled
