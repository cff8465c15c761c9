"""Short messages: what a gateway must do, and the one that comes with the product, a log a person can read.

This is a port, not a use case: whoever has a contract with a provider writes a class with `send` and puts it into
`app.extensions["sms"]`.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from domain.calendar import SHANGHAI
from domain.errors import DomainError, Unavailable
from domain.masking import mask_phone

SIGNATURE = "【妥装】"
SEARCHED = 1024 * 1024


class SmsRefused(DomainError):
    """The provider will never take this message: the number does not exist, the text is banned."""

    code = "sms_refused"
    title = "短信被拒绝"


class SmsUnavailable(Unavailable):
    """Definitely not sent; the same message may be tried again later."""

    code = "sms_unavailable"
    title = "短信暂时无法发送"


@dataclass(frozen=True, slots=True)
class Sms:
    """One message. `key` is the same when a message is repeated; `phone` has eleven digits."""

    key: str
    phone: str = field(repr=False)
    text: str = field(repr=False)


class SmsGateway(Protocol):
    """A provider. Raises `SmsRefused` or `SmsUnavailable`; any other exception means that it may have been sent."""

    @property
    def sends_once(self) -> bool:
        """Whether a repeated `key` sends nothing again. If not, a message with an unknown fate is not repeated."""

    def send(self, sms: Sms, now: datetime) -> None:
        """Hand the message over; returns when the provider has it."""


class LogSms:
    """Writes each message as a line: the demo's phone.

    The number is masked; the text is whole, because the link in it is what the demo's customer taps. A link signs in
    to one job, so the file is for its owner's eyes only (0600).

        2026-03-02 10:00 138****8000 【妥装】上门时间改为 3月2日 11:00–13:00 http://…  #17@1772416800
    """

    sends_once = True

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, sms: Sms, now: datetime) -> None:
        """Append the line unless one with this key is there. `SmsUnavailable` when the file cannot be written."""
        clean = " ".join(sms.text.split())
        line = f"{now.astimezone(SHANGHAI):%Y-%m-%d %H:%M} {mask_phone(sms.phone)} {clean}  #{sms.key}\n"
        try:
            with self._locked() as file:
                if not _has(file, f"#{sms.key}\n".encode()):
                    os.write(file, line.encode())
        except OSError:
            raise SmsUnavailable from None

    @contextmanager
    def _locked(self) -> Iterator[int]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
        finally:
            os.close(file)


def _has(file: int, mark: bytes) -> bool:
    """Repeats come within minutes, so only the end of a long file is searched."""
    size = os.fstat(file).st_size
    return mark in os.pread(file, SEARCHED, max(0, size - SEARCHED))
