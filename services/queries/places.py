"""Divisions by name, for people who choose among them: what an address may mean while it waits in the agents' queue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection

from services.parts import addresses


@dataclass(frozen=True, slots=True)
class Place:
    """A division and its full name: 330102, 浙江省杭州市上城区."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class AddressQuestion:
    """Why an address waits (historical, ambiguous, conflict, none) and where it may be.

    A candidate's name put before the typed address is what `fix_address` takes, unless the two contradict each other.
    """

    resolution: str
    candidates: tuple[Place, ...]


def named(connection: Connection, codes: Iterable[str]) -> tuple[Place, ...]:
    """The divisions of these codes; one the table has lost is named by its code."""
    wanted = tuple(codes)
    if not wanted:
        return ()
    table = addresses.TABLE.get(connection)
    return tuple(Place(code, table.full_name(code) if code in table.rows else code) for code in wanted)
