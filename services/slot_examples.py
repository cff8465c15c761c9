"""Pictures beside a checklist's slots that show the installer what is wanted.

They lie in the database beside the versions that name them, show nobody's home, and stay as long as those; one that
none names goes when another comes a day later, so a wrong one does not stay.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO

from sqlalchemy import Connection

from domain.actors import Actor
from domain.errors import NotFound
from services.parts.examples import LINKS
from services.parts.photo_store import decoder, store
from services.uow import query, use_case
from uploads.shrinking import shrunk

MOST_BYTES = 300_000
"""A phone with a bad network loads eight of them."""


@dataclass(frozen=True, slots=True)
class SlotExample:
    """What a slot of a new checklist names as its `example`."""

    example: str


def add(actor: Actor, stream: BinaryIO, now: datetime) -> SlotExample:
    """Take a picture in as a photo is, and keep what was built anew from its pixels; the refusals of `uploads`.

    The same one again is the same example.
    """
    return _keep(actor, shrunk(stream, MOST_BYTES, folder=store().scratch(), decoder=decoder()), now)


UNNAMED = timedelta(days=1)
_FORGET = """
DELETE FROM slot_example WHERE added_at < %(before)s AND sha256 <> %(sha256)s
   AND NOT EXISTS (SELECT 1 FROM slot WHERE slot.example = slot_example.sha256)
"""
_KEEP = """
INSERT INTO slot_example (sha256, data, added_by, added_at) VALUES (%(sha256)s, %(data)s, %(person)s, %(now)s)
ON CONFLICT (sha256) DO UPDATE SET added_at = excluded.added_at
"""


@use_case
def _keep(tx: Connection, actor: Actor, data: bytes, now: datetime) -> SlotExample:
    sha256 = hashlib.sha256(data).hexdigest()
    tx.exec_driver_sql(_FORGET, {"sha256": sha256, "before": now - UNNAMED})
    tx.exec_driver_sql(_KEEP, {"sha256": sha256, "data": data, "person": actor.person_id, "now": now})
    return SlotExample(LINKS + sha256)


@query
def picture(connection: Connection, sha256: str) -> bytes:
    """The JPEG behind a link; NotFound."""
    asked = "SELECT data FROM slot_example WHERE sha256 = %(sha256)s"
    data = connection.exec_driver_sql(asked, {"sha256": sha256}).scalar()
    if data is None:
        raise NotFound
    return bytes(data)
