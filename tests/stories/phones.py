"""Phones in bad places: they repeat a request until it is answered, always under the same Idempotency-Key.

`story` leads one job from its offer to its rating over HTTP. Every answer that a phone saw is an
acknowledgement: it must be found in the database afterwards, exactly once.
"""

from __future__ import annotations

import http.client
import json
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from models import db
from models.session import CustomerLink, Session
from services.queries.sessions import hashed
from tests.worlds import World

SLOTS = ("site", "nameplate", "finished")
STORY = (
    "create", "offer", "accept", "assign", "contact", "book", "check_in", *["take_photo"] * 3, "add_charge",
    "approve_charge", "settle_charge", "submit", "confirm", "rate",
)  # fmt: skip
AT_DOOR = {"lng": 121.4001, "lat": 37.5301, "datum": "gcj02", "accuracy_m": 20, "point_source": "device"}
ASIDE = (503, 429)  # "come again"
BOUNDARY = "a-boundary-of-our-own"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a phone got: the status, the content's type, and the JSON or the bytes."""

    status: int
    kind: str
    body: Any


@dataclass
class Phone:
    """Somebody's device. `patience_s` is how long it goes on asking; `lost` counts answers that never came,
    `aside` those that said "come again", `answered` the others."""

    port: int
    headers: dict[str, str]
    patience_s: float = 60.0
    lost: int = 0
    aside: int = 0
    answered: int = 0
    _line: http.client.HTTPConnection | None = field(default=None, repr=False)

    def get(self, path: str) -> Any:
        """The JSON at an address."""
        return self.insist("GET", path, None, {}).body

    def post(self, path: str, **body: Any) -> Any:
        """A deed; the JSON of its answer."""
        raw = json.dumps(body).encode()
        return self.change(path, raw, "application/json")

    def photograph(self, job_id: int, slot: str, picture: bytes) -> Any:
        """One photo for one slot, from the camera."""
        form = {"slot": slot, "client_id": f"{job_id}-{slot}", "capture": "camera"}
        return self.change(f"/jobs/{job_id}/photos", multipart(form, picture), _MULTIPART)

    def change(self, path: str, raw: bytes, kind: str) -> Any:
        """One changing request under one key; anything but a 2xx fails the test."""
        key = secrets.token_hex(8)
        answer = self.insist("POST", path, raw, {"Content-Type": kind, "Idempotency-Key": key})
        assert 200 <= answer.status < 300, (path, answer)
        return answer.body

    def insist(self, method: str, path: str, raw: bytes | None, headers: dict[str, str]) -> Answer:
        """Ask until there is an answer that isn't "come again"."""
        end = time.monotonic() + self.patience_s
        while True:
            try:
                answer = self.once(method, path, raw, headers)
            except (OSError, http.client.HTTPException):
                self.lost += 1
            else:
                if answer.status not in ASIDE:
                    self.answered += 1
                    return answer
                self.aside += 1
            assert time.monotonic() < end, f"{method} {path}: no answer in {self.patience_s:.0f} s"
            time.sleep(0.05)

    def once(self, method: str, path: str, raw: bytes | None, headers: dict[str, str]) -> Answer:
        """Ask once over the kept-alive connection; OSError or HTTPException when it broke."""
        line = self._line or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        self._line = None
        try:
            line.request(method, f"/api/v1{path}", raw, self.headers | headers)
            answer = line.getresponse()
            content, kind = answer.read(), answer.headers.get_content_type()
        except BaseException:
            line.close()
            raise
        self._line = line
        return Answer(answer.status, kind, json.loads(content) if kind.endswith("json") else content)


class Stutterer(Phone):
    """A phone that sends every request three times under one key: one after the other, or all at once."""

    def insist(self, method: str, path: str, raw: bytes | None, headers: dict[str, str]) -> Answer:
        """All three answers must be the same."""
        twins = [Phone(self.port, self.headers) for _ in range(3)]
        if raw is not None and len(raw) % 2:
            answers = [twin.insist(method, path, raw, headers) for twin in twins]
        else:
            with ThreadPoolExecutor(3) as pool:
                answers = list(pool.map(lambda twin: twin.insist(method, path, raw, headers), twins))
        if method != "GET":
            assert answers[1:] == answers[:1] * 2, answers
        return answers[0]


_MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"


def multipart(form: dict[str, str], picture: bytes) -> bytes:
    """A form with one file, as `wx.uploadFile` sends it."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in form.items()
    ]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="p.jpg"\r\n'
    file = head.encode() + b"Content-Type: image/jpeg\r\n\r\n" + picture
    return b"".join(parts) + file + f"\r\n--{BOUNDARY}--\r\n".encode()


def customer(job_id: int, now: datetime) -> dict[str, str]:
    """Headers of a customer who opened the link of the job on his own phone."""
    token, link = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    until = now + timedelta(days=14)
    with db.engine.begin() as tx:
        made = insert(CustomerLink).values(
            token_hash=hashed(link), job_id=job_id, created_at=now, expires_at=until
        )
        link_id = tx.execute(made.returning(CustomerLink.id)).scalar_one()
        session = {"kind": "link", "role": "customer", "link_id": link_id, "job_id": job_id}
        session["device_id"] = "phone-of-the-customer"  # a yes from nowhere would be audited
        times = {"created_at": now, "last_seen": now, "idle_expires_at": until, "expires_at": until}
        tx.execute(insert(Session).values(token_hash=hashed(token), **session, **times))
    return {"Authorization": f"Bearer {token}"}


@dataclass(frozen=True, slots=True)
class Cast:
    """The phones of one story."""

    desk: Phone
    installer: Phone
    customer: Phone

    def total(self, count: str) -> int:
        """Of all three phones: "lost", "aside" or "answered"."""
        return sum(getattr(phone, count) for phone in (self.desk, self.installer, self.customer))


def cast(world: World, port: int, job_id: int, kind: type[Phone] = Phone) -> Cast:
    """Dealer 1's people and the customer of the job, each with a fresh session."""
    now = world.now
    return Cast(
        kind(port, world.sign_in("dispatcher1", now)),
        kind(port, world.sign_in("installer1", now)),
        kind(port, customer(job_id, now)),
    )


def story(people: Cast, world: World, job_id: int, offer_id: int, picture: bytes) -> list[tuple[int, str]]:
    """From the offer to the rating; (event number, action) of everything that was acknowledged."""
    desk, installer, at = people.desk, people.installer, f"/jobs/{job_id}"
    seen: list[tuple[int, str]] = []

    def did(action: str, acted: Any) -> None:
        seen.append((acted["event_seq"], action))

    did("accept", desk.post(f"/offers/{offer_id}/accept"))
    did("assign", desk.post(f"{at}/assign", installer_id=world.people["installer1"]))
    did("contact", desk.post(f"{at}/contact", note="客户周一在家"))
    start = world.now + timedelta(hours=1)
    window = {"start": start.isoformat(), "end": (start + timedelta(hours=2)).isoformat()}
    did("book", desk.post(f"{at}/book", window=window))
    did("check_in", installer.post(f"{at}/check-in", fix=AT_DOOR))
    photo, *_ = [installer.photograph(job_id, slot, picture) for slot in SLOTS]
    extra = {"item": "drill", "quantity": 2, "collected_by": "installer", "photo_id": photo["id"]}
    charge = installer.post(f"{at}/charges", **extra)
    did("add_charge", charge)
    [line] = people.customer.get(at)["charges"]
    did("approve_charge", people.customer.post(f"{at}/charges/{line['id']}/approve"))
    did("settle_charge", installer.post(f"{at}/charges/{line['id']}/settle"))
    did("submit", installer.post(f"{at}/submit", serial_numbers=[f"SN-{job_id:06d}"]))
    did("confirm", people.customer.post(f"{at}/confirm"))
    did("rate", people.customer.post(f"{at}/rating", scores={"overall": 5}, note="师傅很好"))
    return seen
