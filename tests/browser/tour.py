"""One walk for several tests: every page of the console, opened by everybody who sits at a desk, over a hostile world.

What phones could say has been said (`hostile`), and beside that the server's own answers lie: behind every human word
of every answer stands markup that would like to run. What each page did with it is written down, with what axe finds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson
from flask import Flask, Response
from playwright.sync_api import Browser, BrowserContext, Dialog, Error, Request
from playwright.sync_api import Response as Answer

from api.docs import document
from api.words import WORDS
from models import db
from services import links
from tests.api.matrix import Matrix
from tests.api.realms import KINDS, OPEN
from tests.browser import hostile
from tests.browser.conftest import FRAME, Desk, new_desk, serving, sign_in
from tests.rows import rows

ROLES = WORDS["roles"]
PEOPLE = {
    "admin": "admin", "agent": "agent", "auditor": "auditor", "finance": "finance", "dealer_owner": "owner1",
    "dispatcher": "dispatcher1", "installer": "installer1",
}  # fmt: skip
AXE = Path(__file__).parents[2] / "console" / "node_modules" / "axe-core" / "axe.min.js"
LIE = hostile.MARKUP[0].format("")
# Before any script of the page: whatever runs or is kept from running is remembered.
WATCH = """
window.ran = 0;
window.pwned = () => { window.ran += 1; };
window.barred = [];
const send = window.fetch;
window.held = false;
const sends = asked => (asked.method || "GET") !== "GET";
window.fetch = (asked, more) => held && sends(asked) ? Promise.reject(new TypeError("held")) : send(asked, more);
addEventListener("securitypolicyviolation", one => barred.push(one.effectiveDirective + " " + one.blockedURI));
"""
UNFOLD = """() => {
    const found = document.querySelectorAll("main [role=tab][aria-selected=false], main .ant-collapse-header,"
        + " main .ant-table-row-expand-icon-collapsed");
    found.forEach(one => one.click());
    return found.length;
}"""
# One button of each name; those of a field or a list's head open no dialogue.
BUTTONS = """() => {
    const names = new Map();
    for (const one of document.querySelectorAll("main button.ant-btn:enabled, main button.choice"))
        if (one.offsetParent) names.set(one.innerText.replace(/\\d+/g, "1"), one);
    [...names.values()].forEach((one, place) => one.dataset.tour = place);
    return [...names.keys()];
}"""
DIALOGUE = "[...document.querySelectorAll('[role=dialog]')].find(one => one.offsetParent)"
INSIDE = f"() => {DIALOGUE}?.closest('.ant-drawer, .ant-modal-wrap').contains(document.activeElement)"
ROUND = f"""() => {{
    const all = [...{DIALOGUE}.querySelectorAll("a[href], button, input, textarea, select, [tabindex='0']")];
    all.filter(one => one.offsetParent && !one.disabled && one.tabIndex >= 0).at(-1)?.focus();
}}"""
NAME = f"""() => {{
    const shown = {DIALOGUE}, title = document.getElementById(shown.getAttribute("aria-labelledby"));
    return shown.getAttribute("aria-label") || title?.innerText;
}}"""
LOOK = """() => ({
    ran, barred: barred.splice(0).filter(one => !one.startsWith("style-src")),
    planted: document.querySelectorAll("#pwned, a[href^='javascript:' i], [onerror], [onload]").length,
    text: [document.body.innerText, ...[...document.querySelectorAll("input, textarea")].map(one => one.value)].join()
})"""
CHECK = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
    .filter(one => one.impact === 'serious' || one.impact === 'critical')
    .map(one => [one.id, one.nodes.length, one.nodes[0].html.slice(0, 160), one.nodes[0].failureSummary])"""

TABLE = """() => [...document.querySelectorAll("table tr")].map(
    line => [...line.querySelectorAll("th, td")].map(cell => cell.innerText.trim()))"""
# What would be told by its colour alone.
WORDLESS = (
    "() => [...document.querySelectorAll('.ant-tag')].filter(one => !one.innerText).map(one => one.outerHTML)"
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A page as the admin's table has it: its title, the operations it reads, the roles that see it."""

    title: str
    needs: frozenset[str]
    roles: frozenset[str]


@dataclass
class Tour:
    """What was seen."""

    said: hostile.Said
    holders: dict[str, frozenset[str]]  # operation → roles
    table: dict[str, Listed] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)  # 403 to a page that was shown
    failed: list[str] = field(default_factory=list)  # 5xx, errors of scripts
    left_open: list[str] = field(default_factory=list)  # shown to, or asked for, who may not see it
    ran: list[str] = field(default_factory=list)  # markup that became more than text
    numbers: dict[str, set[str]] = field(default_factory=dict)  # said text → where it stood as text
    files: dict[str, list[str]] = field(
        default_factory=dict
    )  # each table handed out, and its cells that are formulas
    dialogues: dict[str, str] = field(default_factory=dict)  # what is wrong with each, if anything
    pressed: set[str] = field(default_factory=set)  # names of buttons that were tried, on whichever page
    barriers: dict[str, Any] = field(default_factory=dict)  # what axe finds serious

    def look(self, desk: Desk, where: str) -> None:
        """What stands there now."""
        seen = desk.page.evaluate(LOOK)
        text = seen.pop("text")
        if seen != {"ran": 0, "barred": [], "planted": 0}:
            self.ran.append(f"{where}: {seen}")
        for number in re.findall(r"q\d+q", text):
            self.numbers.setdefault(number, set()).add(where)


def walk(matrix: Matrix, browser: Browser) -> Tour:
    """The whole tour."""
    _furnish()
    tour = Tour(hostile.Mouth(matrix).everywhere(), _holders(matrix.app))
    _queue(matrix)
    tour.files = dict(hostile.files(matrix))
    _lie(matrix.app)
    with serving(matrix.app) as site:
        services = matrix.app.extensions["tuozhuang"]
        matrix.app.extensions["tuozhuang"] = replace(services, public_url=site)  # the photos' links lead here
        context = new_desk(browser)  # one for all: what was loaded once is there for the next
        context.add_init_script(WATCH)
        context.set_default_timeout(15_000)
        with _desk(matrix, context, site, "admin", tour) as desk:
            tour.table = _table(desk)
        for role, name in PEOPLE.items():
            with _desk(matrix, context, site, name, tour) as desk:
                _round(matrix, tour, desk, role)
                if role == "agent":
                    _revealed(tour, desk)
        context.close()
        _visitors(matrix, browser, site, tour)
    return tour


def _furnish() -> None:
    """Photos for every slot, so that a job can be submitted; names that a spreadsheet would take for formulas."""
    for table in ("dealer", "product", "category", "channel"):
        rows(f"UPDATE {table} SET name = '=1+1' || name")
    likewise = "1, format, width, height, brightness, sharpness, capture, received_at, installer_id"
    columns = likewise.replace("1,", "size_bytes,", 1)
    for slot in ("nameplate", "finished"):
        rows(
            f"INSERT INTO photo (job_id, slot_code, client_id, subject_id, sha256, {columns})"
            f" SELECT job_id, '{slot}', '{slot}', subject_id, sha256('{slot}' || sha256), {likewise}"
            " FROM photo WHERE slot_code = 'site'"
        )


def _queue(matrix: Matrix) -> None:
    """Jobs where agents and auditors look for them."""
    mine, theirs = matrix.mine.objects, matrix.theirs.objects
    queued = "UPDATE job SET queue = :q, queued_at = created_at WHERE id = :j"
    rows(queued, q="remote_dispute", j=mine["job"])
    rows(queued, q="no_dealer_left", j=theirs["job"])
    waiting = rows("SELECT job_id FROM offer WHERE id = :o", o=theirs["offer"])[0].job_id
    rows(queued, q="address", j=waiting)
    rows("UPDATE job SET status = 'confirmed', audit = 'waiting' WHERE id = :j", j=theirs["job"])
    rows(
        "UPDATE audit SET verdict = NULL, failed = false, decided_at = NULL WHERE job_id = :j",
        j=theirs["job"],
    )


def _holders(app: Flask) -> dict[str, frozenset[str]]:
    return {
        f"{method.upper()} {path}": frozenset(operation["x-roles"])
        for path, methods in document(app)["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    }


def _lie(app: Flask) -> None:
    """From now on markup stands behind every human word of every answer."""

    def lie(response: Response) -> Response:
        if not response.mimetype.endswith("json"):
            return response
        told = _spoilt(orjson.loads(response.get_data()))
        return Response(orjson.dumps(told), response.status_code, mimetype=response.mimetype)

    app.after_request_funcs.setdefault(None, []).append(lie)


def _spoilt(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: _spoilt(one) for name, one in told.items()}
    if isinstance(told, list):
        return [_spoilt(one) for one in told]
    human = isinstance(told, str) and not told.isascii() and LIE not in told
    return told + LIE if human else told


def _table(desk: Desk) -> dict[str, Listed]:
    """The admin's table of pages, by their addresses."""
    desk.open("/access")
    heads, *lines = desk.page.evaluate(TABLE)
    names = {name: role for role, name in ROLES.items()}
    return {
        line[1]: Listed(
            line[0],
            frozenset(line[2].split("\n")),
            frozenset(names[head] for head, cell in zip(heads[3:], line[3:], strict=True) if cell == "可见"),
        )
        for line in lines
    }


@contextmanager
def _desk(matrix: Matrix, context: BrowserContext, site: str, name: str, tour: Tour) -> Iterator[Desk]:
    """Somebody at the console, whose browser tells of everything that must not happen."""
    desk = Desk(context.new_page(), site)
    desk.page.add_init_script(sign_in(context, matrix.mine.world, site, name))

    def answered(answer: Answer) -> None:
        if answer.status == 403:
            tour.refused.append(f"{name}: {answer.url}")
        if answer.status >= 500:
            tour.failed.append(f"{name}: {answer.status} {answer.url}")

    def asked(request: Request) -> None:
        if not request.url.startswith((f"{site}/api/", f"{site}/console/", "data:", "blob:")):
            tour.ran.append(f"{name}: asked for {request.url}")

    def spoken(dialog: Dialog) -> None:
        tour.ran.append(f"{name}: {dialog.message}")
        dialog.dismiss()

    desk.page.on("response", answered)
    desk.page.on("request", asked)
    desk.page.on("dialog", spoken)
    yield desk
    tour.failed += [f"{name}: {one}" for one in desk.complaints]
    desk.page.close()


def _round(matrix: Matrix, tour: Tour, desk: Desk, role: str) -> None:
    """The pages closed to a role first, quickly: they ask nothing. Then each that is open, as far as it unfolds."""
    desk.open("/")
    asked: list[str] = []

    def listen(one: Request) -> None:
        asked.extend([one.url] if "/api/" in one.url else [])

    desk.page.on("request", listen)
    for address, page in tour.table.items():
        if role not in page.roles:
            desk.turn(_filled(matrix, address))
            closed = desk.page.get_by_text(f"您的岗位不能查看「{page.title}」")
            with suppress(Error):
                closed.wait_for(timeout=3_000)
            if not closed.is_visible():
                tour.left_open.append(f"{role}: {address}")
    desk.page.wait_for_timeout(100)
    desk.page.remove_listener("request", listen)
    tour.left_open += [f"{role}: {url}" for url in asked]
    for address, page in tour.table.items():
        if role in page.roles:
            _open(tour, desk, f"{role} {address}", _filled(matrix, address))
            if address not in tour.barriers:
                tour.barriers[address] = _barriers(desk)
                _dialogues(tour, desk, f"{role} {address}")


def _dialogues(tour: Tour, desk: Desk, where: str) -> None:
    """The dialogue of each button of a new name, opened and left by keys; nothing is sent meanwhile."""
    page = desk.page
    page.evaluate("held = true")
    for place, name in enumerate(page.evaluate(BUTTONS)):
        if name in tour.pressed:
            continue
        tour.pressed.add(name)
        button = page.locator(f"[data-tour='{place}']")
        if not button.count():
            continue
        button.focus()
        page.keyboard.press("Enter")
        for _ in range(4):  # it comes with the frame that draws it, however long that takes
            page.evaluate(FRAME)
        if page.evaluate(f"() => Boolean({DIALOGUE})"):
            desk.calm()
            tour.look(desk, f"{where} {name}")
            tour.dialogues[f"{where} {name}"] = _wrong(desk, place)
    page.evaluate("held = false")


def _wrong(desk: Desk, place: int) -> str:
    """What is wrong with the dialogue that stands open, if anything."""
    page, faults = desk.page, []
    if not page.evaluate(NAME):
        faults.append("no name")
    if not page.evaluate(INSIDE):
        faults.append("the focus stays outside")
    page.evaluate(ROUND)
    page.keyboard.press("Tab")
    if not page.evaluate(INSIDE) and page.evaluate("document.activeElement === document.body"):
        page.keyboard.press("Tab")  # round by the browser's own bar
    if not page.evaluate(INSIDE):
        faults.append("Tab leads out of it")
    page.keyboard.press("Escape")
    try:
        page.wait_for_function(f"() => !{DIALOGUE}", timeout=1_000)
    except Error:
        faults.append("Escape does not close it")
        desk.open(page.url.partition("/console")[2])
        page.evaluate("held = true")
        page.evaluate(BUTTONS)
        return "; ".join(faults)
    try:  # the wall of photos takes it itself: its keys go on
        page.wait_for_function(
            f"() => document.activeElement.matches('[data-tour=\"{place}\"], .wall')", timeout=1_000
        )
    except Error:
        faults.append("the focus is not given back")
    return "; ".join(faults)


def _open(tour: Tour, desk: Desk, where: str, address: str) -> None:
    try:
        desk.turn_to(address)
    except (Error, AssertionError):
        tour.failed.append(
            f"{where}: nothing stands there, but {desk.page.locator('body').inner_text()[:200]}"
        )
        desk.open("/")
        return
    if desk.page.get_by_text("您的岗位不能查看").count():
        tour.refused.append(where)
    if desk.page.evaluate(UNFOLD):
        desk.settle()
    tour.look(desk, where)


def _barriers(desk: Desk) -> Any:
    if not desk.page.evaluate("'axe' in window"):
        desk.page.evaluate(AXE.read_text(encoding="utf-8"))
    return [*desk.page.evaluate(CHECK), *desk.page.evaluate(WORDLESS)]


def _filled(matrix: Matrix, address: str) -> str:
    """`/jobs/:jobId` → `/jobs/1`: of our own realm."""

    def value(found: re.Match[str]) -> str:
        name = re.sub(r"(?=[A-Z])", "_", found[1]).lower()
        return OPEN[name] if name in OPEN else str(matrix.mine.objects[KINDS[name]])

    return re.sub(r":(\w+)", value, address)


def _revealed(tour: Tour, desk: Desk) -> None:
    """What a shop said of a customer, once an agent has asked to see it."""
    [job] = rows(
        "SELECT max(job.id) AS id FROM job JOIN order_line ON order_line.id = job.order_line_id"
        " JOIN customer_order ON customer_order.id = order_id WHERE number LIKE 'A-%' AND kind = 'install'"
    )
    desk.turn_to(f"/jobs/{job.id}")
    desk.page.get_by_role("button", name="查看完整信息").click()
    desk.page.get_by_role("dialog").get_by_role("button", name=re.compile("^查 ?看$")).click()
    desk.page.get_by_role("dialog").wait_for(state="hidden")
    desk.calm()
    tour.look(desk, "agent revealed")


def _visitors(matrix: Matrix, browser: Browser, site: str, tour: Tour) -> None:
    """The pages for everybody, and the one behind a customer's link."""
    with db.engine.begin() as tx:
        token = links.make(tx, matrix.mine.objects["job"], matrix.mine.world.now)
    context = browser.new_context(locale="zh-CN")
    context.add_init_script(WATCH)
    for address in ("/", "/m?plain=1", f"/m?plain=1#t={token}", "/widget/promise?sku=EWH-60", "/console/"):
        desk = Desk(context.new_page(), site)
        desk.page.goto(site + address)
        desk.calm()
        tour.look(desk, address.partition("#")[0])
        tour.barriers[address.partition("=")[0]] = _barriers(desk)
        tour.failed += desk.complaints
    context.close()
