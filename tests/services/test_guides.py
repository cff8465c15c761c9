"""Versions of a product's guide: drafted, published, in force from a day on, and what was shown keeps its version."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.errors import Invalid, NotFound
from domain.guides import Content, NoDraft, Shot, Trouble
from services import catalogue, guides, promises
from services.catalogue import Guide, ProductGiven
from services.parts.addresses import TABLE
from services.parts.promise_tokens import read as promises_id
from services.promises import Asked, AskedLine
from services.queries import jobs
from tests.rows import rows
from tests.services import money
from tests.worlds import DISTRICT, SKU, World

DAY = timedelta(days=1)
FIRST = Content(
    included=("上门安装",),
    paid=("打孔 ¥50.00 一个",),
    lead_days=2,
    steps=("关水",),
    troubles=(Trouble("不加热", ("看插座是否有电", "看温控是否打开")),),
    shots=(Shot("nameplate", "铭牌要看清序列号"),),
    notes=("须 10A 以上独立插座",),
)


@pytest.fixture(autouse=True)
def rule(world: World) -> None:
    """Prices, and the division table of this database."""
    money.rule()
    TABLE.forget()


def published(world: World, content: Content = FIRST, days: int = 0) -> int:
    """A version in force; its number."""
    admin, at = world.actor("admin"), world.now + days * DAY
    guides.draft(admin, SKU, content, at)
    return guides.publish(admin, SKU, None, at).version


def promised(world: World, days: int) -> promises.PromisePage:
    """What one piece is promised."""
    return promises.make(Asked((AskedLine(SKU),), division_code=DISTRICT), world.now + days * DAY)


def test_a_draft_is_nobodys_until_it_is_published(world: World) -> None:
    """Written anew as often as one likes; there is one."""
    admin = world.actor("admin")
    with pytest.raises(NoDraft):
        guides.publish(admin, SKU, None, world.now)
    guides.draft(admin, SKU, Content(notes=("一",)), world.now)
    guides.draft(admin, SKU, FIRST, world.now + DAY)

    assert guides.page(SKU).version == 0
    assert [(one.version, one.state, one.content) for one in guides.listed(SKU)] == [(1, "draft", FIRST)]
    with pytest.raises(NotFound):
        guides.page(SKU, 1)


def test_published_it_is_what_everybody_reads_and_history_stays(world: World) -> None:
    """Lead time with it; film and steps only where one may install it oneself."""
    assert published(world) == 1
    assert published(world, Content(notes=("新提示",)), days=1) == 2

    first, now = guides.page(SKU, 1), guides.page(SKU)
    assert (first.version, first.notes, first.paid, first.lead_days) == (1, FIRST.notes, FIRST.paid, 2)
    assert (first.troubles, first.shots, first.steps) == (FIRST.troubles, FIRST.shots, ())
    assert (now.version, now.notes, now.paid, now.lead_days) == (2, ("新提示",), (), 2)
    assert now.included[0] == "上门一次"
    assert [one.version for one in guides.listed(SKU)] == [2, 1]


def test_a_later_day_is_waited_for(world: World) -> None:
    """Until then the version before it stands; an earlier day than now is refused."""
    published(world)
    admin = world.actor("admin")
    guides.draft(admin, SKU, Content(notes=("大促",)), world.now)
    with pytest.raises(Invalid):
        guides.publish(admin, SKU, world.now - DAY, world.now)
    guides.publish(admin, SKU, world.now + 3 * DAY, world.now)

    assert guides.put_in_force(world.now + 2 * DAY) == 0
    with pytest.raises(NotFound):
        guides.page(SKU, 2)
    assert guides.page(SKU).version == 1
    assert guides.put_in_force(world.now + 3 * DAY) == 1
    assert guides.put_in_force(world.now + 3 * DAY) == 0
    assert guides.page(SKU).notes == ("大促",)


def test_a_promise_keeps_the_version_it_showed_and_is_proven_from_it(world: World) -> None:
    """Shown before the purchase: the notes. Newer versions change nothing about an older promise."""
    published(world)
    before = promised(world, 1)
    published(world, Content(notes=("新提示",)), days=2)
    after = promised(world, 3)

    lines = [page.answer.lines[0] for page in (before, after)]
    assert [(line.guide_version, line.notes) for line in lines] == [(1, FIRST.notes), (2, ("新提示",))]
    for page in (before, after):
        assert promises.prove(page.id).same
        assert promises.show(page.id, world.now + 4 * DAY).answer == page.answer


def test_promises_of_before_there_were_versions_are_proven_the_same(world: World) -> None:
    """A product without any guide, and an answer kept without the newer parts."""
    page = promised(world, 1)
    rows("UPDATE promise SET answer = answer #- '{lines,0,notes}' #- '{lines,0,guide_version}'")
    published(world, days=2)
    assert promises.show(page.id, world.now).answer == page.answer
    assert promises.prove(page.id).same


def test_an_installers_card_links_the_version_the_customer_was_shown(world: World) -> None:
    """Bought under the first version, it is installed by the first; a job without a promise by the one in force."""
    assert jobs.page(world.actor("agent"), world.job(), world.now).guide is None
    published(world)
    shown = promises_id(promised(world, 1).id)
    published(world, Content(notes=("新提示",)), days=2)
    job_id, other = world.job(), world.job(phone="13800007777")
    rows("UPDATE job SET promise_id = :p WHERE id = :j", p=shown, j=job_id)

    card = jobs.page(world.actor("agent"), job_id, world.now)
    assert (card.guide_version, card.guide) == (1, f"/api/v1/products/{SKU}/guide?version=1")
    assert jobs.page(world.actor("agent"), other, world.now).guide_version == 2


def test_a_guide_given_with_the_product_is_a_version_too(world: World) -> None:
    """In force at once; the other parts stay, a draft waits one number later, the same again is no version."""
    published(world)
    guides.draft(world.actor("admin"), SKU, Content(notes=("草稿",)), world.now)
    given = ProductGiven(
        SKU, "water_heater", "电热水器 60 升", guide=Guide(included=("上门",), steps=("关水",))
    )
    catalogue.put_product(given)
    catalogue.put_product(given)
    catalogue.put_product(ProductGiven(SKU, "water_heater", "电热水器 60 升"))

    now = guides.page(SKU)
    assert (now.version, now.included, now.notes) == (2, ("上门",), FIRST.notes)
    assert [(one.version, one.state) for one in guides.listed(SKU)] == [
        (3, "draft"), (2, "published"), (1, "published"),
    ]  # fmt: skip


def test_shots_belong_to_the_checklist_of_the_category(world: World) -> None:
    """Unknown and repeated ones are all named; a product nobody sells has no guide."""
    wrong = Content(shots=(Shot("roof", "x"), Shot("site", "x"), Shot("site", "y")))
    with pytest.raises(Invalid) as refused:
        guides.draft(world.actor("admin"), SKU, wrong, world.now)
    assert [fault.code for fault in refused.value.errors] == ["unknown_slot", "slot_repeated"]
    for call in (lambda: guides.listed("NONE"), lambda: guides.page("NONE")):
        with pytest.raises(NotFound):
            call()
