"""Money over HTTP: fee rules, statements and the ledger, each within the horizon of whoever asks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services import fee_previews
from services.fees import run_fees
from services.ledger import approve
from services.statements import draw, silence_confirms
from tests import worlds
from tests.rows import rows
from tests.services import money
from tests.services.money import APRIL_1, DAY, MARCH, RULE, ended, rule
from tests.worlds import World

API = "/api/v1"


@pytest.fixture
def world(app: Flask, clock: Any) -> World:
    """The invented brand on 1 April."""
    made = worlds.build()
    clock.now = APRIL_1
    return made


@pytest.fixture
def march(world: World) -> dict[str, Any]:
    """A job of each dealer, the second's in a shop that the first runs; fees posted, statements drawn."""
    rule()
    ended(world, units=2, distance_m=23_400)
    ended(world, dealer=2, channel_id=money.operated_channel(world, 1))
    run_fees(APRIL_1)
    draw(MARCH, APRIL_1)
    return {row.dealer_id: row.id for row in rows("SELECT id, dealer_id FROM statement")}


def get(client: FlaskClient, path: str, who: dict[str, str], **query: Any) -> Any:
    """A GET that must succeed."""
    answer = client.get(API + path, headers=who, query_string=query)
    assert answer.status_code == 200, answer.json
    return answer.json


def test_an_owner_sees_its_own_statements_and_finance_all(
    client: FlaskClient, world: World, march: dict[int, int], clock: Any
) -> None:
    """The other dealer's statement is a 404 in every way of asking."""
    one, two = world.dealers
    owner, finance = world.sign_in("owner1", clock.now), world.sign_in("finance", clock.now)

    own = get(client, "/statements", owner)["items"]
    everybodys = get(client, "/statements", finance)["items"]

    assert [card["dealer_id"] for card in own] == [one]
    assert {card["dealer_id"] for card in everybodys} == {one, two}
    assert own[0]["available_actions"] == ["confirm", "contest"]
    foreign = march[two]
    for path in (f"/statements/{foreign}", f"/statements/{foreign}/lines", f"/statements?dealer_id={two}"):
        assert client.get(API + path, headers=owner).status_code == 404
    for deed in ("confirm", "withdraw-contest"):
        assert client.post(f"{API}/statements/{foreign}/{deed}", headers=owner).status_code == 404
    body = {"entry_ids": [1], "reason": "?"}
    assert client.post(f"{API}/statements/{foreign}/contest", json=body, headers=owner).status_code == 404
    assert client.get(f"{API}/statements", headers=world.sign_in("dispatcher1", clock.now)).status_code == 403


def test_a_statement_shows_its_sums_groups_and_lines(
    client: FlaskClient, world: World, march: dict[int, int], clock: Any
) -> None:
    """The same sum on the card, in the groups and over the pages of lines."""
    owner = world.sign_in("owner1", clock.now)
    path = f"/statements/{march[world.dealers[0]]}"
    page, first = get(client, path, owner), get(client, f"{path}/lines", owner, limit=2)
    rest = get(client, f"{path}/lines", owner, limit=2, cursor=first["next_cursor"])

    card, lines = page["statement"], first["items"] + rest["items"]
    assert (card["total_fen"], card["status_name"], card["month"]) == (16_680, "待确认", "2026-03-01")
    assert [(group["title"], group["total_fen"]) for group in page["groups"]] == [
        ("基础费", 16_000),
        ("远程费", 680),
    ]
    assert sum(line["amount_fen"] for line in lines) == card["total_fen"]
    assert rest["next_cursor"] is None


def test_a_statement_is_contested_reviewed_and_approved_through_the_routes(
    client: FlaskClient, world: World, march: dict[int, int], clock: Any
) -> None:
    """One pair of eyes is 403 four_eyes; a stale version is 412; the rest goes through."""
    owner, finance = world.sign_in("owner1", clock.now), world.sign_in("finance", clock.now)
    path = f"{API}/statements/{march[world.dealers[0]]}"
    [line, *_] = get(client, f"/statements/{march[world.dealers[0]]}/lines", owner)["items"]

    stale = client.post(f"{path}/confirm", headers={**owner, "If-Match": "99"})
    contested = client.post(
        f"{path}/contest", json={"entry_ids": [line["entry_id"]], "reason": "只装了一台"}, headers=owner
    )
    alone = client.post(f"{path}/approve", headers=finance)
    reviewed = client.post(f"{path}/review", headers=finance)
    same = client.post(f"{path}/approve", headers=finance)

    assert stale.status_code == 412
    assert (contested.json["status"], contested.json["total_fen"]) == ("contested", 8_680)
    assert [alone.json["code"], same.json["code"]] == ["four_eyes", "four_eyes"]
    assert (alone.status_code, reviewed.status_code) == (403, 200)
    shown = get(client, f"/statements/{march[world.dealers[0]]}", owner)["statement"]
    assert (shown["contested_fen"], shown["available_actions"]) == (8_000, ["contest", "withdraw_contest"])


def test_a_confirmed_statement_is_approved_by_finance(
    client: FlaskClient, world: World, march: dict[int, int], clock: Any
) -> None:
    """The owner's yes and finance's are four eyes; a second yes is a 409 that says what may be done."""
    owner, finance = world.sign_in("owner1", clock.now), world.sign_in("finance", clock.now)
    path = f"{API}/statements/{march[world.dealers[0]]}"
    confirmed = client.post(f"{path}/confirm", headers=owner)
    again = client.post(f"{path}/confirm", headers=owner)
    approved = client.post(f"{path}/approve", headers=finance)
    assert [answer.json.get("status") for answer in (confirmed, approved)] == ["confirmed", "approved"]
    assert (again.status_code, again.json["code"]) == (409, "illegal_transition")
    assert client.post(f"{path}/review", headers=owner).status_code == 403


def test_a_statement_is_invoiced_paid_and_closed_through_the_routes(
    client: FlaskClient, world: World, march: dict[int, int], clock: Any
) -> None:
    """Each state offers what its routes do; who is not finance records nothing."""
    owner, finance = world.sign_in("owner1", clock.now), world.sign_in("finance", clock.now)
    path = f"{API}/statements/{march[world.dealers[0]]}"
    invoice = {
        "number": "26370000000000000001",
        "issued_on": "2026-04-01",
        "amount_fen": 16_680,
        "tax_fen": 0,
    }
    steps: list[tuple[str, Any]] = [
        ("invoice", invoice),
        ("refuse-invoice", {"reason": "抬头有误"}),
        ("invoice", invoice),
        ("payment", {"paid_on": "2026-04-01", "reference": "R1"}),
        ("close", None),
    ]
    rate = {"since": "2026-04", "kind": "*", "rate_bp": 600}
    made = client.post(f"{API}/tax-rules", json=rate, headers=finance)
    again = client.post(f"{API}/tax-rules", json=rate, headers=finance)
    past = client.post(f"{API}/tax-rules", json={**rate, "since": "2026-03"}, headers=finance)
    client.post(f"{path}/confirm", headers=owner)
    client.post(f"{path}/approve", headers=finance)
    wrong = client.post(f"{path}/invoice", json={**invoice, "tax_fen": 1}, headers=finance)
    offered = []
    for deed, body in steps:
        assert client.post(f"{path}/{deed}", json=body, headers=owner).status_code == 403
        offered.append(
            get(client, f"/statements/{march[world.dealers[0]]}", finance)["statement"]["available_actions"]
        )
        done = client.post(f"{path}/{deed}", json=body, headers=finance)
        assert done.status_code == 200, done.json

    assert (made.status_code, again.json["code"], past.json["errors"][0]["code"]) == (
        201,
        "tax_rule_exists",
        "in_the_past",
    )
    assert (wrong.status_code, wrong.json["errors"][0]["field"]) == (422, "tax_fen")
    assert offered == [
        ["record_invoice"],
        ["refuse_invoice", "record_payment"],
        ["record_invoice"],
        ["refuse_invoice", "record_payment"],
        ["close"],
    ]
    assert done.json["status"] == "closed"
    assert [line["rate_bp"] for line in get(client, "/tax-rules", owner)["items"]] == [600]


def test_an_owner_sees_what_it_is_owed_and_what_its_shop_paid(
    client: FlaskClient, world: World, march: dict[int, int], clock: Any
) -> None:
    """Legs of other accounts are not shown, entries without an own leg do not exist."""
    one, two = world.dealers
    owner, other = world.sign_in("owner1", clock.now), world.sign_in("owner2", clock.now)
    finance = world.sign_in("finance", clock.now)

    found = get(client, "/ledger/entries", owner)["items"]
    legs = [(leg["account"], leg["amount_fen"]) for entry in found for leg in entry["legs"]]
    theirs = get(client, "/ledger/entries", other)["items"]
    everything = get(client, "/ledger/entries", finance)["items"]

    assert sorted(legs) == [
        (f"channel_operator:{one}", 8000),
        (f"dealer_payable:{one}", -8000),
        (f"dealer_payable:{one}", -8000),
        (f"dealer_payable:{one}", -680),
    ]
    assert [leg["account"] for entry in theirs for leg in entry["legs"]] == [f"dealer_payable:{two}"]
    assert all(sum(leg["amount_fen"] for leg in entry["legs"]) == 0 for entry in everything)
    foreign = next(entry["id"] for entry in everything if entry["kind"] == "remote_fee")
    assert client.get(f"{API}/ledger/explain/{foreign}", headers=other).status_code == 404
    assert client.get(f"{API}/ledger/entries?dealer_id={one}", headers=other).status_code == 404


def test_entries_come_in_pages_without_gap_or_double(
    client: FlaskClient, world: World, march: dict[int, int], clock: Any
) -> None:
    """For one dealer and for all, with filters."""
    one = world.dealers[0]
    for who, query in (
        ("owner1", {}),
        ("finance", {}),
        ("finance", {"dealer_id": one, "month": "2026-03-31"}),
    ):
        headers = world.sign_in(who, clock.now)
        whole = [entry["id"] for entry in get(client, "/ledger/entries", headers, **query)["items"]]
        paged, cursor = [], {}
        while cursor is not None:
            page = get(client, "/ledger/entries", headers, limit=1, **query, **cursor)
            paged += [entry["id"] for entry in page["items"]]
            cursor = {"cursor": page["next_cursor"]} if page["next_cursor"] else None
        assert paged == whole
        assert len(whole) == 4
    job = rows("SELECT job_id FROM ledger_entry WHERE kind = 'remote_fee'")[0].job_id
    for who in ("owner1", "finance"):
        found = get(client, "/ledger/entries", world.sign_in(who, clock.now), job_id=job)["items"]
        assert {entry["job_id"] for entry in found} == {job}
    assert (
        get(client, "/ledger/entries", world.sign_in("finance", clock.now), month="2026-04-01")["items"] == []
    )


def test_every_entry_explains_itself(
    client: FlaskClient, world: World, march: dict[int, int], clock: Any
) -> None:
    """Arithmetic, version, job, statement; a reversal names what it took back, and is named."""
    owner = world.sign_in("owner1", clock.now)
    entry = rows("SELECT id FROM ledger_entry WHERE kind = 'remote_fee'")[0].id
    done = money.corrected(world, entry, "里程有误", APRIL_1)

    told = get(client, f"/ledger/explain/{entry}", owner)
    mirrored = get(client, f"/ledger/explain/{done.reversal_id}", owner)

    assert told["arithmetic"] == "远程费 (23.4 km − 20 km) × ¥2.00 = ¥6.80"
    assert (told["entry"]["rule_version"], told["rule_effective_from"]) == (1, "2026-01-01")
    assert (told["job_kind"], told["job_status"]) == ("install", "closed")
    assert told["statement_ids"] == [march[world.dealers[0]]]
    assert (told["reversed_by_id"], mirrored["entry"]["reverses_id"]) == (done.reversal_id, entry)


def test_finance_corrects_by_two_and_closes_a_month_into_which_nothing_posts_any_more(
    client: FlaskClient, world: World, march: dict[int, int], clock: Any
) -> None:
    """403 for the proposer's own yes, 409 with all that is open, and what is approved after the close is April's."""
    finance = world.sign_in("finance", clock.now)
    [fee, *_] = rows("SELECT id FROM ledger_entry WHERE kind = 'base_fee' ORDER BY id")
    asked = client.post(
        f"{API}/ledger/entries/{fee.id}/corrections",
        json={"reason": "重复计费", "instead_fen": 7000},
        headers=finance,
    )
    assert asked.status_code == 201, asked.json
    alone = client.post(f"{API}/ledger/corrections/{asked.json['id']}/approve", headers=finance)
    open_still = client.post(f"{API}/ledger/months/close", json={"month": "2026-03"}, headers=finance)
    [cockpit] = get(client, "/ledger/months", finance)["items"]
    assert (alone.status_code, alone.json["code"]) == (403, "four_eyes")
    assert (open_still.status_code, [one["code"] for one in open_still.json["errors"]]) == (
        409,
        ["statement_open"],
    )
    assert (cockpit["corrections_waiting"], cockpit["missing"][0]["count"]) == (1, 2)
    assert [one["id"] for one in get(client, "/ledger/corrections", finance)["items"]] == [asked.json["id"]]

    silence_confirms(clock.now + 10 * DAY)
    closed = client.post(f"{API}/ledger/months/close", json={"month": "2026-03"}, headers=finance)
    assert closed.status_code == 200, closed.json
    done = approve(money.second(world), asked.json["id"], clock.now)
    for entry_id in (done.reversal_id, done.instead_id):
        told = get(client, f"/ledger/explain/{entry_id}", finance)
        assert (told["entry"]["month"], told["corrects_id"]) == ("2026-04-01", fee.id)
        assert told["entry"]["author_id"] == world.people["finance"]
    owner = world.sign_in("owner1", clock.now)
    lines = get(client, "/ledger/balances", owner, month="2026-04")["items"]
    [payable] = [line for line in lines if line["account_name"] == "应付服务商"]
    assert (payable["opening_fen"], payable["moved_fen"], payable["closing_fen"]) == (-16680, 1000, -15680)


def test_a_new_version_of_the_rules_begins_today_at_the_earliest(
    client: FlaskClient, world: World, clock: Any
) -> None:
    """The first may begin in the past; who is not finance may not add one; versions count up."""
    finance, admin = world.sign_in("finance", clock.now), world.sign_in("admin", clock.now)
    first = client.post(f"{API}/fee-rules", json=RULE, headers=finance)
    past = client.post(f"{API}/fee-rules", json=RULE, headers=finance)
    second = client.post(f"{API}/fee-rules", json={**RULE, "effective_from": "2026-04-01"}, headers=finance)
    forbidden = client.post(f"{API}/fee-rules", json=RULE, headers=admin)

    assert (first.status_code, first.json["version"]) == (201, 1)
    assert (past.status_code, past.json["errors"][0]["code"]) == (422, "in_the_past")
    assert (second.json["version"], second.json["effective_from"]) == (2, "2026-04-01")
    assert forbidden.status_code == 403
    listed = get(client, "/fee-rules", admin, limit=1)
    assert [line["version"] for line in listed["items"]] == [2]
    [old] = get(client, "/fee-rules", admin, cursor=listed["next_cursor"])["items"]
    assert old["rule"] == RULE


def test_a_rule_added_by_the_api_is_what_the_fee_run_reads(
    client: FlaskClient, world: World, clock: Any
) -> None:
    """From the body to the ledger, the version named."""
    finance = world.sign_in("finance", clock.now)
    body = {**RULE, "trip_bp": 2500, "exclusive_markup_bp": 1000}
    assert client.post(f"{API}/fee-rules", json=body, headers=finance).status_code == 201
    ended(world, scheme="exclusive")
    run_fees(APRIL_1)
    [row] = money.posted()
    assert (row.version, row.memo) == (1, "基础安装费 电热水器 免费区 独家 ¥80.00 × 110% = ¥88.00")
    made_by = rows("SELECT created_by, effective_from FROM fee_rule")[0]
    assert made_by.created_by == world.people["finance"]
    assert made_by.effective_from == datetime.fromisoformat("2026-01-01T00:00:00+08:00")


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"base": []}, ["base"]),
        ({"base": [{"category": "x", "zone": "free", "fen": 1}]}, ["base[0].category"]),
        ({"effective_from": "9999-01-01"}, ["effective_from"]),
        ({"remote": [{"zone": "free", "free_m": 90_000, "per_km_fen": 1}]}, ["remote[0].free_m"]),
        ({"timeliness": RULE["timeliness"] * 2}, [f"timeliness[{n}]" for n in range(4, 8)]),
        ({"surprise": 1}, ["surprise"]),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused_with_its_fields(
    client: FlaskClient, world: World, clock: Any, change: dict[str, Any], fields: list[str]
) -> None:
    """Every fault at once, by its path, and nothing stored."""
    answer = client.post(
        f"{API}/fee-rules", json={**RULE, **change}, headers=world.sign_in("finance", clock.now)
    )
    assert (answer.status_code, [fault["field"] for fault in answer.json["errors"]]) == (422, fields)
    assert rows("SELECT 1 FROM fee_rule") == []


def test_a_preview_is_the_fee_runs_arithmetic(client: FlaskClient, world: World, clock: Any) -> None:
    """By the rule in force, by one that is not stored, negotiated, and without a price."""
    finance = world.sign_in("finance", clock.now)
    case = {"category": "water_heater", "zone": "free", "units": 2, "distance_m": 23_400}

    def ask(rule: Any = None, **change: Any) -> Any:
        body = {"case": {**case, **change}, **({"rule": rule} if rule else {})}
        return client.post(f"{API}/fee-rules/preview", json=body, headers=finance)

    none_yet = ask()
    rule()
    now = ask().json
    tried = ask({**RULE, "base": [{"category": "water_heater", "zone": "free", "fen": 9000}]}).json
    far = ask(distance_m=93_000).json

    assert none_yet.status_code == 404
    assert (now["version"], now["total_fen"]) == (1, 16_680)
    assert [part["times"] for part in now["parts"]] == [2, 1]
    assert (tried["version"], tried["total_fen"]) == (None, 18_680)
    assert (far["negotiated"], far["total_fen"]) == (True, None)
    assert ask(category="lamp").json["code"] == "no_base_fee"
    assert ask(day=(APRIL_1 - 400 * DAY).date().isoformat()).status_code == 404


def test_a_version_is_compared_and_previewed_through_the_routes(
    client: FlaskClient, world: World, clock: Any
) -> None:
    """Finance asks, is told where to look, and reads sums and dealers there; an owner knows of none of it."""
    rule()
    rule(2, effective_from="2026-05-01", base=[{**RULE["base"][0], "fen": 8500}, RULE["base"][1]])
    ended(world)
    finance, owner = world.sign_in("finance", clock.now), world.sign_in("owner1", clock.now)

    asked = client.post(f"{API}/fee-rules/2/preview", json={"month": "2026-03"}, headers=finance)
    fee_previews.work(clock.now)
    look = asked.json["look"].removeprefix(API)

    assert (asked.status_code, asked.json["month"]) == (202, "2026-03-01")
    result = get(client, look, finance)["result"]
    assert (result["was_fen"], result["now_fen"], result["dealers"]) == (8000, 8500, 1)
    [line] = get(client, f"{look}/dealers", finance)["items"]
    assert (line["dealer_id"], line["now_fen"]) == (world.dealers[0], 8500)
    assert [one["id"] for one in get(client, "/fee-previews", finance)["items"]] == [asked.json["id"]]
    [_, price] = get(client, "/fee-rules/1/diff/2", finance)["changes"]
    assert price["text"] == "基础费 电热水器 免费区 ¥80.00 → ¥85.00"
    assert client.get(API + look, headers=owner).status_code == 403
