"""What an evidence pack says of itself: its manifest, put together from what was read and what may be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from domain import packs
from domain.actors import Actor
from domain.masking import mask_installer
from domain.packs import Filled, Kind, Layout, Missing, Section, Wanted
from services.queries.audits import AuditPage
from services.queries.job_views import CustomerContact, JobPage
from services.queries.packs import (
    PackCharge,
    PackCheckIn,
    PackEvent,
    PackFacts,
    PackPhoto,
    PackSerial,
    PackWaiver,
)
from services.queries.photos import FindingLine


@dataclass(frozen=True, slots=True)
class PackJob:
    """The job, its order, who did it and for whom; the customer as the pack's reader may see him."""

    id: int
    kind: str
    kind_name: str
    status: str
    status_name: str
    order_number: str
    channel: str
    platform: str
    sku: str
    product_name: str
    units: int
    dealer_id: int | None
    dealer_name: str | None
    installer_id: int | None
    installer: str | None
    customer: CustomerContact | None
    window_start: datetime | None
    window_end: datetime | None
    accepted_at: datetime | None
    checked_in_at: datetime | None
    submitted_at: datetime | None
    confirmed_at: datetime | None
    confirmed_by: str | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class PackSection:
    """A folder of the pack and the ids of its photos, in order; what was asked of it."""

    code: str
    name: str
    least: int
    most: int | None
    photos: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything a pack says. `audit`, `score`, `findings`: only for the brand, and only to who may see audits."""

    kind: str
    kind_name: str
    made_at: datetime
    made_for_role: str
    made_for: int | None
    originals: bool
    personal: bool
    job: PackJob
    sections: tuple[PackSection, ...]
    missing: tuple[Missing, ...]
    photos: tuple[PackPhoto, ...]
    check_ins: tuple[PackCheckIn, ...]
    serial_numbers: tuple[PackSerial, ...]
    charges: tuple[PackCharge, ...]
    waived: tuple[PackWaiver, ...]
    score: int | None
    flagged: bool | None
    findings: tuple[FindingLine, ...]
    audit: AuditPage | None
    events: tuple[PackEvent, ...]
    event_head: str

    def plain(self) -> dict[str, Any]:
        """As it is written: JSON of strings, numbers, lists and objects; times in UTC."""
        return dict(orjson.loads(orjson.dumps(self, option=orjson.OPT_UTC_Z)))


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for. With a `reason` the customer's contact and all points go out, and originals untouched."""

    kind: Kind
    originals: bool = False
    reason: str | None = None

    @property
    def personal(self) -> bool:
        """Whether what is personal goes out."""
        return self.reason is not None


def manifest(
    actor: Actor,
    wish: Wish,
    page: JobPage,
    facts: PackFacts,
    audit: AuditPage | None,
    now: datetime,
) -> Manifest:
    """Of what was read, the customer masked; no photo has a file yet.

    WrongPlatform; PackEmpty for a platform's pack without a photo.
    """
    layout = packs.layout_of(wish.kind, facts.platform)
    filled, missing = _filled(wish.kind, layout, page, facts)
    named = {photo_id for one in filled for photo_id in one.photo_ids}
    return Manifest(
        kind=wish.kind,
        kind_name=layout.name,
        made_at=now,
        made_for_role=actor.role,
        made_for=actor.person_id,
        originals=wish.originals,
        personal=wish.personal,
        job=_job(page, facts),
        sections=tuple(
            PackSection(s.section.code, s.section.name, s.section.least, s.section.most, s.photo_ids)
            for s in filled
        ),
        missing=missing,
        photos=tuple(photo for photo in facts.photos if photo.id in named),
        check_ins=facts.check_ins,
        serial_numbers=facts.serial_numbers,
        charges=facts.charges,
        waived=facts.waived,
        score=facts.score,
        flagged=facts.flagged,
        findings=facts.findings,
        audit=audit,
        events=facts.events,
        event_head=facts.event_head,
    )


def _filled(
    kind: Kind, layout: Layout, page: JobPage, facts: PackFacts
) -> tuple[tuple[Filled, ...], tuple[Missing, ...]]:
    shown = [photo.shown for photo in facts.photos]
    if kind is Kind.BRAND:
        slots = (Wanted(s.code, s.name, s.required, s.photos, s.waived) for s in page.slots)
        return packs.everything(layout, shown), packs.missing_slots(slots)
    filled = tuple(
        packs.choose(section, shown, facts.slots.get(section.code.partition("-")[0], ()), first)
        for section, first in _sections(kind, layout, facts)
    )
    missing = tuple(one.missing for one in filled if one.missing is not None)
    if not any(one.photo_ids for one in filled):
        raise packs.PackEmpty("；".join(lack.text for lack in missing))
    return filled, missing


def _sections(kind: Kind, layout: Layout, facts: PackFacts) -> Sequence[tuple[Section, tuple[int, ...]]]:
    """Sections with the photos that belong in them before others: of the arrival, of a dispute, of damage."""
    if kind is Kind.TMALL_SIGN_IN:
        arrivals = tuple(at.photo_id for at in reversed(facts.check_ins) if at.photo_id)
        return [(section, arrivals) for section in layout.sections]
    if kind is not Kind.TMALL_DISPUTE:
        return [(section, ()) for section in layout.sections]
    [section] = layout.sections
    disputed = [charge for charge in facts.charges if charge.disputed_at is not None]
    if not disputed:
        return [(section, facts.damage)]
    return [
        (
            Section(f"dispute-{charge.id}", f"争议举证：{charge.name}", section.phases, section.least, section.most),
            (charge.photo_id,) if charge.photo_id else (),
        )
        for charge in disputed
    ]  # fmt: skip


def _job(page: JobPage, facts: PackFacts) -> PackJob:
    shared = set(PackJob.__slots__) & set(JobPage.__slots__)
    times = {name: getattr(facts, name) for name in PackJob.__slots__ if name in PackFacts.__slots__}
    same = {name: getattr(page, name) for name in shared - times.keys()}
    installer = None if page.installer_id is None else mask_installer(page.installer_name)
    return PackJob(**same, **times, installer=installer)
