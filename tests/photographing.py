"""Photos for tests of services and API: a booked job, pictures of a kind, and one decoder for a whole module."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from domain.actions import Action, Command, Window
from domain.actors import SYSTEM
from domain.geo import Datum, Point
from services.lifecycle import answer_offer, perform
from services.parts.photo_rows import Shot
from services.photo_checking import Missing, walk
from tests.rows import rows
from tests.uploads import pictures
from tests.worlds import World
from uploads.decode import Decoder

HOUR = timedelta(hours=1)
DOOR = Point(121.4001, 37.5301, Datum.GCJ02, 20.0, "device")


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    """One helper process for all tests of a module."""
    shared = Decoder(helpers=1)
    yield shared
    shared.close()


def picture(width: int = 800, height: int = 600, spread: int = 60, **options: Any) -> bytes:
    """A sharp, well-lit JPEG, never the same twice; `exif=` and the like go to Pillow."""
    return pictures.encoded(Image.effect_noise((width, height), spread).convert("RGB"), **options)


def dark() -> bytes:
    """A small black picture: too dark, blurred, too small."""
    return pictures.encoded(Image.new("RGB", (320, 240), "black"))


def shot(client_id: str = "c-1", slot: str = "site", **changed: Any) -> Shot:
    """What an honest phone says."""
    return replace(Shot(slot, client_id, "camera", None, DOOR), **changed)


def stream(data: bytes) -> io.BytesIO:
    """As a request brings it."""
    return io.BytesIO(data)


def booked(world: World, number: int = 1, **order: Any) -> int:
    """A job that a dealer has accepted, assigned and booked for the next hours."""
    job_id = world.job(**order)
    take_over(world, job_id, number)
    return job_id


def take_over(world: World, job_id: int, number: int) -> None:
    """Offer it to this dealer, who accepts, assigns and books."""
    perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=(world.dealers[number - 1],)), world.now)
    [offer] = rows("SELECT id FROM offer WHERE job_id = :j AND status = 'open'", j=job_id)
    desk, person = world.actor(f"dispatcher{number}"), world.people[f"installer{number}"]
    answer_offer(desk, Command(Action.ACCEPT, offer_id=offer.id), world.now)
    perform(desk, job_id, Command(Action.ASSIGN, installer_id=person), world.now)
    window = Window(world.now + HOUR, world.now + 3 * HOUR)
    perform(desk, job_id, Command(Action.BOOK, window=window), world.now)


def redispatched(world: World, job_id: int) -> None:
    """Taken away from its dealer by an agent."""
    perform(world.actor("agent"), job_id, Command(Action.REDISPATCH, reason="late"), world.now)


def submitted(world: World, job_id: int) -> None:
    """Checked in and handed in by installer 1, whose photos are there."""
    installer = world.actor("installer1")
    perform(installer, job_id, Command(Action.CHECK_IN, fix=DOOR), world.now + HOUR)
    perform(installer, job_id, Command(Action.SUBMIT, serial_numbers=("SN-00001",)), world.now + HOUR)


def check_store(deep: bool = False) -> tuple[Missing, ...]:
    """Photos whose original or rendition is not in the store, or, looked at deep, damaged."""
    return tuple(found for found in walk(deep) if isinstance(found, Missing))
