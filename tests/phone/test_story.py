"""The main story, told by three phones, one per role, with the page that stands for WeChat between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import insert

from models import db
from models.money import FeeRule
from models.notice import Grant
from services import orders, people, sessions
from services.dispatching import dispatch_batch
from services.orders import NewLine, NewOrder
from tests.phone.conftest import PHONE, SHOTS, Phone
from tests.photographing import picture
from tests.rows import rows
from tests.services.telling import Post, post_for
from tests.services.test_promises import RULE
from tests.standing_in import CAME, PHONES
from tests.worlds import DISTRICT, SKU, World
from wechat.gateway import Gateway
from wechat.stand_in.remote import Remote
from wechat.stand_in.server import StandIn

PickUp = Callable[[], Phone]
BUYER = "zhao"


@pytest.fixture
def post(world: World, sim: Remote, wechat: Gateway, tmp_path: Path) -> Post:
    """What sends the notices; the customer has left a phone's number in WeChat and allowed a few."""
    made = post_for(world, sim, wechat, tmp_path, lambda: world.now)
    opened = sessions.sign_in_wechat(wechat, sim.login_code(BUYER), CAME, world.now)
    [here] = rows("SELECT identity_id FROM session WHERE id = :s", s=opened.id)
    people.link_phone(wechat, opened.id, sim.phone_code(BUYER), "2026-01", world.now)
    with db.engine.begin() as tx:
        for name in ("progress", "visit", "charge", "confirm"):
            allowed = {"identity_id": here.identity_id, "template": name, "remaining": 1}
            tx.execute(insert(Grant).values(**allowed, updated_at=world.now))
            sim.grant(BUYER, **{name: "accept"})
    return made


@pytest.fixture
def inbox(chromium: Browser, stand_in: StandIn) -> Iterator[Page]:
    """The stand-in's page: everybody's service notices."""
    context = chromium.new_context(viewport=PHONE, locale="zh-CN")
    page = context.new_page()
    page.goto(stand_in.base_url)
    yield page
    context.close()


def tapped(post: Post, inbox: Page, title: str, number: int) -> str:
    """Where the newest message with this title leads its reader, who opens it; a picture of it is kept."""
    post.drain()
    inbox.reload()
    own = inbox.locator(f'[data-alias="{BUYER}"]')
    own.locator(".card", has_text=title).first.click()
    if SHOTS:
        inbox.wait_for_timeout(400)  # it slides in
        inbox.screenshot(path=f"{SHOTS}/story-{number:02}-message.png")
    path = inbox.locator("#sheet .path").inner_text()
    query = inbox.locator("#sheet table").first.inner_text().split()
    inbox.locator(".close").click()
    return f"/{path}?{query[0]}={query[1]}"


def promised(phone: Phone) -> str:
    """What a guest learns before the purchase, by province, city and district; the promise's id."""
    phone.open("/")
    phone.page.locator("#to-promise").click()
    phone.page.locator("#goods").fill("热水")
    phone.page.locator(f"#goods-{SKU}").click()
    for code in ("370000", "370600", DISTRICT):
        phone.page.locator(f"#place-{code}").click()
    phone.page.locator("#ask-promise").click()
    expect(phone.page.get_by_text("烟台第1网点").first).to_be_visible()
    phone.look("story-01-promise")
    return parse_qs(urlsplit(phone.page.url).query)["id"][0]


def ordered(world: World, promise_id: str) -> int:
    """The shop passes the order on, and dispatch asks whom the promise named; the job's id."""
    line = NewLine(SKU)
    asked = NewOrder(
        world.channel_id,
        "A1",
        "赵女士",
        PHONES[BUYER],
        "山东省烟台市芝罘区建设路 1 号",
        (line,),
        promise_id=promise_id,
    )
    orders.place(world.actor("agent"), asked, world.now)
    dispatch_batch(world.now, 50)
    return int(rows("SELECT max(id) AS id FROM job")[0].id)


def photograph(phone: Phone, button: str, image: Path, agreeing: bool = False) -> None:
    """Take a new picture for it."""
    image.write_bytes(picture())
    with phone.page.expect_file_chooser() as chooser:
        phone.page.locator(button).click()
        if agreeing:
            phone.page.locator("#agree").click()
    chooser.value.set_files(image)


def test_three_phones_tell_the_main_story(
    pick_up: PickUp,
    world: World,
    sim: Remote,
    post: Post,
    inbox: Page,
    as_dispatcher: str,
    as_installer: str,
    tmp_path: Path,
) -> None:
    """Promise, order, offer, a time, the work, an extra that only its payer approves, the verdict, stars."""
    with db.engine.begin() as tx:
        tx.execute(insert(FeeRule).values(version=1, effective_from=world.now, rule=RULE))
    buyer, dealer, installer = pick_up(), pick_up(), pick_up()
    job_id = ordered(world, promised(buyer))

    dealer.open(as_dispatcher)
    dealer.page.locator("#waits-offers").click()
    dealer.page.locator("[id^=accept-]").first.click()
    dealer.page.get_by_role("radio", name="installer1").click()
    dealer.page.locator("#assign").click()
    expect(dealer.page.locator("#assign")).to_have_count(0)
    dealer.look("story-02-dealer-assigned")

    way = tapped(post, inbox, "安装进度通知", 3)
    buyer.open(f"/#code={sim.login_code(BUYER)}")
    expect(buyer.page.locator("#to-me")).to_be_visible()
    buyer.open(way.removeprefix("/app"))
    buyer.page.locator(".tz-choice").first.click()
    buyer.page.locator("#book-now").click()
    expect(buyer.page.get_by_text("师傅会按约定的时间上门")).to_be_visible()
    buyer.look("story-04-customer-booked")

    installer.open(as_installer)
    expect(installer.page.locator("#to-inbox")).to_contain_text("1")
    installer.look("story-05-installer-home")
    installer.open(f"/pages/job/index?id={job_id}")
    installer.page.locator("#check-in").click()
    installer.page.locator("#refuse").click()
    installer.page.locator("#check-in-now").click()
    for number, slot in enumerate(("site", "nameplate", "finished")):
        photograph(installer, f"#take-{slot}", tmp_path / f"{slot}.jpg", agreeing=number == 0)
    installer.page.locator("#add-charge").click()
    installer.page.get_by_role("radio", name="打孔").click()
    installer.page.locator("#add-charge-now").click()
    expect(installer.page.get_by_text("待客户确认").first).to_be_visible()
    installer.look("story-06-installer-extra")

    buyer.open(tapped(post, inbox, "收费确认提醒", 7).removeprefix("/app"))
    buyer.page.locator("[id^=approve-]").first.click()
    expect(buyer.page.locator("[id^=approve-]")).to_have_count(0)
    buyer.look("story-08-customer-approved")

    installer.page.reload()
    installer.page.locator("[id^=settle-]").first.click()
    installer.page.locator("#submit").click()
    installer.page.locator("#serial-1").fill("SN-00001")
    installer.page.locator("#submit-now").click()
    expect(installer.page.locator("#enter-code")).to_be_visible()
    installer.look("story-09-installer-submitted")

    buyer.open(tapped(post, inbox, "验收提醒", 10).removeprefix("/app"))
    expect(buyer.page.locator("#confirm-code")).to_have_text(re.compile(r"^\d{6}$"))
    buyer.look("story-11-customer-verdict")
    buyer.page.locator("#confirm").click()
    buyer.page.locator("#stars-5").click()
    buyer.page.locator("#rate").click()
    expect(buyer.page.get_by_text("您的评价")).to_be_visible()
    buyer.look("story-12-customer-rated")

    dealer.open(f"/dealer/job/index?id={job_id}")
    expect(dealer.page.get_by_text("已验收").first).to_be_visible()
    dealer.look("story-13-dealer-done")
    [job] = rows("SELECT status, promise_id IS NOT NULL AS promised FROM job WHERE id = :j", j=job_id)
    [charge] = rows("SELECT status FROM charge WHERE job_id = :j", j=job_id)
    [score] = rows("SELECT overall FROM rating WHERE job_id = :j", j=job_id)
    assert (job.status, job.promised, charge.status, score.overall) == ("confirmed", True, "approved", 5)
    assert buyer.complaints + dealer.complaints + installer.complaints == []
