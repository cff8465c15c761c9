"""Photos over HTTP: the form as phones send it, who sees what, and what a link gives."""

# ruff: noqa: F811  # fixtures come in by name

from __future__ import annotations

import io
from typing import Any
from zipfile import ZipFile

from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from api.files import CSV, XLSX
from models import db
from services import links
from services.parts.access import Came
from services.parts.photo_store import store
from tests.api.conftest import Clock
from tests.api.uploading import Upload, decoder, job_id, upload, world  # noqa: F401
from tests.photographing import booked, picture, redispatched
from tests.rows import rows
from tests.uploads import pictures
from tests.worlds import World


def see(app: Flask, world: World, clock: Clock, name: str, path: str) -> Any:
    return app.test_client().get(f"/api/v1{path}", headers=world.sign_in(name, clock()))


def fetch(app: Flask, url: str, **headers: str) -> Any:
    """Without signing in. The document says image/*, which the strict client does not read."""
    return FlaskClient(app, app.response_class).get(url, headers=headers)


def test_an_upload_is_answered_with_findings_to_retake_it(upload: Upload) -> None:
    """201 with what the server saw and, in Chinese, what to do better."""
    answer = upload(pictures.encoded(Image.new("RGB", (320, 240), "black")), capture="gallery")

    assert answer.status_code == 201
    assert (answer.json["slot_name"], answer.json["width"], answer.json["links"]) == ("安装前现场", 320, [])
    found = {finding["code"]: finding["reason"] for finding in answer.json["findings"]}
    assert {"too_dark", "blurred", "too_small_for_slot", "gallery_where_camera_required"} == set(found)
    assert "重拍" in found["too_dark"]


def test_a_phone_that_repeats_itself_has_one_photo(upload: Upload) -> None:
    """With or without an Idempotency-Key, the same key or another: one row, equal answers."""
    data = picture()
    answers = [upload(data, key=key) for key in (None, "k-1", "k-1", "k-2")]

    assert [answer.status_code for answer in answers] == [201] * 4
    assert all(answer.json == answers[0].json for answer in answers)
    assert len(rows("SELECT 1 FROM photo")) == 1
    assert upload(picture()).json["code"] == "client_id_reused"


def test_a_late_upload_is_409_job_changed_also_under_a_key(upload: Upload, world: World, job_id: int) -> None:
    """The evidence is kept and the refusal is not remembered as an answer."""
    redispatched(world, job_id)
    data = picture()

    for _ in range(2):
        answer = upload(data, key="k-1")
        assert (answer.status_code, answer.json["code"]) == (409, "job_changed")

    assert [row.status for row in rows("SELECT status FROM photo")] == ["superseded"]
    assert rows("SELECT 1 FROM remembered_answer") == []


def test_another_installer_finds_nothing(upload: Upload, client: FlaskClient, world: World) -> None:
    """404, not 403; and other roles have no such door at all."""
    assert upload(name="installer2").status_code == 404
    assert upload(name="dispatcher1").status_code == 403
    assert upload(name="auditor").status_code == 403
    assert rows("SELECT 1 FROM photo") == []


def test_empty_words_of_a_phone_are_words_not_given(upload: Upload) -> None:
    """`wx.uploadFile` sends every form field as text, unset ones as nothing: no fix is no fault."""
    answer = upload(lng="", lat="", datum="", accuracy_m="", point_source="", captured_at="")

    assert answer.status_code == 201
    assert [finding["code"] for finding in answer.json["findings"]] == ["unknown_place"]


def test_who_sees_which_variant(upload: Upload, app: Flask, world: World, clock: Clock) -> None:
    """Full size for the brand's reviewers only; strangers and finance see nothing."""
    photo_id = upload().json["id"]
    seen = {
        name: see(app, world, clock, name, f"/photos/{photo_id}")
        for name in ("agent", "auditor", "admin", "installer1", "dispatcher1", "owner1", "owner2",
                     "installer2", "finance")
    }  # fmt: skip
    variants = {
        name: [link["variant"] for link in answer.json["photo"]["links"]]
        for name, answer in seen.items()
        if answer.status_code == 200
    }
    assert variants == {
        **{name: ["full", "1280", "320"] for name in ("agent", "auditor", "admin")},
        **{name: ["1280", "320"] for name in ("installer1", "dispatcher1", "owner1")},
    }
    assert {name: seen[name].status_code for name in ("owner2", "installer2", "finance")} == {
        "owner2": 404,
        "installer2": 404,
        "finance": 403,
    }
    assert seen["auditor"].json["evidence"]["has_point"] is True
    assert seen["owner1"].json["evidence"] is None


def test_an_open_offer_shows_nobody_a_home(
    upload: Upload, app: Flask, world: World, clock: Clock, job_id: int
) -> None:
    """A dealer that is asked to take the job sees its photos only after it has it."""
    photo_id = upload().json["id"]
    redispatched(world, job_id)
    offered = {"dealer_ids": [world.dealers[1]]}
    path = f"/api/v1/jobs/{job_id}/offers"
    made = app.test_client().post(path, json=offered, headers=world.sign_in("agent", clock()))

    assert made.status_code == 200
    assert see(app, world, clock, "owner2", f"/jobs/{job_id}").status_code == 200
    assert see(app, world, clock, "owner2", f"/photos/{photo_id}").status_code == 404
    assert see(app, world, clock, "owner2", f"/jobs/{job_id}/photos").status_code == 404


def test_every_view_by_the_brand_is_on_record(
    upload: Upload, app: Flask, world: World, clock: Clock, job_id: int
) -> None:
    """Single views and lists, by agent, auditor and admin; the dealer's side is not logged."""
    ids = [upload(client_id=f"c-{n}").json["id"] for n in range(3)]
    for name in ("auditor", "installer1", "owner1"):
        assert see(app, world, clock, name, f"/photos/{ids[0]}").status_code == 200
    page = see(app, world, clock, "agent", f"/jobs/{job_id}/photos?limit=2").json
    rest = see(
        app, world, clock, "owner1", f"/jobs/{job_id}/photos?limit=2&cursor={page['next_cursor']}"
    ).json

    assert [card["id"] for card in page["items"]] == ids[:2]
    assert [card["id"] for card in rest["items"]] == ids[2:]
    views = [(row.photo_id, row.person_id) for row in rows("SELECT * FROM photo_view ORDER BY id")]
    auditor, agent = world.people["auditor"], world.people["agent"]
    assert views == [(ids[0], auditor), (ids[0], agent), (ids[1], agent)]


CAMERAS_WORDS = (b"HUAWEI", b"xmpmeta", pictures.SCRIPT)
WITHOUT_PHOTOS = {
    "text/html",
    "text/javascript",
    "text/css",
    "text/javascript, text/css",  # the console's files
    "text/plain",
    "application/vnd.oai.openapi+json",
}


def test_no_route_that_serves_bytes_lets_a_cameras_words_out(
    upload: Upload, app: Flask, world: World, clock: Clock, job_id: int
) -> None:
    """Place, EXIF, XMP and comments of each format stay with us, in each size, for whoever may see most.

    Pages, tables and the document are not made of photos; a route of any other kind must be looked at here. (An admin
    may ask for a pack with originals untouched, for a reason that is logged.)
    """
    raw = {
        (rule.rule, declared.media)
        for rule in app.url_map.iter_rules()
        if (declared := app.view_functions[rule.endpoint].declared).media != "application/json"
    }
    assert (
        sorted(rule for rule, media in raw if media not in WITHOUT_PHOTOS | {CSV, XLSX})
        == [
            "/api/v1/alliance/declarations/<id:declaration_id>/files/<id:file_id>",  # tests/services/test_alliance.py
            "/api/v1/jobs/<id:job_id>/evidence-pack",
            "/api/v1/photo-files/<string:token>",
            "/api/v1/slot-examples/<string(maxlength=64):sha256>",  # tests/uploads/test_shrinking.py
            "/api/v1/statements/<id:statement_id>/file",  # figures, no photos
            "/api/v1/statements/<id:statement_id>/files/<id:paper_id>",  # as a declaration's, by the same part
        ]
    )
    told = {"exif": pictures.exif()}
    files = [
        pictures.phone_jpeg(),
        pictures.encoded(pictures.scene(), "PNG", **told),
        pictures.encoded(pictures.scene(), "WEBP", **told),
        pictures.encoded(pictures.scene(), "HEIF", **told),
    ]
    for number, data in enumerate(files):
        assert b"HUAWEI" in data
        photo_id = upload(data, client_id=f"exif-{number}").json["id"]
        page = see(app, world, clock, "auditor", f"/photos/{photo_id}").json
        assert page["evidence"]["has_exif_point"]
        for link in page["photo"]["links"]:
            served = fetch(app, link["url"])
            shown = Image.open(io.BytesIO(served.data))
            assert (served.mimetype, dict(shown.getexif()), set(shown.info)) == (
                "image/jpeg", {}, {"jfif", "jfif_version", "jfif_unit", "jfif_density"},
            )  # fmt: skip
            assert not any(word in served.data for word in CAMERAS_WORDS)
    pack = see(app, world, clock, "auditor", f"/jobs/{job_id}/evidence-pack?originals=true").data
    with ZipFile(io.BytesIO(pack)) as files_of:
        photos = [
            files_of.read(name)
            for name in files_of.namelist()
            if not name.endswith((".json", ".sig", ".txt"))
        ]
    assert len(photos) >= 1
    assert not [word for data in photos for word in CAMERAS_WORDS if word in data]


def test_a_link_serves_pictures_built_anew_in_every_size(
    upload: Upload, app: Flask, world: World, clock: Clock
) -> None:
    """Inline, sandboxed, cached privately; the full size as large as it came; nothing is left in scratch."""
    photo_id = upload(pictures.phone_jpeg()).json["id"]
    page = see(app, world, clock, "auditor", f"/photos/{photo_id}").json
    sizes = {}
    for link in page["photo"]["links"]:
        answer = fetch(app, link["url"])
        sizes[link["variant"]] = max(Image.open(io.BytesIO(answer.data)).size)
        assert (answer.status_code, answer.mimetype) == (200, "image/jpeg")
        assert answer.headers["Content-Disposition"].startswith("inline;")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"].startswith("private, max-age=600")
        assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert sizes == {"full": 2000, "1280": 1280, "320": 320}
    with app.app_context():
        assert list(store().scratch().iterdir()) == []


def test_a_link_ends_and_cannot_be_forged(
    upload: Upload, app: Flask, client: FlaskClient, world: World, clock: Clock
) -> None:
    """403 after ten minutes, 404 for every token we did not sign."""
    photo_id = upload().json["id"]
    page = see(app, world, clock, "owner1", f"/photos/{photo_id}").json
    url = page["photo"]["links"][0]["url"]
    clock.forward(minutes=10)

    late = client.get(url)
    assert (late.status_code, late.json["code"]) == (403, "link_expired")
    for token in ("x", "a.b", "照片", "%00", "a" * 5000, url.rpartition("/")[2][:-1]):
        assert client.get(f"/api/v1/photo-files/{token}").status_code in (400, 404)


def test_a_customer_by_link_sees_the_own_jobs_photos(
    upload: Upload, app: Flask, client: FlaskClient, world: World, clock: Clock, job_id: int
) -> None:
    """One job, small variants, no findings."""
    photo_id = upload(pictures.encoded(Image.new("RGB", (320, 240), "black"))).json["id"]
    headers = customer_headers(clock, job_id)

    page = client.get(f"/api/v1/photos/{photo_id}", headers=headers)
    other = client.get(f"/api/v1/jobs/{booked(world)}/photos", headers=headers)

    assert [link["variant"] for link in page.json["photo"]["links"]] == ["1280", "320"]
    assert (page.json["photo"]["findings"], page.json["evidence"]) == ([], None)
    assert other.status_code == 404


def customer_headers(clock: Clock, job_id: int) -> dict[str, str]:
    """A session opened by the job's link."""
    with db.engine.begin() as tx:
        token = links.make(tx, job_id, clock())
    return {"Authorization": f"Bearer {links.sign_in(token, Came('127.0.0.1'), clock()).token}"}


def test_deleting_before_submit_answers_nothing_twice(
    upload: Upload, client: FlaskClient, world: World, clock: Clock
) -> None:
    """204, again 204; for anybody else's photo 404."""
    photo_id = upload().json["id"]
    mine, theirs = world.sign_in("installer1", clock()), world.sign_in("installer2", clock())

    assert client.delete(f"/api/v1/photos/{photo_id}", headers=theirs).status_code == 404
    assert client.delete(f"/api/v1/photos/{photo_id}", headers=mine).status_code == 204
    assert client.delete(f"/api/v1/photos/{photo_id}", headers=mine).status_code == 204


def test_only_auditors_and_admins_see_whose_photo_it_was(
    upload: Upload, app: Flask, world: World, clock: Clock
) -> None:
    """The dealer's side, the customer's and other staff have no such door; unknown photos are 404."""
    path = f"/photos/{upload().json['id']}/matches"
    names = ("auditor", "admin", "agent", "finance", "installer1", "dispatcher1", "owner1", "owner2")
    codes = {name: see(app, world, clock, name, path).status_code for name in names}

    assert {name for name, code in codes.items() if code == 200} == {"auditor", "admin"}
    assert {codes[name] for name in names[2:]} == {403}
    assert see(app, world, clock, "auditor", "/photos/999999/matches").status_code == 404
    assert see(app, world, clock, "auditor", path).json["matches"] == []
