"""The files of console and phone: handed out as strictly as anything, and their absence told in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api import console, phone
from api.built import Built

PAGE = '<meta property="csp-nonce" nonce="__NONCE__"><script type="module" src=f"{where}/assets/a-1.js"></script>'
ALL = {"/console": console.built, "/app": phone.built}


@pytest.fixture(params=[True, False])
def made(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[bool]:
    """A build of one page, one script and a service worker, or none."""
    for built in ALL.values():
        _forget(built)
        monkeypatch.setitem(vars(built), "dist", tmp_path)
    if request.param:
        (tmp_path / "assets").mkdir()
        (tmp_path / "index.html").write_text(PAGE)
        (tmp_path / "sw.js").write_text("2")
        (tmp_path / "assets" / "a-1.js").write_text("1")
        (tmp_path / "assets" / "a-1.js.gz").write_bytes(b"packed")
        (tmp_path / "assets" / "secret.py").write_text("1")
    yield bool(request.param)
    for built in ALL.values():
        _forget(built)


def _forget(built: Built) -> None:
    """What the process has read of a build."""
    vars(built).pop("made", None)


@pytest.mark.parametrize("where", ALL)
def test_the_page_runs_our_scripts_alone_and_says_when_it_is_not_built(
    where: str, made: bool, app: Flask, client: FlaskClient
) -> None:
    """A nonce of its own for each page, no inline script, no frame; files are kept for ever, others aren't there."""
    shown = [client.get(address) for address in (f"{where}/", f"{where}/jobs?status=new")]
    if not made:
        assert [(page.status_code, page.json["code"]) for page in shown] == [
            (404, f"{where.strip('/').replace('app', 'phone')}_not_built")
        ] * 2
        return
    policies = [page.headers["Content-Security-Policy"] for page in shown]
    nonces = [policy.partition("'nonce-")[2].partition("'")[0] for policy in policies]
    assert all(nonce in page.text for nonce, page in zip(nonces, shown, strict=True))
    assert len(set(nonces)) == 2
    for policy in policies:
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
    script = client.get(f"{where}/assets/a-1.js", headers={"Accept-Encoding": "gzip"})
    assert (script.headers["Content-Encoding"], script.mimetype) == ("gzip", "text/javascript")
    assert "immutable" in script.headers["Cache-Control"]
    assert client.get(f"{where}/assets/a-1.js").data == b"1"
    for name in ("secret.py", "b.js"):
        assert client.get(f"{where}/assets/{name}").status_code == 404


@pytest.mark.parametrize("made", [True], indirect=True)
def test_a_build_that_is_finished_is_handed_out_at_once_and_the_one_before_keeps_its_files(
    made: bool, client: FlaskClient, tmp_path: Path
) -> None:
    """While one is under way nothing changes."""
    before = client.get("/app/").text
    (tmp_path / "index.html").write_text("anew")
    (tmp_path / "assets" / "a-1.js").unlink()
    (tmp_path / "assets" / "b-2.js").write_text("2")
    during = client.get("/app/").text
    (tmp_path / "made-of").write_text("2")

    assert ("anew" in before, "anew" in during, client.get("/app/").text) == (False, False, "anew")
    assert [client.get(f"/app/assets/{name}").status_code for name in ("a-1.js", "b-2.js")] == [200, 200]


@pytest.mark.parametrize("made", [True], indirect=True)
def test_a_service_worker_is_asked_for_anew_each_time(made: bool, client: FlaskClient) -> None:
    """It names the files of the newest build, so nobody keeps it."""
    worker = client.get("/app/sw.js")
    assert (worker.text, worker.mimetype, worker.headers["Cache-Control"]) == (
        "2",
        "text/javascript",
        "no-cache",
    )
