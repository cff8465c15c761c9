"""The versioned guide of a product: drafted, published from a date on, read by anybody in any version (§3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain import guides
from domain import promise_words as words
from domain.actors import Actor
from domain.errors import NotFound
from domain.guides import Content, NoDraft, Shot, Trouble
from services.parts import guides as versions
from services.parts import shelf
from services.uow import query, use_case


@dataclass(frozen=True, slots=True)
class GuideVersion:
    """A version as the brand's people see it. `in_force_at` None: a draft, or one whose day has not come."""

    sku: str
    version: int
    state: str
    effective_from: datetime | None
    in_force_at: datetime | None
    created_at: datetime
    published_at: datetime | None
    content: Content


@dataclass(frozen=True, slots=True)
class GuidePage:
    """What a product's page says before it is bought, and an installer's card beside the work.

    `version` 0: nobody wrote one. Film and steps are shown only where one may install it oneself.
    """

    sku: str
    name: str
    version: int
    lead_days: int
    self_install: bool
    included: tuple[str, ...]
    video_url: str | None
    steps: tuple[str, ...]
    paid: tuple[str, ...]
    troubles: tuple[Trouble, ...]
    shots: tuple[Shot, ...]
    notes: tuple[str, ...]


_VERSIONS = """
SELECT sku, version, state, effective_from, in_force_at, created_at, published_at, content FROM product_guide
 WHERE sku = %(sku)s AND (%(version)s::bigint IS NULL OR version = %(version)s) ORDER BY version DESC
"""
_SLOTS = """
SELECT code FROM slot WHERE checklist_id = (
    SELECT id FROM checklist WHERE category_code = %(category)s AND effective_from <= %(now)s
     ORDER BY effective_from DESC, version DESC LIMIT 1)
"""


@query
def listed(connection: Connection, sku: str) -> list[GuideVersion]:
    """All versions, the newest first; `NotFound` for no such SKU."""
    rows = connection.exec_driver_sql(_VERSIONS, {"sku": sku, "version": None}).all()
    if not rows and sku not in shelf.newest(connection).goods:
        raise NotFound
    return [_version(row) for row in rows]


def _one(tx: Connection, sku: str, version: int) -> GuideVersion:
    row = tx.exec_driver_sql(_VERSIONS, {"sku": sku, "version": version}).one()
    return _version(row)


def _version(row: Any) -> GuideVersion:
    return GuideVersion(**{**row._asdict(), "content": guides.read(row.content)})


@use_case
def draft(tx: Connection, actor: Actor, sku: str, content: Content, now: datetime) -> GuideVersion:
    """Write the draft of the next version, whole; `Invalid` names shots of slots that the checklist does not have."""
    row = versions.product(tx, sku)
    asked = {"category": row.category_code, "now": now}
    guides.require_slots(content, frozenset(tx.exec_driver_sql(_SLOTS, asked).scalars()))
    _, version = versions.write_draft(tx, sku, content, actor.person_id, now)
    return _one(tx, sku, version)


@use_case
def publish(
    tx: Connection, actor: Actor, sku: str, effective_from: datetime | None, now: datetime
) -> GuideVersion:
    """The draft becomes a version for good, in force from now or from a later moment on. `NoDraft`."""
    versions.product(tx, sku)
    found = versions.draft_of(tx, sku)
    if found is None:
        raise NoDraft
    begins = guides.begins(effective_from, now)
    versions.publish(tx, found.id, actor.person_id, begins, now)
    if begins <= now:
        versions.put_in_force(tx, found.id, found.version, guides.read(found.content), now)
    return _one(tx, sku, found.version)


_DUE = """
SELECT id, sku, version, content FROM product_guide
 WHERE state = 'published' AND in_force_at IS NULL AND effective_from <= %(now)s
 ORDER BY effective_from, version LIMIT 1 FOR UPDATE SKIP LOCKED
"""


def put_in_force(now: datetime) -> int:
    """Versions whose day has come, one after the other in the order of their days; how many."""
    done = 0
    while _put_next(now):
        done += 1
    return done


@use_case
def _put_next(tx: Connection, now: datetime) -> bool:
    row = tx.exec_driver_sql(_DUE, {"now": now}).first()
    if row is None:
        return False
    versions.put_in_force(tx, row.id, row.version, guides.read(row.content), now)
    return True


@query
def page(connection: Connection, sku: str, version: int | None = None) -> GuidePage:
    """The guide of an SKU as it stands, or a version that is or was in force; `NotFound`."""
    kept = shelf.newest(connection).goods.get(sku)
    if kept is None:
        raise NotFound
    good, content, number = (
        kept.good,
        guides.read(kept.guide),
        kept.good.guide_version or int(bool(kept.guide)),
    )
    lead = good.lead_days
    if version is not None and version != number:
        row = connection.exec_driver_sql(_VERSIONS, {"sku": sku, "version": version}).first()
        if row is None or row.in_force_at is None:
            raise NotFound
        content, number = guides.read(row.content), version
        lead = lead if content.lead_days is None else content.lead_days
    own = good.self_install_allowed and not good.certificates
    return GuidePage(
        sku, good.name, number, lead, own, content.included or words.included(good.kind),
        content.video_url if own else None, content.steps if own else (), content.paid, content.troubles,
        content.shots, content.notes,
    )  # fmt: skip
