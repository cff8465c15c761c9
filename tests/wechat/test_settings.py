"""What the gateway refuses to be configured with."""

import pytest

from wechat.settings import WeChatSettings


def test_the_real_address_is_the_default() -> None:
    """Nothing needs to be set for production but the account."""
    assert WeChatSettings("wx1", "s3cret").url("cgi-bin/x") == "https://api.weixin.qq.com/cgi-bin/x"


@pytest.mark.parametrize(
    "base",
    [
        "http://127.0.0.1:9",
        "http://api.weixin.qq.com",
        "ftp://x",
        "api.weixin.qq.com",
        "https://u:p@x",
        "https://",
    ],
)
def test_anything_but_https_is_refused(base: str) -> None:
    """Production talks to nothing but HTTPS."""
    with pytest.raises(ValueError, match="api_base"):
        WeChatSettings("wx1", "s3cret", base)


def test_plain_http_is_for_loopback_only_even_when_allowed() -> None:
    """`allow_http` cannot send the app secret over a network."""
    WeChatSettings("wx1", "s3cret", "http://127.0.0.1:9", allow_http=True)
    with pytest.raises(ValueError, match="loopback"):
        WeChatSettings("wx1", "s3cret", "http://10.0.0.1", allow_http=True)


def test_a_short_push_key_is_refused_without_being_repeated() -> None:
    """A wrong EncodingAESKey stops the start, and its text stays out of the message."""
    with pytest.raises(ValueError, match="43 characters") as caught:
        WeChatSettings("wx1", "s3cret", push_aes_key="tooshortkey")
    assert "tooshortkey" not in str(caught.value)


@pytest.mark.parametrize(
    "wrong", [{"miniprogram_state": "beta"}, {"timeouts": (0.0, 1.0)}, {"app_secret": ""}]
)
def test_a_wrong_option_is_refused(wrong: dict[str, object]) -> None:
    """Mistakes show at the start, not at the first call."""
    with pytest.raises(ValueError, match=r"miniprogram_state|timeouts|app_secret"):
        WeChatSettings(**{"app_id": "wx1", "app_secret": "s3cret", **wrong})  # type: ignore[arg-type]


def test_secrets_stay_out_of_the_repr() -> None:
    """Settings may be printed."""
    shown = repr(WeChatSettings("wx1", "s3cret", push_token="tok3n"))
    assert "s3cret" not in shown
    assert "tok3n" not in shown
