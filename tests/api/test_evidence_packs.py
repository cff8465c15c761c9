"""Evidence packs over HTTP: a file with a header that says what is missing, and keys for whoever doubts it."""

# ruff: noqa: F811  # fixtures come in by name

from __future__ import annotations

from pathlib import Path

from flask.testing import FlaskClient

from api import docs
from channels import verify_pack
from tests.api.conftest import Clock
from tests.api.uploading import Upload, decoder, job_id, upload, world  # noqa: F401
from tests.worlds import World


def test_a_pack_is_a_file_that_whoever_has_the_public_key_can_verify(
    upload: Upload, client: FlaskClient, world: World, clock: Clock, job_id: int, tmp_path: Path
) -> None:
    """Streamed under a name of its own, kept by no cache; the keys are read without signing in."""
    assert upload().status_code == 201
    path = f"/api/v1/jobs/{job_id}/evidence-pack"
    agent = world.sign_in("agent", clock())

    answer = client.get(path, headers=agent)
    (tmp_path / "pack.zip").write_bytes(answer.data)
    keys = verify_pack.read_keys(client.get("/api/v1/evidence-pack-keys").data)

    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="evidence-{job_id}-brand.zip"'
    assert answer.headers["Evidence-Missing"] == "nameplate=1, finished=1"
    assert answer.headers["Cache-Control"] == "no-store"
    assert verify_pack.check(tmp_path / "pack.zip", keys)[1] == []
    refused = client.get(f"{path}?kind=jd", headers=agent)
    assert (refused.status_code, refused.json["code"]) == (409, "pack_of_another_platform")
    assert client.get(f"{path}?originals=true", headers=agent).status_code == 403
    assert client.get(path, headers=world.sign_in("owner1", clock())).status_code == 403


def test_both_forms_are_documented_as_bytes(client: FlaskClient) -> None:
    """A program that is made from the document saves a file, whichever form it asks for."""
    content = docs.document(client.application)["paths"]["/api/v1/jobs/{job_id}/evidence-pack"]["get"][
        "responses"
    ]["200"]["content"]
    assert {media: told["schema"]["format"] for media, told in content.items()} == {
        "application/zip": "binary", "application/pdf": "binary",
    }  # fmt: skip
