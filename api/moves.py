"""Where a deed leads, `x-moves` of the contract: what a phone without a network shows after what it wrote down."""

from __future__ import annotations

from collections.abc import Mapping

from domain.actors import Role
from domain.job import Status
from domain.lifecycle import TABLES


def moves(role: Role) -> Mapping[str, Mapping[str, Mapping[str, str | None]]]:
    """Kind → status → action → next status, None where only the server can say."""
    found: dict[str, dict[str, dict[str, str | None]]] = {}
    for kind, table in TABLES.items():
        for (status, action), move in table.items():
            if role in move.roles:
                to = str(move.to) if isinstance(move.to, Status) else None
                found.setdefault(str(kind), {}).setdefault(str(status), {})[str(action)] = to
    return found
