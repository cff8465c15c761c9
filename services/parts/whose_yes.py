"""Whose device a customer's yes comes from: a dealer's own voids it, one that may be anybody's has the job audited."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from domain.actions import Command
from domain.actors import Actor, Role
from services.parts import access
from services.queries.people import device_used_by_dealer
from services.uow import query

UNVERIFIED = "unverified_device"
_CLAIMED = """
SELECT EXISTS (SELECT 1 FROM session s JOIN customer_link l ON l.id = s.link_id WHERE s.id = %(session)s AND l.claimed)
"""
_FLAG = "UPDATE job SET audit_flag = 'device_of_dealer' WHERE id = %(job)s"


def by_code(actor: Actor, command: Command) -> bool:
    """Whether this yes stands on the customer's code: an installer's always, a customer's where one is given."""
    return actor.role == Role.INSTALLER or (actor.role == Role.CUSTOMER and bool(command.code))


def on_dealers_device(tx: Connection, actor: Actor, dealer_id: int | None) -> bool:
    """Whether this customer's word comes from a device that the dealer's people ever used: it is void then.

    None: nobody has the job yet, so any dealer's people count.
    """
    if actor.role != Role.CUSTOMER or actor.device_id is None:
        return False
    return device_used_by_dealer(tx, actor.device_id, dealer_id)


def from_nowhere(tx: Connection, actor: Actor) -> bool:
    """Whether this is a yes by link that may be anybody's: it counts, and somebody looks at the job.

    From a browser that names no device; or by the order's number and four digits of the phone, which the dealer's
    people know too, whatever device it names: a device says of itself what it likes.
    """
    if actor.role != Role.CUSTOMER or actor.job_id is None:
        return False
    return actor.device_id is None or _claimed(tx, actor)


def reads_code(tx: Connection, actor: Actor, dealer_id: int | None) -> bool:
    """Whether this reader is the customer beyond doubt, and is shown the code that is his yes.

    Not who claimed the job by the order's number and four digits, nor on a device of the dealer's people: the
    installer would type the code back as the customer's. The message brings it to whom it belongs.
    """
    if actor.role != Role.CUSTOMER or (actor.job_id is not None and _claimed(tx, actor)):
        return False
    return not on_dealers_device(tx, actor, dealer_id)


def _claimed(tx: Connection, actor: Actor) -> bool:
    return bool(tx.exec_driver_sql(_CLAIMED, {"session": actor.session_id}).scalar_one())


@query
def _flag(connection: Connection, job_id: int) -> None:
    connection.exec_driver_sql(_FLAG, {"job": job_id})


def voided(actor: Actor, job_id: int, what: str, now: datetime) -> None:
    """After the refusal rolled everything back: that it was tried stays on record and on the job."""
    _flag(job_id)
    access.note_refusal("void_yes", now, actor, job_id=job_id, reason=what)
