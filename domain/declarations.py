"""Offline sales as a dealer declares them: which year, whose market, what paper; and who may verify them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from domain.errors import Conflict, Fault, Invalid
from domain.money import whole
from domain.statements import FourEyes

_DISTRICT = 6


class NotOwnMarket(Invalid):
    """The reward is for sales in the dealer's own market."""

    code = "not_own_market"
    title = "该地区不属于经销商的服务区域"


class AlreadyVerified(Conflict):
    """What finance has decided is not declared or decided again."""

    code = "already_verified"
    title = "该申报已核定"


def check_year(year: int, today: date) -> None:
    """This year or one of the two before it; `Invalid`."""
    if not today.year - 2 <= year <= today.year:
        raise Invalid(errors=[Fault("year", "out_of_range", "只能申报今年或前两年的销售额")])


def check_market(own: Iterable[str], market: str) -> None:
    """The market lies in a division the dealer covers, or is the district around its towns; `NotOwnMarket`.

    Covers 310100 (Shanghai's districts): 310115 is its own; covers town 310115004: 310115 is, 310100 is not.
    """
    wanted = _stem(market)
    for code in own:
        stem = _stem(code)
        if wanted.startswith(stem) or (len(wanted) == _DISTRICT and stem.startswith(wanted)):
            return
    raise NotOwnMarket(errors=[Fault("division_code", "not_own_market", NotOwnMarket.title)])


def _stem(code: str) -> str:
    """What the codes of everything in a division begin with: 370600 → 3706, 370602 and longer stay."""
    if len(code) != _DISTRICT:
        return code
    return code[:2] if code.endswith("0000") else code.removesuffix("00")


def check_verdict(
    state: str, declared_by: int, person_id: int | None, declared_fen: int, fen: int, reason: str | None
) -> None:
    """Once, by somebody else than who entered it, with a reason for every other amount."""
    if state != "declared":
        raise AlreadyVerified
    if person_id is None or person_id == declared_by:
        raise FourEyes("申报须由另一人核定")
    if whole(fen) != declared_fen and not (reason or "").strip():
        raise Invalid(errors=[Fault("reason", "required", "核定金额与申报不同，请说明原因")])
