"""Which slots fill the sections of a channel's evidence packs: data, kept by administrators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import Connection

from domain.actors import Actor
from domain.errors import Fault, Invalid
from domain.packs import LAYOUTS, Kind
from services.uow import query, use_case


@dataclass(frozen=True, slots=True)
class SectionLine:
    """A section of a kind of pack: photos of these phases unless a channel names slots; `most` none: any number."""

    kind: str
    kind_name: str
    platforms: tuple[str, ...]
    section: str
    name: str
    phases: tuple[str, ...]
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class SectionSlots:
    """The slots of a channel's section, the wanted ones first; none: the phases decide again."""

    channel_code: str
    kind: str
    section: str
    slots: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PackLayouts:
    """All kinds of packs, and what channels have said otherwise."""

    sections: tuple[SectionLine, ...]
    channels: tuple[SectionSlots, ...]


_SAID = """
SELECT channel.code, kind, section, slots FROM pack_layout JOIN channel ON channel.id = channel_id
 WHERE %(only)s::bigint[] IS NULL OR channel_id = ANY(%(only)s) ORDER BY channel.code, kind, section
"""
_CHANNEL = "SELECT id FROM channel WHERE code = %(code)s"
_UNKNOWN = "SELECT code FROM unnest(%(slots)s::text[]) code WHERE code NOT IN (SELECT code FROM slot)"
_PUT = """
INSERT INTO pack_layout (channel_id, kind, section, slots, made_by, made_at)
VALUES (%(channel)s, %(kind)s, %(section)s, %(slots)s::jsonb, %(by)s, %(now)s)
ON CONFLICT (channel_id, kind, section) DO UPDATE
   SET slots = excluded.slots, made_by = excluded.made_by, made_at = excluded.made_at
"""
_DROP = "DELETE FROM pack_layout WHERE channel_id = %(channel)s AND kind = %(kind)s AND section = %(section)s"


@query
def listed(connection: Connection, actor: Actor) -> PackLayouts:
    """What ships, and what the channels of this reader's desk have said."""
    only = None if actor.channel_ids is None else sorted(actor.channel_ids)
    said = connection.exec_driver_sql(_SAID, {"only": only})
    sections = tuple(
        SectionLine(kind, layout.name, tuple(sorted(layout.platforms)), s.code, s.name, s.phases, s.least, s.most)
        for kind, layout in LAYOUTS.items()
        for s in layout.sections
    )  # fmt: skip
    return PackLayouts(sections, tuple(SectionSlots(*(*row[:3], tuple(row.slots))) for row in said))


@use_case
def put(tx: Connection, actor: Actor, wanted: SectionSlots, now: datetime) -> SectionSlots:
    """Says which slots fill a section of a channel's packs from now on. Invalid."""
    channel_id = tx.exec_driver_sql(_CHANNEL, {"code": wanted.channel_code}).scalar()
    unknown = tx.exec_driver_sql(_UNKNOWN, {"slots": list(wanted.slots)}).all()
    faults = [Fault("slots", "unknown_slot", f"没有拍照项 {row.code}") for row in unknown]
    sections = [] if wanted.kind == Kind.BRAND else [s.code for s in LAYOUTS[Kind(wanted.kind)].sections]
    if channel_id is None:
        faults.append(Fault("channel_code", "unknown_value", "没有这个渠道"))
    if wanted.section not in sections:
        faults.append(Fault("section", "unknown_value", f"应为 {'、'.join(sections) or '（不可设置）'}"))
    if faults:
        raise Invalid(errors=faults)
    values = {"channel": channel_id, "kind": wanted.kind, "section": wanted.section, "by": actor.person_id}
    slots = orjson.dumps(wanted.slots).decode()
    tx.exec_driver_sql(_PUT if wanted.slots else _DROP, values | {"slots": slots, "now": now})
    return wanted
