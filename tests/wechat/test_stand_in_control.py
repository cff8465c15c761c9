"""The stand-in's control plane, fault rules, journal, inbox page and command line."""

import json
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from wechat.gateway import Gateway, SubscribeMessage
from wechat.stand_in.journal import KEPT, Journal
from wechat.stand_in.remote import Remote
from wechat.stand_in.server import StandIn
from wechat.stand_in.state import INBOX_SIZE, World

ROOT = Path(__file__).parents[2]
STABLE = "cgi-bin/stable_token"


def ask(stand_in: StandIn) -> dict[str, Any]:
    """One token call, which fails for want of an app unless a fault answers first."""
    return dict(requests.post(f"{stand_in.base_url}/{STABLE}", json={"appid": "x"}, timeout=5).json())


def test_it_listens_on_loopback_only() -> None:
    """It holds no secrets worth having, and answers anyone who asks."""
    with pytest.raises(ValueError, match="loopback"):
        StandIn(key="k", host="0.0.0.0")


def test_the_control_plane_needs_its_key(stand_in: StandIn, sim: Remote) -> None:
    """Without it nobody taps, forgets or breaks anything."""
    for headers in ({}, {"X-Sim-Key": "wrong"}):
        reply = requests.post(f"{stand_in.control_url}/__sim__/reset", headers=headers, json={}, timeout=5)
        assert reply.status_code == 403
    assert sim.user("wang")["openid"]


def test_a_mistake_in_a_control_call_is_explained(sim: Remote) -> None:
    """Four hundred with the reason, not a crash."""
    for method, where, body in [
        ("POST", "faults", {"action": "explode"}),
        ("POST", "faults", {"action": "hang", "match": {"colour": "red"}}),
        ("POST", "push", {"colour": "red"}),
        ("POST", "presets/unheard-of", {"on": True}),
    ]:
        with pytest.raises(requests.HTTPError) as caught:
            sim.call(method, where, body)
        assert caught.value.response.status_code == 400
        assert caught.value.response.json()["error"]


def test_an_unknown_person_is_named_in_a_sentence(sim: Remote) -> None:
    """Not found, and what to do about it; no name of an exception."""
    for where, body in [("users/nobody/login-code", {}), ("grant", {"user": "nobody", "templates": {}})]:
        with pytest.raises(requests.HTTPError) as caught:
            sim.call("POST", where, body)
        assert caught.value.response.status_code == 404
        assert "没有用户 nobody" in caught.value.response.json()["error"]


@pytest.mark.parametrize(
    ("match", "struck"),
    [
        ({"nth": 2}, [False, True, False, False]),
        ({"every": 2}, [False, True, False, True]),
        ({"times": 2}, [True, True, False, False]),
        ({}, [True, True, True, True]),
    ],
)
def test_a_rule_strikes_the_requests_it_names(
    sim: Remote, stand_in: StandIn, match: dict[str, int], struck: list[bool]
) -> None:
    """The nth, every nth, so many times, or always."""
    sim.fault("errcode", path=STABLE, errcode=45011, **match)
    assert [ask(stand_in)["errcode"] == 45011 for _ in range(4)] == struck
    assert [bool(entry["fault"]) for entry in sim.journal(STABLE)] == struck


def test_a_rule_may_be_for_one_person(gateway: Gateway, sim: Remote, message: SubscribeMessage) -> None:
    """Others are served as usual."""
    sim.grant("wang", TID_ASSIGNED="accept")
    sim.fault("errcode", path="cgi-bin/*", errcode=-1, openid=sim.user("li")["openid"])
    assert gateway.send(message).msgid


def test_presets_go_on_and_off(sim: Remote, stand_in: StandIn) -> None:
    """And healing removes what is left."""
    sim.preset("busy")
    assert ask(stand_in)["errcode"] == -1
    sim.preset("busy", on=False)
    assert ask(stand_in)["errcode"] != -1
    sim.preset("bad-gateway")
    sim.heal()
    assert ask(stand_in)["errcode"] != -1


def test_down_refuses_connections_and_keeps_the_control_plane(sim: Remote, stand_in: StandIn) -> None:
    """The port is really closed, and the same one opens again."""
    before = stand_in.base_url
    sim.preset("down")
    with pytest.raises(requests.ConnectionError):
        ask(stand_in)
    assert sim.call("GET", "health")["down"]
    sim.preset("down", on=False)
    assert stand_in.base_url == before
    assert ask(stand_in)["errcode"]


def test_healing_lets_go_of_what_hangs(sim: Remote, stand_in: StandIn) -> None:
    """A hanging request ends when its rule is removed, so a demo never waits for it."""
    sim.fault("hang", path=STABLE)
    host, port = stand_in.base_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as waiting:
        waiting.sendall(f"POST /{STABLE} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{{}}".encode())
        waiting.settimeout(0.2)
        with pytest.raises(TimeoutError):
            waiting.recv(1)
        sim.heal()
        waiting.settimeout(3)
        with pytest.raises(ConnectionResetError):
            waiting.recv(1)


def test_the_journal_shows_everything_but_secrets(gateway: Gateway, sim: Remote) -> None:
    """Equal secrets have equal hashes, so reuse can be seen."""
    code = sim.login_code("wang")
    gateway.code_to_session(code)
    gateway.url_link("pages/index", "", 1)
    gateway.url_link("pages/index", "", 1)
    text = json.dumps(sim.journal())
    assert "0123456789abcdef-the-app-secret" not in text
    assert code not in text
    first, second = (entry["query"]["access_token"] for entry in sim.journal("wxa/generate_urllink"))
    assert first == second == sim.journal(STABLE)[0]["reply"]["access_token"]
    assert first.startswith("sha256:")


def test_a_long_demo_does_not_fill_memory() -> None:
    """Journal and inbox keep the newest only."""
    journal = Journal()
    for _ in range(KEPT + 10):
        journal.end(journal.begin("", 0.0, "GET", "x", {}))
    assert (len(journal.entries), journal.total, journal.in_flight) == (KEPT, KEPT + 10, 0)
    assert World().inbox.maxlen == INBOX_SIZE


def test_reset_can_keep_apps_and_people(gateway: Gateway, sim: Remote, message: SubscribeMessage) -> None:
    """What happened is forgotten; openids stay what they were."""
    sim.grant("wang", TID_ASSIGNED="accept")
    gateway.send(message)
    sim.advance(100)
    sim.reset(keep_setup=True)
    assert (sim.inbox(), sim.journal()) == ([], [])
    assert sim.user("wang")["openid"] == message.openid
    assert sim.user("wang")["grants"] == {}


def test_the_inbox_page_shows_messages_as_on_a_phone(
    gateway: Gateway, sim: Remote, stand_in: StandIn, message: SubscribeMessage
) -> None:
    """Delivered and refused ones, with the reason in Chinese, and nothing loaded from elsewhere."""
    sim.grant("wang", TID_ASSIGNED="accept")
    gateway.send(message)
    with pytest.raises(Exception, match="43101"):
        gateway.send(message)
    page = requests.get(stand_in.base_url, timeout=5).text
    for text in (
        "王师傅",
        "李女士",
        "派单通知",
        "上门安装",
        "订阅次数已用完",
        "取登录码",
        "pages/job/detail",
    ):
        assert text in page
    assert "src=" not in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")


def test_message_text_cannot_become_markup(
    gateway: Gateway, sim: Remote, stand_in: StandIn, message: SubscribeMessage
) -> None:
    """What people write is shown, not run."""
    from dataclasses import replace

    sim.grant("wang", TID_ASSIGNED="accept")
    gateway.send(replace(message, data=(("thing1", "<b id=x>"), *message.data[1:])))
    page = requests.get(f"{stand_in.base_url}/ui/phones", timeout=5).text
    assert "&lt;b id=x&gt;" in page
    assert "<b id=x>" not in page


def test_a_person_gets_a_login_code_on_the_page(gateway: Gateway, sim: Remote, stand_in: StandIn) -> None:
    """The button's code logs in; other web pages can't press it."""
    url = f"{stand_in.base_url}/ui/people/wang/login-code"
    assert requests.post(url, timeout=5).status_code == 403
    assert requests.get(stand_in.base_url, headers={"Host": "evil.example"}, timeout=5).status_code == 403
    code = requests.post(url, headers={"X-Requested-With": "wxsim"}, timeout=5).json()["code"]
    assert gateway.code_to_session(code).openid == sim.user("wang")["openid"]


def test_opening_a_message_is_noted(
    gateway: Gateway, sim: Remote, stand_in: StandIn, message: SubscribeMessage
) -> None:
    """From the page or the control plane; a refused one can't be opened."""
    sim.grant("wang", TID_ASSIGNED="accept")
    gateway.send(message)
    with pytest.raises(Exception, match="43101"):
        gateway.send(message)
    delivered, refused = sim.inbox()
    for entry in (delivered, refused):
        url = f"{stand_in.base_url}/ui/open/{entry['seq']}"
        requests.post(url, headers={"X-Requested-With": "wxsim"}, timeout=5)
    assert [bool(entry["opened_at"]) for entry in sim.inbox()] == [True, False]
    assert sim.call("POST", f"inbox/{delivered['seq']}/open")["page"] == message.page


def test_the_program_serves_until_told_to_stop(tmp_path: Path) -> None:
    """`python -m wechat.stand_in` with a set-up file; SIGTERM ends it cleanly."""
    setup = tmp_path / "setup.json"
    setup.write_text(json.dumps({"users": [{"alias": "zhao"}]}), "utf-8")
    command = [sys.executable, "-m", "wechat.stand_in", "--port", "0", "--key", "k", "--setup", str(setup)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        line = program.stdout.readline()
        control = line.rsplit(" ", 1)[1].strip()
        assert Remote(control, "k").login_code("zhao")
        program.send_signal(signal.SIGTERM)
        started = time.monotonic()
        assert program.wait(timeout=5) == 0
        assert time.monotonic() - started < 3


def test_a_taken_port_is_explained(stand_in: StandIn) -> None:
    """One line and exit status 2."""
    port = stand_in.base_url.rsplit(":", 1)[1]
    command = [sys.executable, "-m", "wechat.stand_in", "--port", port, "--key", "k"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=10)
    assert ended.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in ended.stderr
