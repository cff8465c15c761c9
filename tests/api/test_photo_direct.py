"""Sending a photo straight to the store, over HTTP, with a real S3 server behind; and a link that leads there."""

# ruff: noqa: F811  # fixtures come in by name

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from services.parts import photo_store
from tests.api.conftest import Clock
from tests.api.uploading import FORM, decoder, job_id, world  # noqa: F401
from tests.photographing import picture
from tests.post_front import post
from tests.s3_server import S3Server
from tests.worlds import World
from uploads.s3 import S3Store

SAID = {name: FORM[name] for name in ("slot", "client_id", "capture")}
POINT = {"lng": 121.4001, "lat": 37.5301, "datum": "gcj02"}


def test_a_phone_asks_for_a_form_sends_the_photo_and_says_so(
    app: Flask, client: FlaskClient, world: World, clock: Clock, job_id: int, s3_server: S3Server
) -> None:
    """Form, photo, card; a link of ours then leads to the store's own. In a folder there is no such way: 409."""
    data, headers = picture(), world.sign_in("installer1", clock())
    wish = {"slot": "site", "client_id": "c-1", "content_type": "image/jpeg", "size_bytes": len(data)}
    folder = client.post(f"/api/v1/jobs/{job_id}/photo-forms", json=wish, headers=headers)
    store = S3Store(s3_server.place(), app.extensions["tuozhuang"].photo_root / "scratch")
    app.extensions[photo_store.STORE] = store

    form = client.post(f"/api/v1/jobs/{job_id}/photo-forms", json=wish, headers=headers)
    early = client.post(
        f"/api/v1/jobs/{job_id}/photo-arrivals", json={**SAID, "point": POINT}, headers=headers
    )
    assert post(store, form.json["fields"], data, clock()) == 204
    told = client.post(
        f"/api/v1/jobs/{job_id}/photo-arrivals", json={**SAID, "point": POINT}, headers=headers
    )

    assert (folder.status_code, folder.json["code"]) == (409, "no_direct_upload")
    assert (early.status_code, early.json["code"]) == (409, "photo_not_arrived")
    assert (told.status_code, told.json["size_bytes"]) == (201, len(data))
    assert "no_point" not in {finding["code"] for finding in told.json["findings"]}

    object.__setattr__(app.extensions["tuozhuang"], "photo_store_links", True)
    page = client.get(f"/api/v1/photos/{told.json['id']}", headers=headers).json
    sent_on = FlaskClient(app, app.response_class).get(page["photo"]["links"][0]["url"])
    assert sent_on.status_code == 302
    assert sent_on.headers["Location"].startswith(s3_server.endpoint)
    assert (sent_on.headers["Cache-Control"], sent_on.headers["X-Content-Type-Options"]) == (
        "no-store",
        "nosniff",
    )
