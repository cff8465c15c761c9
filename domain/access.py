"""Getting in: lock-outs, how long a session lives, what a password, a device id and an invitation look like.

All of it is arithmetic on arguments; what was tried and when stands in the database.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from domain.errors import Fault, Invalid, Unauthenticated

GUEST = "guest"
SessionKind = Literal["phone", "console", "link"]


class SignInRefused(Unauthenticated):
    """Unknown login and wrong password look the same."""

    code = "sign_in_refused"
    title = "登录名或密码不正确"


class OtpNeeded(Unauthenticated):
    """The password was right; the second factor is missing."""

    code = "otp_needed"
    title = "请输入动态验证码"


class LinkRefused(Unauthenticated):
    """A customer's link that does not exist, is over, or was revoked; also every failed claim."""

    code = "link_refused"
    title = "链接已失效，或订单号与手机号不匹配"


@dataclass(frozen=True, slots=True)
class LockRule:
    """`free` wrong tries cost nothing; each further one doubles the wait. Old tries are forgotten.

    `LockRule(5, minutes=1)`: the 5th failure locks for 1 minute, the 6th for 2, the 7th for 4, at most `cap`.
    """

    free: int
    first: timedelta
    cap: timedelta = timedelta(hours=12)
    forget: timedelta = timedelta(hours=24)

    def wait(self, failures: int) -> timedelta:
        """For how long nobody may try again after so many failures in a row; zero while they are free."""
        if failures < self.free:
            return timedelta(0)
        return min(self.first * (1 << min(failures - self.free, 20)), self.cap)


PASSWORD_LOCK = LockRule(5, timedelta(minutes=1))
INVITATION_LOCK = LockRule(5, timedelta(minutes=15))
CLAIM_LOCK = LockRule(5, timedelta(minutes=15), cap=timedelta(days=1), forget=timedelta(days=7))
CLAIM_ADDRESS_LOCK = LockRule(10, timedelta(minutes=15))


@dataclass(frozen=True, slots=True)
class Life:
    """How long a session lives unused, and at most."""

    idle: timedelta
    absolute: timedelta


LIVES: dict[SessionKind, Life] = {
    "console": Life(timedelta(hours=12), timedelta(days=7)),
    "link": Life(timedelta(hours=24), timedelta(days=14)),
}


def expiries(
    life: Life, now: datetime, created: datetime, latest: datetime | None = None
) -> tuple[datetime, datetime]:
    """(idle, absolute) expiry of a session used at `now`; `latest` bounds both (the link's own end).

    A console session used at 10:00 idles out at 22:00.
    """
    end = created + life.absolute
    if latest is not None:
        end = min(end, latest)
    return min(now + life.idle, end), end


_DEVICE = re.compile(r"[\x21-\x7e]{1,64}")
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U to misread
INVITATION_LENGTH = 20  # × 5 bits = 100 bits


def device(value: str | None) -> str | None:
    """The X-Device-Id header as it is stored: 1 to 64 visible ASCII characters. Raises Invalid."""
    if value is None or value == "":
        return None
    if not _DEVICE.fullmatch(value):
        raise Invalid(errors=[Fault("X-Device-Id", "malformed", "设备标识格式不正确")])
    return value


def spell_invitation(number: int) -> str:
    """100 random bits as a person may type them: `K7Q2M-0VX9T-4HZ3B-8WCEN`."""
    letters = [_ALPHABET[number >> shift & 31] for shift in range(0, INVITATION_LENGTH * 5, 5)]
    return "-".join("".join(letters[at : at + 5]) for at in range(0, INVITATION_LENGTH, 5))


def read_invitation(typed: str) -> str:
    """What was typed, without dashes and confusable letters; any other text comes back as it is not found."""
    plain = re.sub(r"[\s-]", "", typed[:100]).upper()
    return plain.translate(str.maketrans("OIL", "011"))


_COMMON = frozenset({"password", "qwertyuiop", "1234567890", "0123456789", "tuozhuang", "administrator"})


def password_faults(login: str, password: str) -> list[Fault]:
    """Everything wrong with a login and password at once; empty when they will do."""
    faults: list[Fault] = []
    if not re.fullmatch(r"[a-z0-9][a-z0-9._@-]{2,63}", login):
        faults.append(Fault("login", "malformed", "登录名须为3至64位小写字母、数字或._@-"))
    if not 10 <= len(password) <= 128:
        faults.append(Fault("password", "length", "密码长度须为10至128位"))
    plain = password.lower()
    if login in plain or len(set(plain)) < 5 or any(plain.startswith(word) for word in _COMMON):
        faults.append(Fault("password", "guessable", "密码过于简单，请换一个"))
    return faults
