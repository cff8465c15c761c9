"""The stand-in's own rules, over plain HTTP and apart from the gateway:
what the documentation says WeChat enforces.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from wechat.push import PushReceiver
from wechat.push_events import MediaCheck
from wechat.stand_in.remote import Remote

FIXTURES = Path(__file__).parent / "fixtures"
APP = "wx0000000000000001"
PAGE = "pages/job/detail"


def shape(value: Any) -> Any:
    """Names and types, without the values."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__


def test_answers_have_the_documented_shape(raw: Any, sim: Remote) -> None:
    """Golden replies from the documentation: same names, same types."""
    golden = json.loads((FIXTURES / "answers.json").read_text("utf-8"))
    openid = raw.login(sim.login_code("wang")).json()["openid"]
    check = {"version": 2, "openid": openid, "scene": 2}
    answers = {
        "sns/jscode2session": raw.login(sim.login_code("wang")).json(),
        "cgi-bin/stable_token": raw.stable(),
        "cgi-bin/token": raw.classic(),
    }
    bodies: dict[str, Any] = {
        "wxa/business/getuserphonenumber": {"code": sim.phone_code("wang")},
        "wxa/msg_sec_check": {**check, "content": "安装完成"},
        "wxa/media_check_async": {**check, "media_url": "http://127.0.0.1:9/x.jpg", "media_type": 2},
        "wxa/generate_urllink": {"path": PAGE, "expire_type": 1, "expire_interval": 30},
        "wxa/generatescheme": {"jump_wxa": {"path": PAGE}, "is_expire": True},
    }
    answers |= {path: raw.post(path, body) for path, body in bodies.items()}
    assert {path: shape(answer) for path, answer in answers.items()} == {
        path: shape(answer) for path, answer in golden.items()
    }


def test_refusals_end_in_a_rid_as_the_documented_ones_do(raw: Any, sim: Remote) -> None:
    """The product reads the rid out of the text, the documented spelling included."""
    from wechat.errors import refusal

    for sample in json.loads((FIXTURES / "refusals.json").read_text("utf-8")):
        assert refusal(sample["errcode"], sample["errmsg"]).rid == "65f0c1aa-1b2c3d4e-5f607182"
    ours = raw.login("unknown").json()
    assert refusal(ours["errcode"], ours["errmsg"]).rid
    assert raw.login("unknown").headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("change", "errcode"),
    [({"appid": "wxother"}, 40013), ({"secret": "wrong"}, 40125), ({"grant_type": "x"}, 40002)],
)
def test_login_checks_the_account_first(raw: Any, sim: Remote, change: dict[str, str], errcode: int) -> None:
    """A code is not spent by a wrong account."""
    code = sim.login_code("wang")
    assert raw.login(code, **change).json()["errcode"] == errcode
    assert raw.login(code).json()["openid"]


def test_login_is_limited_per_person_and_minute(raw: Any, sim: Remote) -> None:
    """45011 beyond the limit, and fine again a minute later."""
    sim.setup(apps=[{"appid": APP, "limits": {"login_per_minute": 2}}])
    codes = [raw.login(sim.login_code("wang")).json().get("errcode") for _ in range(3)]
    assert codes == [None, None, 45011]
    sim.advance(60)
    assert raw.login(sim.login_code("wang")).json()["openid"]


def test_every_login_rotates_the_session_key_and_keeps_the_openid(raw: Any, sim: Remote) -> None:
    """The openid is per app and lasting, the session_key is not."""
    first, second = (raw.login(sim.login_code("wang")).json() for _ in range(2))
    assert first["openid"] == second["openid"]
    assert first["session_key"] != second["session_key"]


def test_a_code_belongs_to_its_app(raw: Any, sim: Remote) -> None:
    """And an openid differs per app, while the unionid is shared."""
    sim.setup(apps=[{"appid": "wx2", "secret": "another-secret", "bound": True}])
    assert raw.login(sim.login_code("wang"), appid="wx2", secret="another-secret").json()["errcode"] == 40029
    code = sim.call("POST", "users/wang/login-code", {}, appid="wx2")["code"]
    there = raw.login(code, appid="wx2", secret="another-secret").json()
    here = raw.login(sim.login_code("wang")).json()
    assert there["openid"] != here["openid"]
    assert there["unionid"] == here["unionid"]


def test_the_gate_of_every_token_call(raw: Any, stand_in: Any, sim: Remote) -> None:
    """Missing, unknown, expired, wrong method, empty, not JSON, not UTF-8."""
    path = "wxa/msg_sec_check"
    get = requests.get(f"{stand_in.base_url}/{path}", params={"access_token": raw.token}, timeout=5).json()
    found = [
        raw.post(path, {}, token="")["errcode"],
        raw.post(path, {}, token="nonsense")["errcode"],
        get["errcode"],
        raw.post(path, b"")["errcode"],
        raw.post(path, b"{no")["errcode"],
        raw.post(path, b'{"a": "\xff"}')["errcode"],
        raw.post(path, b"[]")["errcode"],
    ]
    sim.advance(7200)
    assert [*found, raw.post(path, {})["errcode"]] == [41001, 40001, 43002, 44002, 47001, 47001, 47001, 42001]


def test_a_stable_token_stays_until_its_last_five_minutes(raw: Any, sim: Remote) -> None:
    """Then a new one comes while the old one still works."""
    assert raw.stable()["access_token"] == raw.token
    sim.advance(6899)
    assert raw.stable()["access_token"] == raw.token
    sim.advance(2)
    assert raw.stable()["access_token"] != raw.token
    assert raw.post("wxa/generate_urllink", {"path": PAGE})["errcode"] == 0


def test_a_forced_refresh_kills_the_old_token_and_is_rationed(raw: Any, sim: Remote) -> None:
    """Thirty seconds apart, twenty a day."""
    forced = raw.stable(force_refresh=True)["access_token"]
    assert forced != raw.token
    assert raw.post("wxa/generate_urllink", {"path": PAGE})["errcode"] == 40001
    assert raw.stable(force_refresh=True)["errcode"] == 45011
    sim.setup(apps=[{"appid": APP, "limits": {"force_per_day": 0}}])
    sim.advance(31)
    assert raw.stable(force_refresh=True)["errcode"] == 45009


def test_a_classic_token_kills_its_predecessor_after_five_minutes(raw: Any, sim: Remote) -> None:
    """And the two kinds leave each other alone; the day's quota ends in 45009."""
    old, new = raw.classic()["access_token"], raw.classic()["access_token"]
    call = ("wxa/generate_urllink", {"path": PAGE})
    assert [raw.post(*call, token=t)["errcode"] for t in (old, new, raw.token)] == [0, 0, 0]
    sim.advance(301)
    assert [raw.post(*call, token=t)["errcode"] for t in (old, new, raw.token)] == [40001, 0, 0]
    sim.setup(apps=[{"appid": APP, "limits": {"token_per_day": 1}}])
    assert raw.classic()["errcode"] == 45009


def test_subscribe_send_checks_in_wechats_order(raw: Any, sim: Remote) -> None:
    """Person, template, page, values, grant: each repaired fault uncovers the next."""
    body: dict[str, Any] = {
        "touser": "oNobody",
        "template_id": "TID_NONE",
        "page": "pages/none?x=1",
        "data": {"thing1": {"value": "字" * 21}, "time2": {"value": "09:00"}, "phrase3": {"value": "已派单"}},
    }
    repairs: list[dict[str, Any]] = [
        {"touser": sim.user("wang")["openid"]},
        {"template_id": "TID_ASSIGNED"},
        {"page": f"{PAGE}?x=1"},
        {"data": {**body["data"], "thing1": {"value": "安装"}}},
    ]
    codes = [raw.post("cgi-bin/message/subscribe/send", body)["errcode"]]
    for repair in repairs:
        body |= repair
        codes.append(raw.post("cgi-bin/message/subscribe/send", body)["errcode"])
    sim.grant("wang", TID_ASSIGNED="accept")
    codes.append(raw.post("cgi-bin/message/subscribe/send", body)["errcode"])
    assert codes == [40003, 40037, 41030, 47003, 43101, 0]
    assert [entry["errcode"] for entry in sim.inbox()] == codes


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"enum1": {"value": "别的原因"}}, "enum1"),
        ({"enum1": {"value": 5}}, "enum1"),
        ({"enum1": "客户取消"}, "enum1"),
        ({}, "enum1"),
        ({"enum1": {"value": "客户取消"}, "thing9": {"value": "多"}}, "thing9"),
    ],
)
def test_a_bad_value_is_named(raw: Any, sim: Remote, data: dict[str, Any], field: str) -> None:
    """47003 says which key; a refused message costs no grant."""
    sim.grant("wang", TID_OTHER="accept")
    body = {"touser": sim.user("wang")["openid"], "template_id": "TID_OTHER", "data": data}
    reply = raw.post("cgi-bin/message/subscribe/send", body)
    assert reply["errcode"] == 47003
    assert field in reply["errmsg"]
    assert sim.user("wang")["grants"] == {"TID_OTHER": 1}


@pytest.mark.parametrize("wrong", [{"lang": "fr_FR"}, {"miniprogram_state": "beta"}])
def test_state_and_language_are_validated(raw: Any, sim: Remote, wrong: dict[str, str]) -> None:
    """Only the documented values."""
    sim.grant("wang", TID_OTHER="accept")
    data = {"enum1": {"value": "客户取消"}}
    body = {"touser": sim.user("wang")["openid"], "template_id": "TID_OTHER", "data": data, **wrong}
    assert raw.post("cgi-bin/message/subscribe/send", body)["errcode"] == 47003


def test_a_popup_takes_five_known_templates_at_most(sim: Remote) -> None:
    """As the client's own error codes say."""
    assert sim.grant("wang", **{f"T{n}": "accept" for n in range(6)})["errCode"] == 20003
    assert sim.grant("wang", TID_NONE="accept")["errCode"] == 20001
    assert sim.user("wang")["grants"] == {}


def test_qr_codes_have_a_minute_limit_and_width_bounds(raw: Any, sim: Remote) -> None:
    """45009 past the limit, 280 to 1280 pixels wide."""
    sim.setup(apps=[{"appid": APP, "limits": {"qr_per_minute": 2}}])
    body = {"scene": "a", "page": PAGE}
    assert raw.post("wxa/getwxacodeunlimit", {**body, "width": 100})["errcode"] == 47003
    assert raw.post("wxa/getwxacodeunlimit", body).startswith(b"\x89PNG")
    assert raw.post("wxa/getwxacodeunlimit", body)["errcode"] == 45009


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"version": 1}, 43302),
        ({"scene": 5}, 40129),
        ({"openid": "oNobody"}, 40003),
        ({"content": "字" * 2501}, 45002),
    ],
)
def test_a_text_check_wants_version_two(raw: Any, sim: Remote, change: dict[str, Any], errcode: int) -> None:
    """Each required field is checked."""
    openid = raw.login(sim.login_code("wang")).json()["openid"]
    body = {"version": 2, "scene": 2, "openid": openid, "content": "好", **change}
    assert raw.post("wxa/msg_sec_check", body)["errcode"] == errcode


@pytest.mark.parametrize("fetchable", [True, False])
def test_a_picture_is_fetched_and_its_verdict_pushed(
    raw: Any, sim: Remote, callback: Any, receiver: PushReceiver, stand_in: Any, fetchable: bool
) -> None:
    """The trace_id joins the answer to the event; a picture that can't be fetched stays unchecked."""
    sim.setup(apps=[{"appid": APP, "media_verdict": ["risky", 20002], "media_delay_s": 0.05}])
    openid = raw.login(sim.login_code("wang")).json()["openid"]
    url = f"{stand_in.base_url}/" if fetchable else "http://127.0.0.1:9/gone.jpg"
    body = {"version": 2, "scene": 2, "openid": openid, "media_url": url, "media_type": 2}
    trace_id = raw.post("wxa/media_check_async", body)["trace_id"]
    query, pushed = callback.next()
    event = receiver.receive(
        pushed, msg_signature=query["msg_signature"], timestamp=query["timestamp"], nonce=query["nonce"]
    )
    assert isinstance(event, MediaCheck)
    assert event.trace_id == trace_id
    assert (event.suggest, event.errcode) == (("risky", 0) if fetchable else (None, -1008))


@pytest.mark.parametrize(
    ("change", "errcode"),
    [
        ({"path": "pages/none"}, 85079),
        ({"path": f"{PAGE}?a=1"}, 40165),
        ({"query": "名字=1"}, 40212),
        ({"expire_interval": 31}, 85401),
    ],
)
def test_links_are_checked(raw: Any, sim: Remote, change: dict[str, Any], errcode: int) -> None:
    """Published page, plain query, thirty days."""
    body = {"path": PAGE, "query": "t=1", "expire_type": 1, "expire_interval": 30, **change}
    assert raw.post("wxa/generate_urllink", body)["errcode"] == errcode


def test_a_link_can_be_looked_up(raw: Any, sim: Remote) -> None:
    """URL links and schemes say where they lead; a permanent scheme is refused."""
    link = raw.post("wxa/generate_urllink", {"path": PAGE, "query": "t=1"})["url_link"]
    assert raw.post("wxa/query_urllink", {"url_link": link})["url_link_info"]["query"] == "t=1"
    body = {"jump_wxa": {"path": PAGE, "query": "t=2"}, "is_expire": True}
    opened = raw.post("wxa/generatescheme", body)["openlink"]
    assert raw.post("wxa/queryscheme", {"scheme": opened})["scheme_info"]["query"] == "t=2"
    assert raw.post("wxa/generatescheme", {**body, "is_expire": False})["errcode"] == 85401
