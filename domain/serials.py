"""What serial numbers look like, per product, in a language too small to hang a process.

`#` is a digit, `@` a letter, `?` a letter or digit, `*` at the end any number of letters, digits or hyphens; everything
else stands for itself; `|` separates forms. "TZ##-??????|88##########" takes "TZ26-A1B2C3" and "882600012345".
"""

from __future__ import annotations

import re

from domain.errors import Fault, Invalid

LEAST, MOST = 5, 40
_ANY = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{4,39}")
_PATTERN = re.compile(r"[0-9A-Za-z#@?-]{1,40}\*?")
_PARTS = {"#": "[0-9]", "@": "[A-Z]", "?": "[0-9A-Z]", "*": "[0-9A-Z-]*"}
SOURCES = ("scanned", "typed")


def normal(serial: str) -> str:
    """How numbers are compared: without blanks around, in capitals."""
    return serial.strip().upper()


def require_sound(pattern: str) -> None:
    """Raises Invalid for what is no pattern, or could take nothing of 5 to 40 characters."""
    forms = pattern.split("|")
    if len(forms) > 10 or not all(_PATTERN.fullmatch(form) and _fits(form) for form in forms):
        raise Invalid(
            errors=[Fault("pattern", "serial_pattern", "序列号格式应由字母、数字、-、#、@、?、*、| 组成")]
        )


def _fits(form: str) -> bool:
    return form.endswith("*") or LEAST <= len(form) <= MOST


def fault(serial: str, pattern: str | None) -> str | None:
    """What is wrong with a number, in Chinese; None: nothing. Without a pattern 5–40 letters, digits, hyphens do."""
    if not _ANY.fullmatch(serial):
        return "序列号应为 5–40 位字母、数字或连字符"
    if pattern is None or any(_takes(form, normal(serial)) for form in pattern.split("|")):
        return None
    return f"序列号与该商品的格式不符（{pattern.replace('|', ' 或 ')}；# 为数字，@ 为字母，? 为字母或数字）"


def _takes(form: str, serial: str) -> bool:
    body = "".join(_PARTS.get(letter, re.escape(letter.upper())) for letter in form)
    return re.fullmatch(body, serial) is not None
