"""What the guards of a move are told beyond the job's own row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.delivery import BACK
from domain.errors import Fault
from domain.geo import Place
from domain.visiting import USUAL, VisitingHours


@dataclass(frozen=True, slots=True)
class Facts:
    """What a guard may need beyond the job's own row, loaded under its lock.

    What must be proven (an open offer, a resolved address, a covering dealer) is false unless loaded.
    """

    now: datetime
    other_open_offers: int = 0
    offer_open: bool = False
    address_resolved: bool = False
    payment_agreed: bool = False
    still_covered: bool = False
    installer_faults: tuple[str, ...] = ()
    place: Place | None = None
    missing_slots: tuple[tuple[str, str], ...] = ()
    serial_faults: tuple[Fault, ...] = ()
    unsettled_charges: int = 0
    charge_status: str | None = None
    charge_settled: bool = False
    charge_shown: bool = False
    remote_ruled: bool = False
    remote_ruled_by_agent: bool = False
    remote_most_fen: int | None = None
    remote_not_agreed: bool = False
    code_matches: bool | None = None
    device_of_dealer: bool = False
    rated: bool = False
    complaint_open: bool = False
    installer_stopped: bool = False
    danger_heard: bool = False
    self_install_allowed: bool = False
    customer_erased: bool = False
    supplemented: bool = False
    ordered_at: datetime | None = None
    delivered_back: timedelta = BACK
    visiting: VisitingHours = USUAL
    delay_deniable: bool = False
    charge_ruled: bool = False
    unruled_charges: int = 0
    charge_answered: bool = False
    questions_missing: tuple[str, ...] = ()
