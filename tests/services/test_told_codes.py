"""Who has no mini-program reads the code in the SMS to the installer: to confirm, and to agree to an extra."""

from __future__ import annotations

import re
from dataclasses import replace

from domain.actions import Action, Command
from models import db
from services.lifecycle import perform
from services.notices import drain_with
from services.parts import told_codes
from services.queries import charges
from tests.rows import rows
from tests.services.telling import Post, post_office, wechats_world  # noqa: F401
from tests.services.test_charges import DRILL, on_site, promised
from tests.services.test_lifecycle import HOUR, proposed, submitted
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
    assert "= ¥50.00，合计 ¥150.00。" in second
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


def test_other_messages_carry_no_code(world: World) -> None:
    """A booked visit needs none."""
    job_id = submitted(world, phone=NUMBER)
    with db.engine.begin() as tx:
        assert told_codes.words(tx, "visit_booked", job_id) == ""
