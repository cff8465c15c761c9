"""A customer who comes by a message's link, from the choice of a time to the stars; a guest who asks before buying."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect
from sqlalchemy import update

from domain.actions import Action, Command
from domain.actors import SYSTEM
from models import db
from models.catalogue import Product
from models.dealer import Coverage
from services import people, sessions
from services.lifecycle import answer_offer, perform
from services.parts import link_tokens
from services.return_visits import create
from tests.phone.conftest import Phone
from tests.phone.test_installer import photograph as give_photo
from tests.photographing import booked, picture
from tests.rows import rows
from tests.services.test_lifecycle import AT_DOOR, photograph, proposed
from tests.standing_in import CAME, PHONES
from tests.worlds import DISTRICT, SKU, World
from wechat.gateway import Gateway
from wechat.stand_in.remote import Remote

PickUp = Callable[[], Phone]
BY_ONESELF = {"video_url": "https://film.example/1", "steps": ["挂上挂架", "接好水管", "通电试水"]}


def arranged(world: World) -> int:
    """A job that dealer 1 accepted and gave to installer 1; nobody has named a time."""
    job_id = world.job()
    perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=(world.dealers[0],)), world.now)
    [offer] = rows("SELECT id FROM offer WHERE job_id = :j AND status = 'open'", j=job_id)
    desk = world.actor("dispatcher1")
    answer_offer(desk, Command(Action.ACCEPT, offer_id=offer.id), world.now)
    perform(desk, job_id, Command(Action.ASSIGN, installer_id=world.people["installer1"]), world.now)
    return job_id


def follow_link(phone: Phone, world: World, job_id: int) -> None:
    """Tap the link as it stands in a message."""
    with db.engine.begin() as tx:
        token = link_tokens.address(tx, job_id, world.now).partition("#t=")[2]
    phone.page.goto(f"{phone.site}/m#t={token}")


def test_a_customer_chooses_a_time_decides_each_extra_and_judges_the_work(
    pick_up: PickUp, world: World
) -> None:
    """By link, without an account: each word is one tap, and the page goes on to what waits next."""
    job_id = arranged(world)
    phone = pick_up()
    page = phone.page
    follow_link(phone, world, job_id)
    expect(page.locator("#welcome")).to_be_visible()
    assert "#" not in page.url  # it came along through the redirect, and was taken out of the address
    phone.look("customer-01-welcome")
    page.locator("#welcome-read").click()
    page.locator(".tz-choice").first.click()
    phone.look("customer-02-window")
    page.locator("#book-now").click()
    expect(page.get_by_text("师傅会按约定的时间上门")).to_be_visible()
    phone.look("customer-03-booked")

    installer = world.actor("installer1")
    perform(installer, job_id, Command(Action.CHECK_IN, fix=AT_DOOR), world.now)
    first = proposed(world, job_id, world.now)
    perform(
        installer,
        job_id,
        Command(
            Action.ADD_CHARGE,
            item="drill",
            quantity=1,
            collected_by="installer",
            photo_id=rows("SELECT id FROM photo")[0].id,
        ),
        world.now,
    )
    second = rows("SELECT max(id) AS id FROM charge")[0].id
    page.reload()
    expect(page.locator(f"#approve-{second}")).to_be_visible()
    phone.look("customer-04-extras")
    page.locator(f"#approve-{first}").click()
    expect(page.locator(f"#approve-{first}")).to_have_count(0)
    page.locator(f"#refuse-{second}").click()
    expect(page.locator(f"#refuse-{second}")).to_have_count(0)
    page.locator("#fold-charges").click()
    expect(page.get_by_text("已拒绝")).to_be_visible()
    phone.look("customer-05-charges")

    perform(installer, job_id, Command(Action.SETTLE_CHARGE, charge_id=first), world.now)
    for slot in ("site", "nameplate", "finished"):
        photograph(world, job_id, slot, world.now)
    perform(installer, job_id, Command(Action.SUBMIT, serial_numbers=("SN-00001",)), world.now)
    page.reload()
    expect(page.locator("#confirm-code")).to_have_count(1)
    phone.look("customer-06-verdict")
    page.locator("#reserves").click()
    page.locator(".tz-sheet .tz-choice").first.click()
    page.locator("#fill-note textarea").fill("有点渗水，先用着")
    phone.look("customer-07-reserve")
    page.locator("#do-confirm_with_reserves").click()
    expect(page.get_by_text("您提的问题，客服正在处理")).to_be_visible()
    phone.look("customer-08-waiting")
    perform(
        world.actor("agent"), job_id, Command(Action.RULE, outcome="confirmed", note="已电话指导"), world.now
    )
    page.reload()
    page.locator("#stars-2").click()
    phone.look("customer-09-rate")
    page.locator("#rate").click()
    expect(page.get_by_text("您的评价")).to_be_visible()

    create(world.actor("agent"), job_id, world.now)
    page.reload()
    expect(page.locator("#answers")).to_be_visible()
    phone.look("customer-10-return-visit")
    for group in page.locator(".tz-choices").all():
        group.locator(".tz-choice").first.click()
    page.locator("#answers").click()
    expect(page.locator("#answers")).to_have_count(0)

    page.locator("#fold-help").click()
    page.locator("#help-repair").click()
    page.get_by_role("radio", name="商品本身坏了").click()
    page.locator("#repair-problem textarea").fill("不出热水")
    phone.look("customer-15-repair")
    page.locator("#ask-repair").click()
    expect(page.locator("#repair-made")).to_be_visible()
    phone.look("customer-16-repair-made")
    [told] = rows("SELECT overall FROM rating WHERE job_id = :j", j=job_id)
    found = rows("SELECT kind, status FROM job ORDER BY id")
    assert [tuple(row) for row in found] == [
        ("install", "confirmed"),
        ("return_visit", "closed"),
        ("repair", "new"),
    ]
    assert (told.overall, phone.complaints) == (2, [])


def test_a_complaint_is_told_with_a_picture_and_followed(
    pick_up: PickUp, world: World, tmp_path: Path
) -> None:
    """The words first; the picture follows by the queue, and stands beside the agent's answer."""
    job_id, image = booked(world), tmp_path / "wall.jpg"
    image.write_bytes(picture())
    phone = pick_up()
    page = phone.page
    follow_link(phone, world, job_id)
    page.locator("#welcome-read").click()
    page.locator("#fold-help").click()
    phone.look("customer-11-help")
    page.locator("#help-complain").click()
    page.get_by_role("radio", name="物品损坏").click()
    page.locator("#fill-note textarea").fill("师傅来看现场时碰裂了瓷砖")
    give_photo(phone, "#complain-album", image, agreeing=True)
    expect(page.locator(".tz-sheet .tz-picture")).to_have_count(1)
    phone.look("customer-12-complaint")
    page.locator("#complain").click()
    expect(page.get_by_text("投诉：物品损坏")).to_be_visible()
    expect(page.locator(".tz-card .tz-picture")).to_be_visible()
    expect(page.locator("#strip")).to_have_count(0)
    [complaint] = rows("SELECT id FROM complaint WHERE job_id = :j", j=job_id)
    reply = Command(Action.COMPLAINT_REPLIED, complaint_id=complaint.id, note="非常抱歉，今天下午派人来看")
    perform(world.actor("agent"), job_id, reply, world.now)
    page.reload()
    expect(page.get_by_text("非常抱歉")).to_be_visible()
    phone.look("customer-13-complaint-answered")
    page.locator("#to-me").click()
    page.locator("#to-privacy").click()
    expect(page.get_by_text("您是用链接打开的")).to_be_visible()
    phone.look("customer-14-me")
    [photo] = rows("SELECT status, complaint_id FROM photo")
    assert (photo.status, photo.complaint_id, phone.complaints) == ("complaint", complaint.id, [])


def test_a_guest_learns_what_a_purchase_would_bring(pick_up: PickUp, world: World) -> None:
    """What, where, and the answer, whose address opens again on another phone."""
    phone = pick_up()
    page = phone.page
    phone.open("/")
    phone.look("customer-20-guest")
    page.locator("#to-promise").click()
    page.locator("#goods").fill("热水")
    expect(page.locator(f"#goods-{SKU}")).to_be_visible()
    phone.look("customer-21-goods")
    page.locator(f"#goods-{SKU}").click()
    for code in ("370000", "370600", DISTRICT):
        phone.look(f"customer-22-place-{code}")
        page.locator(f"#place-{code}").click()
    page.locator("#ask-promise").click()
    expect(page.locator("#ask-again").last).to_be_visible()
    phone.look("customer-23-promise")
    other = pick_up()
    other.page.goto(page.url)
    expect(other.page.locator("#ask-again")).to_be_visible()

    with db.engine.begin() as tx:
        tx.execute(update(Coverage).values(zone="none"))
        tx.execute(update(Product).values(self_install_allowed=True, guide=BY_ONESELF))
    page.locator("#ask-again").last.click()
    page.locator(f"#goods-{SKU}").last.click()
    for code in ("370000", "370600", DISTRICT):
        page.locator(f"#place-{code}").last.click()
    page.locator("#ask-promise").last.click()
    expect(page.locator("#film")).to_be_visible()
    phone.look("customer-24-alone")
    page.locator("#decide-cannot").click()
    expect(page.locator("#decided")).to_be_visible()
    phone.look("customer-25-decided")
    [row] = rows("SELECT decision FROM promise ORDER BY id DESC LIMIT 1")
    assert (row.decision, phone.complaints, other.complaints) == ("cannot", [], [])


def test_who_bought_several_times_finds_each_by_a_tap_and_his_own_data(
    pick_up: PickUp, world: World, sim: Remote, wechat: Gateway
) -> None:
    """Signed in by WeChat's phone; what is known of him he takes along, and erases when nothing is open."""
    opened = sessions.sign_in_wechat(wechat, sim.login_code("zhao"), CAME, world.now)
    people.link_phone(wechat, opened.id, sim.phone_code("zhao"), "2026-01", world.now)
    first, second = world.job(phone=PHONES["zhao"]), world.job(phone=PHONES["zhao"])
    phone = pick_up()
    page = phone.page
    phone.open(f"/#code={sim.login_code('zhao')}")
    expect(page.locator(f"#job-{first}")).to_be_visible()
    phone.look("customer-17-several")
    page.locator(f"#job-{second}").click()
    expect(page.get_by_text("正在为您安排附近的服务网点").last).to_be_visible()
    phone.open("/pages/privacy/index")
    expect(page.locator("#export")).to_be_visible()
    page.locator("#export").scroll_into_view_if_needed()
    phone.look("customer-18-own-data")
    with page.expect_download() as taken:
        page.locator("#export").click()
    assert rows("SELECT number FROM customer_order")[0].number in taken.value.path().read_text(
        encoding="utf-8"
    )
    page.locator("#erase").click()
    phone.look("customer-19-erase")
    page.locator("#do-erase").click()
    expect(page.locator(".tz-toast--bad")).to_be_visible()
    assert phone.complaints == []


def test_a_browser_too_old_is_given_the_plain_page(pick_up: PickUp, world: World) -> None:
    """With the link's secret, which it took along."""
    phone = pick_up()
    phone.page.add_init_script("delete Object.fromEntries")
    follow_link(phone, world, booked(world))
    expect(phone.page.get_by_text("上门时间已约好")).to_be_visible()
    assert phone.page.url == f"{phone.site}/m?plain=1"
