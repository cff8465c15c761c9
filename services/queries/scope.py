"""Which jobs an actor may know of, as a condition in SQL over `job`. The horizon of every list and page."""

from __future__ import annotations

from typing import Any

from domain.actors import Actor, Role

_OFFERED = """(job.dealer_id = %(dealer)s OR EXISTS (SELECT 1 FROM offer
    WHERE offer.job_id = job.id AND offer.dealer_id = %(dealer)s AND offer.status = 'open'))"""
_OWN = """job.order_line_id IN (SELECT line.id FROM person JOIN customer_order o ON o.phone_lookup = person.phone_lookup
    JOIN order_line line ON line.order_id = o.id WHERE person.id = %(person)s)"""
_NOTHING: tuple[str, dict[str, Any]] = ("false", {})


def jobs(actor: Actor) -> tuple[str, dict[str, Any]]:
    """(condition, parameters); names its parameters dealer, person, channels, only."""
    if actor.role in (Role.AGENT, Role.ADMIN, Role.AUDITOR, Role.FINANCE):
        if actor.channel_ids is None:
            return "true", {}
        return "job.channel_id = ANY(%(channels)s)", {"channels": sorted(actor.channel_ids)}
    if actor.role == Role.CUSTOMER:
        return _customer(actor)
    if actor.dealer_id is None:
        return _NOTHING
    if actor.role == Role.INSTALLER:
        own = {"dealer": actor.dealer_id, "person": actor.person_id}
        return "job.dealer_id = %(dealer)s AND job.installer_id = %(person)s", own
    if actor.role in (Role.DISPATCHER, Role.DEALER_OWNER):
        return _OFFERED, {"dealer": actor.dealer_id}
    return _NOTHING


def _customer(actor: Actor) -> tuple[str, dict[str, Any]]:
    if actor.job_id is not None:
        return "(job.id = %(only)s OR job.parent_id = %(only)s)", {"only": actor.job_id}
    if actor.person_id is None:
        return _NOTHING
    return _OWN, {"person": actor.person_id}
