"""Uploading in tests of the API: the invented brand, a booked job, and a form as a phone sends it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.parts import photo_store
from tests import worlds
from tests.api.conftest import Clock
from tests.photographing import booked, decoder, picture
from tests.worlds import World
from uploads.decode import Decoder

__all__ = ["decoder", "job_id", "upload", "world"]

FORM = {
    "slot": "site",
    "client_id": "c-1",
    "capture": "camera",
    "lng": "121.40010000000001",
    "lat": "37.5301",
    "datum": "gcj02",
    "accuracy_m": "3.9290000000000003",
    "point_source": "device",
}
Upload = Callable[..., Any]


@pytest.fixture
def world(app: Flask, clock: Clock, decoder: Decoder) -> World:
    """A small invented brand at the application's time."""
    app.extensions[photo_store.DECODER] = decoder
    return worlds.build(clock())


@pytest.fixture
def job_id(world: World) -> int:
    """A job booked by installer 1."""
    return booked(world)


@pytest.fixture
def upload(client: FlaskClient, world: World, clock: Clock, job_id: int) -> Upload:
    """upload(data, name="installer1", key=…, **form): `None` leaves a field out."""

    def send(data: Any = None, name: str = "installer1", key: str | None = None, **form: Any) -> Any:
        values: dict[str, Any] = {**FORM, "captured_at": clock().isoformat(), **form}
        values.setdefault("file", (io.BytesIO(picture() if data is None else data), "tmp_1.jpg", "text/html"))
        headers = world.sign_in(name, clock()) | ({"Idempotency-Key": key} if key else {})
        body = {field: value for field, value in values.items() if value is not None}
        path = f"/api/v1/jobs/{job_id}/photos"
        return client.post(path, data=body, headers=headers, content_type="multipart/form-data")

    return send
