"""What staff see of a customer before a logged reveal: enough to recognise, not enough to use."""

from __future__ import annotations

import re

from domain import phones

_COUNTY = re.compile(r"^.{2,24}?(?:(?<![小园社])区|[县旗])|^.{2,12}?市")


def mask_phone(phone: str | None) -> str:
    """`+8613812348000` → `138****8000`; nothing for nothing."""
    return phones.mask(phone) if phone else ""


def mask_name(name: str | None) -> str:
    """`张三丰` → `张**`; `欧阳` → `欧*`."""
    if not name:
        return ""
    return name[0] + "*" * max(1, min(len(name) - 1, 4))


_COMPOUND = frozenset(
    {"欧阳", "司马", "诸葛", "上官", "司徒", "令狐", "皇甫", "尉迟", "长孙", "慕容", "端木", "公孙"}
)


def mask_installer(name: str | None) -> str:
    """What a customer calls whoever comes: `王小明` → `王师傅`, `欧阳峰` → `欧阳师傅`; nobody's name → `师傅`."""
    name = (name or "").strip()
    if not name or not "\u4e00" <= name[0] <= "\u9fff":
        return "师傅"
    surname = name[:2] if name[:2] in _COMPOUND else name[0]
    return f"{surname}师傅"


def mask_address(address: str | None) -> str:
    """Province to county, no street: `广东省深圳市南山区科技园1号` → `广东省深圳市南山区****`."""
    if not address:
        return ""
    found = _COUNTY.match(address)
    return (found.group() if found else address[:3]) + "****"
