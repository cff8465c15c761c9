"""Examples of how a slot's photo should look: a row names one by its hash, an answer by its link."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from domain.errors import Fault, Invalid

LINKS = "/api/v1/slot-examples/"
LINK = f"'{LINKS}' || slot.example"  # SQL; NULL for none
_KNOWN = "SELECT sha256 FROM slot_example WHERE sha256 = ANY(%(named)s)"


def named(tx: Connection, links: Sequence[str | None]) -> list[str | None]:
    """The hash behind each slot's link; `Invalid` names the slots whose example was never sent."""
    hashes = [link and link.removeprefix(LINKS) for link in links]
    known = {None, *tx.exec_driver_sql(_KNOWN, {"named": [one for one in hashes if one]}).scalars()}
    faults = [
        Fault(f"slots.{at}.example", "unknown_example", "没有这张示例图，请重新上传")
        for at, one in enumerate(hashes)
        if one not in known
    ]
    if faults:
        raise Invalid(errors=faults)
    return hashes
