"""One-time codes (TOTP, 30 s): each is good once, in its own step and one to either side."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import Connection, or_, update

from models.person import Credential
from services import personal

STEP_S = 30
SECRET = "credential.totp_secret"


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """Whether a one-time code is asked for at sign-in."""

    enabled: bool


def spend(tx: Connection, person_id: int, sealed: bytes, otp: str, now: datetime) -> bool:
    """Use up a code: good in its step and one to either side, and never a step twice."""
    totp = pyotp.TOTP(personal.reveal_secret(SECRET, sealed))
    current = int(now.timestamp()) // STEP_S
    typed = otp.strip().encode()
    for step in (current - 1, current, current + 1):
        if hmac.compare_digest(totp.at(step * STEP_S).encode(), typed):
            used = tx.execute(
                update(Credential)
                .where(
                    Credential.person_id == person_id,
                    or_(Credential.totp_last_step.is_(None), Credential.totp_last_step < step),
                )
                .values(totp_last_step=step)
            )
            return used.rowcount == 1
    return False
