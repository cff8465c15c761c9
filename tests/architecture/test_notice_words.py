"""Who owes a notice names its template; a name without words would be given up, and nobody told."""

from __future__ import annotations

import re

from domain.notices import TEMPLATES
from tests.architecture.source import ROOT

_NAMED = re.compile(r'"template": "([a-z_]+)"')


def test_every_template_that_the_services_name_has_words() -> None:
    """`"template": "contact_due"` in a service is a line of the table."""
    named = {
        (name, str(file.relative_to(ROOT)))
        for file in (ROOT / "services").rglob("*.py")
        for name in _NAMED.findall(file.read_text(encoding="utf-8"))
    }

    assert len(named) > 10
    assert not [(name, file) for name, file in sorted(named) if name not in TEMPLATES]
