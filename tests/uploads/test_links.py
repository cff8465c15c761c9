"""Signed links: only we can make them, they end, and a wrong one tells nothing."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta

import pytest

from domain.errors import Forbidden, NotFound
from uploads.links import Grant, LinkExpired, sign, verify

SECRET = b"a secret of the deployment"
NOW = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)
TOKEN = sign(SECRET, 42, "1280", LATER, "person:7")


def test_a_link_grants_what_it_was_signed_for() -> None:
    """Photo, variant, viewer and expiry come back as they went in, in URL-safe characters."""
    assert verify(SECRET, TOKEN, NOW) == Grant(42, "1280", "person:7", LATER)
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", TOKEN)


def test_a_viewer_may_hold_any_character() -> None:
    """The separator inside a viewer does not move the other fields."""
    token = sign(SECRET, 1, "320", LATER, "job|9|工单")
    assert verify(SECRET, token, NOW) == Grant(1, "320", "job|9|工单", LATER)


def test_a_link_ends_at_its_expiry() -> None:
    """The last second before it counts, the expiry itself does not."""
    verify(SECRET, TOKEN, LATER - timedelta(seconds=1))
    with pytest.raises(LinkExpired) as expired:
        verify(SECRET, TOKEN, LATER)
    assert isinstance(expired.value, Forbidden)


def test_no_character_of_a_link_can_be_changed() -> None:
    """Every other character at every place is NotFound, also where base64 has spare bits."""
    for at in range(len(TOKEN)):
        for other in "Ab0_-.=":
            if TOKEN[at] != other:
                with pytest.raises(NotFound):
                    verify(SECRET, TOKEN[:at] + other + TOKEN[at + 1 :], NOW)


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "a.b",
        TOKEN + "=",
        TOKEN + ".",
        TOKEN[:-1],
        "工" * 50,
        "\ud800.\udfff",
        "a" * 100_000,
        TOKEN * 20,
    ],
)
def test_anything_we_did_not_sign_is_not_found(token: str) -> None:
    """Garbage of any kind has one answer, the one a missing photo has."""
    with pytest.raises(NotFound):
        verify(SECRET, token, NOW)


def test_another_secret_signs_nothing_here() -> None:
    """A link of another deployment, or from before the secret was changed, is NotFound."""
    with pytest.raises(NotFound):
        verify(b"another secret", TOKEN, NOW)


def test_an_expired_forgery_is_not_found_either() -> None:
    """Only a true link may learn that it is too late: no oracle about photo numbers."""
    body, mac = TOKEN.split(".")
    raw = base64.urlsafe_b64decode(body + "==").replace(b"42|", b"43|")
    forged = base64.urlsafe_b64encode(raw).rstrip(b"=").decode() + "." + mac
    with pytest.raises(NotFound):
        verify(SECRET, forged, LATER + timedelta(days=1))


def test_an_unknown_variant_is_never_signed() -> None:
    """A programming error is found where it is made."""
    with pytest.raises(ValueError, match="variant"):
        sign(SECRET, 1, "thumbnail", LATER, "person:7")
