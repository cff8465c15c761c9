"""Buttons beside an extra: only what it allows, and who says that it is paid."""

from __future__ import annotations

import pytest

from domain.actors import Role
from domain.charge_actions import settle_bar


@pytest.mark.parametrize(
    ("hands", "role", "through_wechat", "may"),
    [
        ("installer", Role.INSTALLER, True, True),
        ("brand", Role.INSTALLER, False, False),
        ("brand", Role.AGENT, False, True),
        ("brand", Role.AGENT, True, False),
        ("brand", Role.SYSTEM, True, True),
    ],
)
def test_money_of_the_brand_is_confirmed_by_the_brand_or_by_wechat(
    hands: str, role: Role, through_wechat: bool, may: bool
) -> None:
    """With a merchant no person says that the brand was paid; what the dealer took its people say."""
    assert (settle_bar(hands, role, through_wechat=through_wechat) is None) == may
