"""Telephone numbers as shops hand them over: real, virtual with an extension, or masked beyond use.

The number as typed is kept elsewhere; here it only gets a meaning. Nothing is guessed:
what is no number is None.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class PhoneKind(StrEnum):
    """`virtual` reaches the customer for a while through a platform's bridge; `masked` reaches nobody."""

    REAL = "real"
    VIRTUAL = "virtual"
    MASKED = "masked"


@dataclass(frozen=True, slots=True)
class Phone:
    """`number`: digits, a landline as `0535-6212345`, a masked one with its `*`. `extension`: digits."""

    kind: PhoneKind
    number: str
    extension: str | None = None


_WIDE = str.maketrans("０１２３４５６７８９＊－＋（）＃，×", "0123456789*-+()#,*")
_EXTENSION = re.compile(r"^(.+?)(?:转|轉|分机号?|ext\.?|#|,|-|_)+:?(\d{1,8})$", re.IGNORECASE | re.ASCII)
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_LANDLINE = re.compile(r"(01\d|02\d|0[3-9]\d{2})([2-8]\d{6,7})", re.ASCII)
_SERVICE = re.compile(r"[48]00\d{7}", re.ASCII)
_BRIDGE = re.compile(r"9501\d{7,14}", re.ASCII)
_MASKED = re.compile(r"(?=.*\d)(?=.*\*{2})[\d*-]{7,20}", re.ASCII)
_BLANK = re.compile(r"[\s()·.]")
_STAR = re.compile(r"[xX](?=[xX*\d])|(?<=[*\d])[xX]")
_CHINA = re.compile(r"^(?:(?:\+|00)86-?|86-?(?=1[3-9]|0[1-9]))")
_SEVERAL = re.compile(r"[/、;；|]|\s{2,}")


def _plain(text: str) -> str:
    """Half width, without spaces, brackets and the country code."""
    text = _BLANK.sub("", text.translate(_WIDE))
    return _CHINA.sub("", _STAR.sub("*", text))


def _real(digits: str) -> str | None:
    if _MOBILE.fullmatch(digits) or _SERVICE.fullmatch(digits):
        return digits
    landline = _LANDLINE.fullmatch(digits)
    return f"{landline[1]}-{landline[2]}" if landline else None


def _one(text: str) -> Phone | None:
    plain = _plain(text)
    if len(plain) > 40:
        return None
    whole = plain.replace("-", "")
    if number := _real(whole):
        return Phone(PhoneKind.REAL, number)
    if _BRIDGE.fullmatch(whole):
        return Phone(PhoneKind.VIRTUAL, whole)
    if found := _EXTENSION.match(plain):
        base, extension = found[1].replace("-", ""), found[2]
        if number := _real(base):
            # A desk has an extension behind a landline; behind a mobile number it is a platform's bridge.
            kind = PhoneKind.VIRTUAL if _MOBILE.fullmatch(number) else PhoneKind.REAL
            return Phone(kind, number, extension)
        if _BRIDGE.fullmatch(base):
            return Phone(PhoneKind.VIRTUAL, base, extension)
        if "*" not in extension and _MASKED.fullmatch(base) and len(base) >= 11:
            return Phone(PhoneKind.MASKED, base, extension)
    return Phone(PhoneKind.MASKED, plain) if _MASKED.fullmatch(plain) else None


def parse(text: str) -> Phone | None:
    """The first number in the text that is one, or None: `+86 138-0013-8000` → real 13800138000.

    `13800138000转1234` → virtual with extension 1234; `138****8000` → masked; several may be parted by `/`.
    """
    if len(text) > 200:
        return None
    return _one(text) or next((p for part in _SEVERAL.split(text) if (p := _one(part))), None)


def mask(phone: str) -> str:
    """For staff's eyes: `13800138000` → `138****8000`, `0535-6212345` → `0535-***2345`, no number → `***`."""
    found = parse(phone)
    if found is None:
        return "***"
    if found.kind is PhoneKind.MASKED:
        return found.number
    area, dash, local = found.number.rpartition("-")
    keep = "" if dash else local[:3]
    return f"{area}{dash}{keep}{'*' * (len(local) - len(keep) - 4)}{local[-4:]}"


def last_four(phone: str) -> str | None:
    """What a customer may prove an order with: `138****8000` → `8000`.

    None for a virtual number (nobody knows theirs) and where the last four are hidden.
    """
    found = parse(phone)
    if found is None or found.kind is PhoneKind.VIRTUAL:
        return None
    tail = found.number[-4:]
    return tail if tail.isdigit() else None
