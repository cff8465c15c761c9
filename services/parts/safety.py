"""Danger reported: nothing of the customer's is erased, and who caused it goes to nobody else until it is cleared."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from domain.job import JobState
from services.parts import outbox

_HOLD = "UPDATE subject SET legal_hold = true WHERE id = %(subject)s"
# His sessions end with the role: a suspended binding opens none, and those open must not go on.
_STOP = """
WITH stopped AS (
    UPDATE role_binding SET status = 'suspended'
     WHERE person_id = %(installer)s AND role = 'installer' AND dealer_id = %(dealer)s AND status = 'active'
    RETURNING id)
UPDATE session SET revoked_at = %(now)s FROM stopped WHERE binding_id = stopped.id AND revoked_at IS NULL
"""


def secure(tx: Connection, job: JobState, complaint_id: int, now: datetime) -> None:
    """Lay the legal hold on the customer's data and suspend the job's installer at this dealer, if there is one.

    His booked jobs go back to the dealer's desk, as when anybody suspends him.
    """
    tx.exec_driver_sql(_HOLD, {"subject": job.subject_id})
    if job.installer_id is not None:
        tx.exec_driver_sql(_STOP, {"installer": job.installer_id, "dealer": job.dealer_id, "now": now})
        payload = {"person_id": job.installer_id, "dealer_id": job.dealer_id, "status": "suspended"}
        key = f"installer_left:complaint:{complaint_id}"
        outbox.put(tx, [outbox.Owed("installer_left", key, payload, job_id=job.id)], now)
