"""Forms as attackers send them: a problem document each time, nothing kept."""

# ruff: noqa: F811  # fixtures come in by name

from __future__ import annotations

import io
from typing import Any

import pytest
from flask.testing import FlaskClient

from services.parts import photo_store
from tests.api.conftest import Clock
from tests.api.uploading import Upload, decoder, job_id, upload, world  # noqa: F401
from tests.rows import rows
from tests.worlds import World

FILE = (b"x", "a.jpg")
HOSTILE: dict[str, tuple[dict[str, Any], int]] = {
    "no file": ({"file": None}, 422),
    "a file that is text": ({"file": "no file"}, 422),
    "two files": ({"file": [FILE, FILE]}, 422),
    "a second file by another name": ({"other": FILE}, 422),
    "a file for a word": ({"slot": FILE}, 422),
    "an empty file": ({"file": (b"", "a.jpg")}, 422),
    "a file that is no picture": ({"file": (b"<html>" * 100, "a.jpg")}, 422),
    "an SVG": ({"file": (b"<svg onload='alert(1)'/>", "a.svg")}, 422),
    "a slot that is not there": ({"slot": "nonsense"}, 422),
    "a slot twice": ({"slot": ["site", "finished"]}, 422),
    "an unknown capture": ({"capture": "drone"}, 422),
    "an unknown field": ({"dealer_id": "1"}, 422),
    "half a point": ({"lat": None}, 422),
    "a point on no planet": ({"lng": "900"}, 422),
    "a number that is none": ({"lat": "nan"}, 422),
    "a time without a zone": ({"captured_at": "2026-03-02T10:00:00"}, 422),
    "the year 9999": ({"captured_at": "9999-12-31T23:59:59Z"}, 422),
    "the year 1900": ({"captured_at": "1900-01-01T00:00:00Z"}, 422),
    "NUL in a word": ({"slot": "si\x00te"}, 400),
    "NUL in the file's name": ({"file": (b"x", "a\x00.jpg")}, 400),
    "a client id of a thousand letters": ({"client_id": "c" * 1000}, 422),
    "a client id in Chinese": ({"client_id": "照片"}, 422),
    "a field of a megabyte": ({"slot": "s" * 1_000_000}, 413),
    "a file of eleven megabytes": ({"file": (bytes(11 * 1024 * 1024), "a.jpg")}, 413),
    "a file just over the cap": ({"file": (b"\xff\xd8\xff" + bytes(10 * 1024 * 1024), "a.jpg")}, 413),
}


def test_hostile_forms_get_a_problem_document_and_leave_nothing(upload: Upload) -> None:
    """Whatever a form holds, the answer is a 4xx in our words (the strict client checks its shape)."""

    def opened(value: Any) -> Any:
        if isinstance(value, tuple):
            return (io.BytesIO(value[0]), *value[1:])
        return [opened(inside) for inside in value] if isinstance(value, list) else value

    got = {
        name: upload(**{field: opened(value) for field, value in changed.items()}).status_code
        for name, (changed, _) in HOSTILE.items()
    }

    assert got == {name: status for name, (_, status) in HOSTILE.items()}
    assert rows("SELECT 1 FROM photo") == []
    assert list(photo_store.store().iterate()) == []


RAW: dict[str, tuple[str, bytes, int]] = {
    "no boundary": ("multipart/form-data", b"--x\r\n\r\n--x--", 422),
    "a boundary that never comes": ("multipart/form-data; boundary=y", b"--x\r\nhello\r\n--x--", 422),
    "cut in the middle": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n\xff\xd8\xff',
        422,
    ),
    "a boundary in Chinese": ("multipart/form-data; boundary=照".encode().decode("latin-1"), b"--x--", 422),
    "part headers without end": ("multipart/form-data; boundary=x", b"--x\r\n" + b"A" * 200_000, 422),
    "a thousand parts and one": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 1001 + b"--x--",
        413,
    ),
    "broken UTF-8": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="slot"\r\n\r\n\xff\xfe\xed\xa0\x80\r\n--x--',
        422,
    ),
    "an empty body": ("multipart/form-data; boundary=x", b"", 422),
    "JSON": ("application/json", b"{}", 415),
    "a form of another kind": ("application/x-www-form-urlencoded", b"slot=site", 415),
    "nothing said": ("", b"x", 415),
}


@pytest.mark.parametrize(("kind", "body", "status"), RAW.values(), ids=list(RAW))
def test_hostile_bodies_get_a_problem_document(
    client: FlaskClient, world: World, clock: Clock, job_id: int, kind: str, body: bytes, status: int
) -> None:
    """Multipart that breaks off, lies or never was any: 4xx, never a 500."""
    headers = world.sign_in("installer1", clock())
    path = f"/api/v1/jobs/{job_id}/photos"
    answer = client.post(path, data=body, content_type=kind, headers=headers)

    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
