"""The main story as requests: what each step sends, as whom, and what it learns from the answer.

Thirteen requests: the twelve of the comparison (create, offer, accept, assign, check-in, photo, two completion
steps, confirm, rate, one read, one list) and `book`, without which our table lets nobody check in.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

import psycopg

from bench.crowd import Request

STEPS = (
    "create", "offer", "accept", "assign", "book", "check_in", "photo", "waive", "submit", "confirm", "rate",
    "read", "list",
)  # fmt: skip
BEYOND_TWELVE = "book"
BOUNDARY = "----bench"
DATABASE = "BENCH_DATABASE"

_OFFER = "SELECT id FROM offer WHERE job_id = %(job)s AND dealer_id = %(dealer)s"
_LINK = """
WITH link AS (INSERT INTO customer_link (token_hash, job_id, created_at, expires_at)
    VALUES (%(link)s, %(job)s, now(), now() + interval '7 days') RETURNING id)
INSERT INTO session (token_hash, kind, role, link_id, job_id, device_id, created_at, last_seen, idle_expires_at,
                     expires_at)
SELECT %(token)s, 'link', 'customer', id, %(job)s, %(device)s, now(), now(), now() + interval '7 days',
       now() + interval '7 days' FROM link
"""

_aside: list[psycopg.Connection[Any]] = []


def ready() -> None:
    """Each client process knows the database: the customer's link and the offer's number come by other ways."""
    _aside.append(psycopg.connect(os.environ[DATABASE], autocommit=True))


@dataclass(frozen=True, slots=True)
class Team:
    """Who plays: tokens, ids and the address whose dealers these are."""

    channel_id: int
    address: str
    point: dict[str, Any]
    dealer_ids: tuple[int, ...]
    installer_id: int
    agent: str
    desk: str
    installer: str


@dataclass(slots=True)
class Story:
    """One job from its order to its rating, and what is known of it so far."""

    number: int
    team: Team
    picture: bytes
    customer: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    job_id: int = 0
    offer_id: int = 0

    def request(self, step: str) -> Request:
        """What is sent now."""
        made: Request = getattr(self, f"_{step}")()
        return made

    def heard(self, step: str, answer: Any) -> None:
        """Remember what later steps name."""
        if step == "create":
            self.job_id = answer["lines"][0]["jobs"][0]["id"]
            self._open_link()
        elif step == "offer":
            asked = {"job": self.job_id, "dealer": self.team.dealer_ids[0]}
            row = _aside[0].execute(_OFFER, asked).fetchone()
            assert row is not None
            self.offer_id = row[0]

    def _open_link(self) -> None:
        """As if the customer had opened the link in the text message."""
        from services.queries.sessions import hashed

        link, device = hashed(secrets.token_urlsafe(32)), f"phone-of-{self.job_id}"
        values = {"link": link, "token": hashed(self.customer), "job": self.job_id, "device": device}
        _aside[0].execute(_LINK, values)

    def _deed(self, token: str, path: str, **body: Any) -> Request:
        return Request("POST", f"/api/v1/jobs/{self.job_id}/{path}", token, json.dumps(body).encode())

    def _create(self) -> Request:
        order = {
            "channel_id": self.team.channel_id,
            "number": f"B{self.number:08d}",
            "receiver": "张小满",
            "phone": f"138{self.number:08d}",
            "address": f"{self.team.address}建设路{self.number % 90 + 1}号",
            "point": self.team.point,
            "lines": [
                {
                    "sku": "BENCH-60",
                    "title": "电热水器 60 升",
                    "paid_fen": 129_900,
                    "delivered_at": datetime.now(UTC).isoformat(),
                }
            ],
        }
        return Request("POST", "/api/v1/orders", self.team.agent, json.dumps(order).encode())

    def _offer(self) -> Request:
        return self._deed(self.team.agent, "offers", dealer_ids=list(self.team.dealer_ids[:2]))

    def _accept(self) -> Request:
        return Request("POST", f"/api/v1/offers/{self.offer_id}/accept", self.team.desk, b"{}")

    def _assign(self) -> Request:
        return self._deed(self.team.desk, "assign", installer_id=self.team.installer_id)

    def _book(self) -> Request:
        tomorrow = datetime.now(UTC).date() + timedelta(days=1)
        start = datetime.combine(tomorrow, time(2), UTC)  # 10:00 in Shanghai: nobody visits at night
        window = {"start": start.isoformat(), "end": (start + timedelta(hours=2)).isoformat()}
        return self._deed(self.team.desk, "book", window=window)

    def _check_in(self) -> Request:
        fix = self.team.point | {"accuracy_m": 20, "point_source": "device"}
        return self._deed(self.team.installer, "check-in", fix=fix)

    def _photo(self) -> Request:
        told = {"slot": "finished", "client_id": f"c-{self.number}", "capture": "camera"}
        told |= {"captured_at": datetime.now(UTC).isoformat(), "lng": str(self.team.point["lng"])}
        told |= {"lat": str(self.team.point["lat"]), "datum": "gcj02", "accuracy_m": "20"}
        body = multipart(told, unlike(self.picture, self.number))
        media = f"multipart/form-data; boundary={BOUNDARY}"
        return Request("POST", f"/api/v1/jobs/{self.job_id}/photos", self.team.installer, body, media)

    def _waive(self) -> Request:
        return self._deed(self.team.installer, "waive-slot", slot="site", reason="not_applicable")

    def _submit(self) -> Request:
        return self._deed(self.team.installer, "submit", serial_numbers=[f"SN-{self.number:08d}"])

    def _confirm(self) -> Request:
        return self._deed(self.customer, "confirm")

    def _rate(self) -> Request:
        return self._deed(self.customer, "rating", scores={"overall": 5, "attitude": 5}, note="师傅很准时")

    def _read(self) -> Request:
        return Request("GET", f"/api/v1/jobs/{self.job_id}", self.team.desk)

    def _list(self) -> Request:
        return Request("GET", "/api/v1/jobs?limit=20", self.team.agent)


def unlike(picture: bytes, number: int) -> bytes:
    """The same JPEG with a comment of its own, so that its bytes are new to the store."""
    comment = f"{number}-{secrets.token_hex(8)}".encode()
    return picture[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + picture[2:]


def multipart(told: dict[str, str], picture: bytes) -> bytes:
    """A form with one file, as `wx.uploadFile` sends it."""
    parts = [
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in told.items()
    ]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="p.jpg"\r\n'
    head += "Content-Type: image/jpeg\r\n\r\n"
    return ("".join(parts) + head).encode() + picture + f"\r\n--{BOUNDARY}--\r\n".encode()
