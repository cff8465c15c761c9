"""Takes secrets out of text before anything can print it: exception texts, replies, urllib3's debug lines."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable

MASK = "***"
_PARAMS = re.compile(r"\b(secret|access_token|js_code|session_key|openid|code)=[^&\s\"']+")


def scrub(text: str, sensitive: Iterable[str] = ()) -> str:
    """`text` without the given values and without sensitive query parameters.

    `scrub("GET /sns/jscode2session?secret=abc&x=1")` is `"GET /sns/jscode2session?secret=***&x=1"`.
    """
    for value in sorted({v for v in sensitive if len(v) >= 4}, key=len, reverse=True):
        text = text.replace(value, MASK)
    return _PARAMS.sub(rf"\1={MASK}", text)


class SecretFilter(logging.Filter):
    """Rewrites every record of a logger with `scrub`."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always true: the record stays, its secrets go."""
        record.msg = scrub(record.getMessage())
        record.args = ()
        return True


_FILTER = SecretFilter()


def quiet_libraries() -> None:
    """Put the filter on urllib3's logger, which writes whole URLs at DEBUG. Safe to call again."""
    for name in ("urllib3.connectionpool", "urllib3.util.retry"):
        logging.getLogger(name).addFilter(_FILTER)
