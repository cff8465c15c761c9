"""The page behind a message's link: served whole from here, and in step with the rules it offers."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from flask.testing import FlaskClient

from api import phone
from api.customer_words import forms
from api.jobs import PATHS
from domain.actions import ASKS, Action
from domain.actors import Role
from domain.job import Status
from domain.lifecycle import roles_for

ASSETS = ("/m/page.js", "/m/parts.js", "/m/forms.js", "/m/page.css")


def test_the_page_is_whole_and_may_talk_to_nobody_else(client: FlaskClient) -> None:
    """Every file it names is served from here under a policy without inline; nothing names another host."""
    shell = client.get("/m?plain=1")
    named = re.findall(r'(?:src|href)="([^"]+)"', shell.text)
    assert sorted(named) == sorted(ASSETS)
    policy = shell.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert shell.headers["Referrer-Policy"] == "no-referrer"
    for path in ("/", *ASSETS):
        found = client.get(path)
        assert found.status_code == 200
        assert not re.search(
            r"""https?://[a-z]|=["']//|@import|url\(|style=|onclick=|innerHTML""", found.text
        ), path


def test_a_message_leads_to_the_application_where_it_is_built(
    client: FlaskClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a messenger adds to the address is no fault; the plain page stays for whoever asks, and without a build."""
    monkeypatch.setattr(phone, "built", replace(phone.built, dist=tmp_path))
    plain = client.get("/m").text
    (tmp_path / "index.html").write_text("built")

    onward = client.get("/m?from=singlemessage")

    assert (onward.status_code, onward.headers["Location"]) == (302, "/app/")
    assert onward.headers["Cache-Control"] == "no-store"
    assert client.get("/m?plain=1").text == plain != "built"


def test_the_token_is_taken_out_of_the_address_and_stored_nowhere(client: FlaskClient) -> None:
    """One key in the phone's storage, the device's; the address bar is cleared before anything is asked."""
    script = client.get("/m/page.js").text
    assert set(re.findall(r'etItem\("([^"]+)"', script)) == {"tz-device"}
    assert "document.cookie" not in script
    assert "sessionStorage" not in script
    assert script.index("replaceState") < script.index("/sessions/link")


def test_every_deed_of_a_customer_has_a_form_that_asks_what_the_rules_ask() -> None:
    """No more and no less, on the route's own path: an action added to the table appears on the page."""
    made = forms()
    assert set(made) == {str(action) for action in Action if Role.CUSTOMER in roles_for(action)}
    for name, form in made.items():
        ask = ASKS[Action(name)]
        asked = {field.name for field in form.fields if field.required}
        assert asked == {field for field in ask.required if field != "charge_id"}, name
        assert form.path == PATHS[Action(name)]
        for field in form.fields:
            known = {"reason": ask.reasons, "outcome": ask.outcomes}.get(field.name)
            assert known is None or {code for code, _ in field.options} <= set(known)


def test_the_shell_carries_the_words_and_the_script_every_status(client: FlaskClient) -> None:
    """What the attribute holds is what `forms` made; a status without a sentence would be a blank."""
    words = re.search(r'data-words="([^"]+)"', client.get("/m?plain=1").text)
    assert words is not None
    found = orjson.loads(html.unescape(words[1]))
    assert set(found["forms"]) == set(forms())
    parts = client.get("/m/parts.js").text
    assert [status for status in Status if not re.search(rf'\b"?{status}"?: "', parts)] == []


def test_the_scripts_are_written_for_old_phones(client: FlaskClient) -> None:
    """ES5: no arrow, no const, no template, no promise, no optional chain."""
    for path in ASSETS[:3]:
        assert not re.search(
            r"=>|\b(?:let|const|async|await|class)\s+\w+ ?[={(]|`|\?\.|\bfetch\(", client.get(path).text
        )
