"""The console's files: handed out as strictly as anything, and their absence told in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api import console

PAGE = '<meta property="csp-nonce" nonce="__NONCE__"><script type="module" src="/console/assets/a-1.js"></script>'


@pytest.fixture(params=[True, False])
def built(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[bool]:
    """A build of one page and one script, or none."""
    _forget()
    monkeypatch.setattr(console, "DIST", tmp_path)
    if request.param:
        (tmp_path / "assets").mkdir()
        (tmp_path / "index.html").write_text(PAGE)
        (tmp_path / "assets" / "a-1.js").write_text("1")
        (tmp_path / "assets" / "a-1.js.gz").write_bytes(b"packed")
        (tmp_path / "assets" / "secret.py").write_text("1")
    yield bool(request.param)
    _forget()


def _forget() -> None:
    """What the process has read of a build."""
    for kept in (console._page, console._assets):
        kept.cache_clear()


def test_the_page_runs_our_scripts_alone_and_says_when_it_is_not_built(
    built: bool, app: Flask, client: FlaskClient
) -> None:
    """A nonce of its own for each page, no inline script, no frame; files are kept for ever, others aren't there."""
    shown = [client.get(address) for address in ("/console/", "/console/jobs?status=new")]
    if not built:
        assert [(page.status_code, page.json["code"]) for page in shown] == [(404, "console_not_built")] * 2
        return
    policies = [page.headers["Content-Security-Policy"] for page in shown]
    nonces = [policy.partition("'nonce-")[2].partition("'")[0] for policy in policies]
    assert all(nonce in page.text for nonce, page in zip(nonces, shown, strict=True))
    assert len(set(nonces)) == 2
    for policy in policies:
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
    script = client.get("/console/assets/a-1.js", headers={"Accept-Encoding": "gzip"})
    assert (script.headers["Content-Encoding"], script.mimetype) == ("gzip", "text/javascript")
    assert "immutable" in script.headers["Cache-Control"]
    assert client.get("/console/assets/a-1.js").data == b"1"
    for name in ("secret.py", "b.js"):
        assert client.get(f"/console/assets/{name}").status_code == 404
