"""The gateway against the stand-in over a socket:
what each call does when all is well, and when WeChat says no.
"""

from dataclasses import replace
from typing import Any

import pytest

from wechat.errors import Busy, Meaning, NotAccepted, Refused, SetupFault
from wechat.gateway import Gateway, SubscribeMessage
from wechat.stand_in.remote import Remote

PAGE = "pages/job/detail"


def test_login_is_one_call_without_access_token(gateway: Gateway, sim: Remote) -> None:
    """A token outage cannot break login, and the code is not spent twice."""
    login = gateway.code_to_session(sim.login_code("wang"))
    assert login.openid == sim.user("wang")["openid"]
    assert login.unionid == sim.user("wang")["unionid"]
    (only,) = sim.journal()
    assert only["path"] == "sns/jscode2session"
    assert "access_token" not in only["query"]


def test_a_used_login_code_is_refused_and_not_retried(gateway: Gateway, sim: Remote) -> None:
    """The client must call wx.login again."""
    code = sim.login_code("wang")
    gateway.code_to_session(code)
    with pytest.raises(NotAccepted) as caught:
        gateway.code_to_session(code)
    assert (caught.value.errcode, caught.value.meaning) == (40163, Meaning.CODE)
    assert caught.value.rid
    assert len(sim.journal("sns/jscode2session")) == 2


def test_a_login_code_lives_five_minutes(gateway: Gateway, sim: Remote) -> None:
    """After 300 seconds it is as unknown as any text."""
    code = sim.login_code("wang")
    sim.advance(301)
    for stale in (code, "never-issued"):
        with pytest.raises(NotAccepted) as caught:
            gateway.code_to_session(stale)
        assert caught.value.errcode == 40029


def test_a_blocked_person_is_a_business_refusal(gateway: Gateway, sim: Remote) -> None:
    """40226 is shown to the person; it is neither retried nor an alarm."""
    sim.setup(users=[{"alias": "wang", "blocked": True}])
    with pytest.raises(NotAccepted) as caught:
        gateway.code_to_session(sim.login_code("wang"))
    assert (caught.value.meaning, caught.value.retryable, caught.value.alarm) == (Meaning.RISK, False, False)


def test_a_phone_code_gives_the_verified_number(gateway: Gateway, sim: Remote) -> None:
    """Country code and bare number, also for a number the person picked instead of their own."""
    own = gateway.phone_number(sim.phone_code("wang"))
    other = gateway.phone_number(sim.phone_code("wang", "61234567", "852"))
    assert (own.country_code, own.number) == ("86", "13800138000")
    assert (other.country_code, other.number) == ("852", "61234567")
    assert sim.user("wang")["phone_charges"] == 2


def test_login_and_phone_codes_are_not_interchangeable(gateway: Gateway, sim: Remote) -> None:
    """Each is unknown where the other belongs."""
    with pytest.raises(NotAccepted) as as_phone:
        gateway.phone_number(sim.login_code("wang"))
    with pytest.raises(NotAccepted) as as_login:
        gateway.code_to_session(sim.phone_code("wang"))
    assert as_phone.value.errcode == as_login.value.errcode == 40029


def test_one_grant_is_one_message(gateway: Gateway, sim: Remote, message: SubscribeMessage) -> None:
    """The second send is refused with USER_REFUSED, and the inbox shows both."""
    sim.grant("wang", TID_ASSIGNED="accept")
    sent = gateway.send(message)
    with pytest.raises(Refused) as caught:
        gateway.send(message)
    assert caught.value.meaning is Meaning.USER_REFUSED
    assert not caught.value.retryable
    delivered, refused = sim.inbox("wang")
    assert (delivered["msgid"], delivered["grants_before"], delivered["grants_after"]) == (sent.msgid, 1, 0)
    assert (refused["delivered"], refused["errcode"]) == (False, 43101)
    assert delivered["lines"][0] == ["服务内容", "上门安装"]


def test_grants_add_up_and_a_rejection_adds_none(
    gateway: Gateway, sim: Remote, message: SubscribeMessage
) -> None:
    """Two accepts are two messages; switching off in the settings takes the rest away."""
    sim.grant("wang", TID_ASSIGNED="accept")
    sim.grant("wang", TID_ASSIGNED="accept", TID_OTHER="reject")
    assert sim.user("wang")["grants"] == {"TID_ASSIGNED": 2}
    gateway.send(message)
    sim.revoke("wang", "TID_ASSIGNED")
    with pytest.raises(Refused):
        gateway.send(message)


def test_text_goes_out_as_unescaped_utf8_with_the_configured_state(
    gateway: Gateway, sim: Remote, message: SubscribeMessage
) -> None:
    """WeChat counts escapes as characters; and version and language are not left to defaults."""
    sim.grant("wang", TID_ASSIGNED="accept")
    gateway.send(message)
    (entry,) = sim.inbox("wang")
    assert (entry["miniprogram_state"], entry["lang"], entry["page"]) == ("formal", "zh_CN", f"{PAGE}?id=7")
    (request,) = sim.journal("cgi-bin/message/subscribe/send")
    assert not request["escaped"]
    assert request["body"]["data"]["thing1"] == {"value": "上门安装"}


def test_a_bad_value_is_refused_before_anything_is_sent(
    gateway: Gateway, sim: Remote, message: SubscribeMessage
) -> None:
    """Same error as WeChat's 47003, with the fields, and no call."""
    with pytest.raises(NotAccepted) as caught:
        gateway.send(replace(message, data=(("phrase3", "not han"), ("thing1", ""))))
    assert caught.value.errcode == 47003
    assert {fault.field for fault in caught.value.errors} == {"phrase3", "thing1"}
    assert sim.journal() == []


@pytest.mark.parametrize(
    ("change", "errcode", "meaning"),
    [
        ({"openid": "oNobodyWeKnow"}, 40003, Meaning.ADDRESS),
        ({"template_id": "TID_UNKNOWN"}, 40037, Meaning.CONFIG),
        ({"page": "pages/nowhere"}, 41030, Meaning.CONFIG),
        ({"data": (("thing1", "缺字段"),)}, 47003, Meaning.VALUE),
    ],
)
def test_a_refused_message_says_why(
    gateway: Gateway,
    sim: Remote,
    message: SubscribeMessage,
    change: dict[str, Any],
    errcode: int,
    meaning: Meaning,
) -> None:
    """Each refusal has its meaning, and none is worth repeating."""
    sim.grant("wang", TID_ASSIGNED="accept")
    with pytest.raises(Refused) as caught:
        gateway.send(replace(message, **change))
    assert (caught.value.errcode, caught.value.meaning) == (errcode, meaning)
    assert not caught.value.retryable
    assert sim.user("wang")["grants"] == {"TID_ASSIGNED": 1}


def test_a_qr_code_carries_scene_page_and_version(gateway: Gateway, sim: Remote) -> None:
    """Scanning the returned PNG gives what was put in."""
    image = gateway.qr_code("inv_8f3kQ2", PAGE, env_version="trial", width=300)
    assert image.startswith(b"\x89PNG")
    seen = sim.scan(image)
    assert (seen["scene"], seen["page"], seen["env_version"]) == ("inv_8f3kQ2", PAGE, "trial")


@pytest.mark.parametrize(
    ("scene", "page"), [("中文", PAGE), ("x" * 33, PAGE), ("ok", "pages/unpublished"), ("ok", "/" + PAGE)]
)
def test_a_qr_code_that_wechat_would_refuse_is_refused(
    gateway: Gateway, sim: Remote, scene: str, page: str
) -> None:
    """A JSON refusal instead of an image is an error, not a picture."""
    with pytest.raises(SetupFault):
        gateway.qr_code(scene, page)


def test_an_unpublished_page_may_be_used_without_path_check(gateway: Gateway, sim: Remote) -> None:
    """As in development before the first release."""
    assert gateway.qr_code("ok", "pages/unpublished", env_version="develop", check_path=False)


def test_a_text_check_gives_a_verdict(gateway: Gateway, sim: Remote) -> None:
    """pass, review or risky with WeChat's label."""
    openid = gateway.code_to_session(sim.login_code("wang")).openid
    assert (gateway.check_text(openid, "师傅很准时").suggest, gateway.check_text(openid, "违禁词").label) == (
        "pass",
        20006,
    )
    assert gateway.check_text(openid, "正常", nickname="加微信").suggest == "review"


def test_a_text_check_needs_a_visit_within_two_hours(gateway: Gateway, sim: Remote) -> None:
    """61010 has its own meaning: it can't be scanned, which is nobody's fault."""
    openid = gateway.code_to_session(sim.login_code("wang")).openid
    sim.advance(7201)
    with pytest.raises(NotAccepted) as caught:
        gateway.check_text(openid, "你好")
    assert caught.value.meaning is Meaning.NO_VISIT


def test_a_url_link_lasts_at_most_thirty_days(gateway: Gateway, sim: Remote) -> None:
    """Permanent links are gone."""
    assert gateway.url_link(PAGE, "t=abc", 30).startswith("https://wxaurl.cn/")
    with pytest.raises(Refused):
        gateway.url_link(PAGE, "t=abc", 31)


def test_a_ping_is_one_unforced_token_call(gateway: Gateway, sim: Remote, store: Any) -> None:
    """It changes nothing, in WeChat or in our store."""
    gateway.ping()
    (only,) = sim.journal()
    assert (only["path"], only["body"]["force_refresh"]) == ("cgi-bin/stable_token", False)
    assert store.token is None


def test_a_number_of_another_app_is_not_believed(gateway: Gateway, sim: Remote) -> None:
    """The watermark must name our app."""
    code = sim.phone_code("wang")
    sim.setup(apps=[{"appid": "wx0000000000000001", "watermark_appid": "wx9999"}])
    with pytest.raises(SetupFault):
        gateway.phone_number(code)


@pytest.mark.parametrize("errcode", [-1, 45011])
def test_a_busy_wechat_is_a_definite_not_now(
    gateway: Gateway, sim: Remote, message: SubscribeMessage, errcode: int
) -> None:
    """One call, no repeat by us, and a wait to keep."""
    sim.fault("errcode", path="cgi-bin/message/*", errcode=errcode)
    with pytest.raises(Busy) as caught:
        gateway.send(message)
    assert caught.value.retryable
    assert caught.value.retry_after_s >= 5
    assert len(sim.journal("cgi-bin/message/subscribe/send")) == 1
