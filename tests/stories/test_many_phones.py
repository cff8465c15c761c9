"""Many phones at once over real sockets: fifty dealers after one job, and a phone that says everything three times."""

from __future__ import annotations

import json
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from demo import postgres
from domain.actions import Action, Command
from domain.actors import SYSTEM
from services.fees import run_fees
from services.lifecycle import perform
from services.queries.chains import verify_all
from tests.databases import TEMPLATE
from tests.photographing import picture
from tests.rows import rows
from tests.services import money
from tests.stories import phones, serving
from tests.worlds import World

DEALERS, ROUNDS = 50, 100


@dataclass(frozen=True, slots=True)
class Served:
    """A brand and its web server."""

    world: World
    web: serving.Web


@pytest.fixture(scope="module")
def served(postgres_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server and one database for the whole module."""
    url = postgres.clone(postgres_server, TEMPLATE, name := f"m_{tmp_path_factory.mktemp('m').name}")
    with serving.home(url, tmp_path_factory.mktemp("many")) as home, serving.web(home) as web:
        yield Served(home.world(), web)
    postgres.drop(postgres_server, name)


def a_job(world: World, numbers: list[int], **order: Any) -> tuple[int, dict[int, int]]:
    """A job offered to these dealers; its id and the offers' ids by dealer."""
    job_id = world.job(**order)
    asked = tuple(world.dealers[number - 1] for number in numbers)
    perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=asked), world.now)
    offers = rows("SELECT id, dealer_id FROM offer WHERE job_id = :j", j=job_id)
    return job_id, {row.dealer_id: row.id for row in offers}


class Line:
    """A kept-alive connection that sends first and reads later, so that one thread can hold fifty at once."""

    def __init__(self, port: int, headers: dict[str, str]) -> None:
        self._port, self._headers = port, "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self._socket: socket.socket | None = None

    def send(self, path: str) -> None:
        """A POST of {}; a connection the server has let go of is made anew."""
        if self._socket is None or _is_over(self._socket):
            self._socket = socket.create_connection(("127.0.0.1", self._port), 60)
        head = f"POST /api/v1{path} HTTP/1.1\r\nHost: x\r\n{self._headers}Content-Type: application/json\r\n"
        self._socket.sendall(f"{head}Content-Length: 2\r\n\r\n{{}}".encode())

    def read(self) -> tuple[int, dict[str, Any]]:
        """(status, JSON) of the answer."""
        assert self._socket is not None
        raw = b""
        while b"\r\n\r\n" not in raw:
            raw += self._more()
        head, _, body = raw.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        while len(body) < length:
            body += self._more()
        return int(head.split(b" ", 2)[1]), json.loads(body)

    def _more(self) -> bytes:
        assert self._socket is not None
        more = self._socket.recv(65536)
        assert more, "the server hung up instead of answering"
        return more


def _is_over(line: socket.socket) -> bool:
    line.setblocking(False)
    try:
        return line.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    finally:
        line.settimeout(60)


def test_of_fifty_dealers_who_accept_at_once_one_wins_a_hundred_times(served: Served) -> None:
    """One 200 and 49 times 409 `job_changed` a round; offers, events, clocks and the job agree on the winner."""
    world = served.world
    numbers = [world.add_dealer() for _ in range(DEALERS)]
    desks = {world.dealers[n - 1]: world.sign_in(f"dispatcher{n}", world.now) for n in numbers}
    lines = {dealer: Line(served.web.port, headers) for dealer, headers in desks.items()}
    won, said = {}, Counter[tuple[int, str]]()
    for _ in range(ROUNDS):
        job_id, offers = a_job(world, numbers)
        for dealer, line in lines.items():
            line.send(f"/offers/{offers[dealer]}/accept")
        for dealer, line in lines.items():
            status, body = line.read()
            said[status, body.get("code", "")] += 1
            if status == 200:
                assert job_id not in won
                won[job_id] = dealer

    assert said == {(200, ""): ROUNDS, (409, "job_changed"): ROUNDS * (DEALERS - 1)}
    assert served.web.told("unexpected") == []
    assert_consistent(won)


def assert_consistent(won: dict[int, int]) -> None:
    """What the database says of the rounds, asked once for all."""
    ids = list(won)
    jobs = rows("SELECT id, dealer_id, status, version FROM job WHERE id = ANY(:ids)", ids=ids)
    assert {row.id: row.dealer_id for row in jobs} == won
    assert {(row.status, row.version) for row in jobs} == {("accepted", 3)}
    taken = rows("SELECT job_id, dealer_id FROM offer WHERE status = 'accepted'")
    assert {row.job_id: row.dealer_id for row in taken} == won
    assert rows("SELECT status, count(*) FROM offer GROUP BY 1 ORDER BY 1") == [
        ("accepted", ROUNDS),
        ("withdrawn", ROUNDS * (DEALERS - 1)),
    ]
    accepted = rows("SELECT job_id, (data->>'dealer_id')::bigint FROM job_event WHERE action = 'accept'")
    assert dict(map(tuple, accepted)) == won
    assert len(accepted) == ROUNDS
    clocks = rows(
        "SELECT job_id, stopped_at FROM clock WHERE kind = 'accept' AND job_id = ANY(:ids)", ids=ids
    )
    assert {row.job_id for row in clocks if row.stopped_at is not None} == set(ids)
    assert [row for row in clocks if row.stopped_at is None] == []
    whose = rows("SELECT job_id, dealer_id FROM clock WHERE kind = 'contact' AND stopped_at IS NULL")
    assert {row.job_id: row.dealer_id for row in whose} == won
    assert verify_all().broken == ()


# What tells two jobs apart although the same was done to both: numbers, moments, and what is sealed or chained.
OWN = frozenset([
    "id", "job_id", "order_line_id", "subject_id", "visit_id", "photo_id", "charge_id", "note_id", "prev_hash", "hash",
    "event_hash", "sha256", "client_id", "place", "text", "code", "payload", "dedupe_key", "serial_number",
    "window_start", "window_end",
    "funnel",  # tells how many offers the dealer had before: the second job's dealer had one more
])  # fmt: skip
TABLES = {
    "job": "id",
    "job_event": "job_id",
    "job_unit": "job_id",
    "note": "job_id",
    "offer": "job_id",
    "photo": "job_id",
    "check_in": "job_id",
    "charge": "job_id",
    "confirm_code": "job_id",
    "rating": "job_id",
    "clock": "job_id",
    "outbox": "job_id",
}


def state(job_id: int) -> dict[str, list[Any]]:
    """Everything the database knows of a job but its own numbers and moments, table by table, in order."""
    return {
        table: sorted(map(_told, rows(f"SELECT * FROM {table} WHERE {column} = :job", job=job_id)))
        for table, column in TABLES.items()
    }


def _told(row: Any) -> str:
    return repr(sorted((name, _plain(value)) for name, value in row._asdict().items() if name not in OWN))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return "a moment"
    if isinstance(value, dict):
        return {
            name: inside for name, inside in value.items() if not name.endswith("_id") and name != "result"
        }
    return value


def paid(job_id: int) -> list[tuple[str, str]]:
    """(natural key without the job's number, legs) of everything the job paid."""
    mine = [row for row in money.posted() if row.key.startswith(f"job:{job_id}:")]
    return sorted((row.key.replace(f"job:{job_id}:", "job:"), row.legs) for row in mine)


def test_a_phone_that_says_everything_three_times_ends_where_one_does_that_speaks_once(
    served: Served,
) -> None:
    """Twelve deeds, each thrice under one key, one after the other or at once: the same rows in every table."""
    world, shot, ended = served.world, picture(), []
    for number, kind in enumerate((phones.Phone, phones.Stutterer)):
        job_id, offers = a_job(world, [1], phone=f"1380000222{number}", address=f"建设路 {number} 号")
        people = phones.cast(world, served.web.port, job_id, kind)
        phones.story(people, world, job_id, offers[world.dealers[0]], shot)
        perform(SYSTEM, job_id, Command(Action.CLOSE), world.now + timedelta(days=8))
        ended.append(job_id)
    money.rule()
    run_fees(world.now + timedelta(days=8))

    once, thrice = map(state, ended)
    assert thrice == once
    paid_once, paid_thrice = map(paid, ended)
    assert paid_thrice == paid_once
    assert "job:base_fee:unit:1" in dict(paid_once)
    assert [len(once[table]) for table in ("photo", "charge", "rating")] == [3, 1, 1]
    actions = rows("SELECT action FROM job_event WHERE job_id = :job ORDER BY seq", job=ended[1])
    assert tuple(row.action for row in actions) == (*phones.STORY, "close")
    assert verify_all().broken == ()
    assert served.web.told("unexpected") == []
