"""Every setting a deployment may give stands in the README's table."""

from __future__ import annotations

import re

import pytest

from tests.architecture.source import ROOT

SETTINGS = re.findall(
    r'env\.\w+\("([A-Z_]+)"|_key\(env, "([A-Z_]+)"\)', (ROOT / "services/config.py").read_text()
)


@pytest.mark.parametrize("name", sorted({one or other for one, other in SETTINGS}))
def test_every_setting_is_documented(name: str) -> None:
    """A name read from the environment is explained to whoever runs it."""
    assert f"`{name}`" in (ROOT / "README.md").read_text()
