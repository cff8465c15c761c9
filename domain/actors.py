"""Who acts. A person may hold several roles; a session acts in exactly one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The eight roles of the product, and `system` for sweeps, runs and drains."""

    CUSTOMER = "customer"
    INSTALLER = "installer"
    DISPATCHER = "dispatcher"
    DEALER_OWNER = "dealer_owner"
    AGENT = "agent"
    AUDITOR = "auditor"
    FINANCE = "finance"
    ADMIN = "admin"
    SYSTEM = "system"


DEALER_ROLES = frozenset({Role.INSTALLER, Role.DISPATCHER, Role.DEALER_OWNER})
BRAND_ROLES = frozenset({Role.AGENT, Role.AUDITOR, Role.FINANCE, Role.ADMIN})
STAFF_ROLES = DEALER_ROLES | BRAND_ROLES


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody in one role, as the session says; ids only.

    `dealer_id` is set for dealer roles. `channel_ids` bounds an agent's view (None: every channel).
    `job_id` bounds a customer who came by a signed link to that one job.
    """

    role: Role
    person_id: int | None = None
    session_id: int | None = None
    dealer_id: int | None = None
    channel_ids: frozenset[int] | None = None
    job_id: int | None = None
    device_id: str | None = None


SYSTEM = Actor(role=Role.SYSTEM)
