"""What a job's evidence pack is made of, as it stands: each list with what may be read of it by the pack's reader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from domain import findings
from domain.packs import Shown
from services.personal import Erased, reveal, unwrap
from services.queries import charges
from services.queries.photos import SEALED_AS, FindingLine
from services.uow import query


@dataclass(frozen=True, slots=True)
class Sight:
    """How much goes out: `inward` findings and devices, for the brand alone; `whole` points, against a reason."""

    inward: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class PackPhoto:
    """A photo as it came in, and the `file` of the pack that shows it; `variant` none: the pack has no picture of it.

    `place` is what phone and camera said of where and with what, as received; of a whole pack only.
    """

    id: int
    slot: str
    slot_name: str
    phase: str | None
    position: int
    status: str
    superseded_at: datetime | None
    superseded_as: str | None
    capture: str
    captured_at: datetime | None
    received_at: datetime
    width: int
    height: int
    format: str
    size_bytes: int
    sha256: str
    erased_at: datetime | None
    exif_taken_at: str | None
    exif_device: str | None
    place: dict[str, Any] | None
    findings: tuple[FindingLine, ...]
    file: str | None = None
    variant: str = "none"

    @property
    def shown(self) -> Shown:
        """As `domain.packs` chooses among them."""
        counts = self.status == "active" and self.erased_at is None
        return Shown(self.id, self.slot, self.phase, self.position, counts)


@dataclass(frozen=True, slots=True)
class PackCheckIn:
    """An arrival: inside, outside with its reason, unknown."""

    result: str
    distance_m: int | None
    reason: str | None
    photo_id: int | None
    occurred_at: datetime
    received_at: datetime
    place: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class PackSerial:
    """The number of one piece, and how it was entered."""

    position: int
    serial_number: str | None
    source: str | None


@dataclass(frozen=True, slots=True)
class PackCharge:
    """An extra with its arithmetic, the customer's yes (`agreed_how` at `decided_at`) and what became of it."""

    id: int
    name: str
    type: int
    text: str
    amount_fen: int
    status: str
    status_name: str
    photo_id: int | None
    collected_by: str
    agreed_how: str | None
    proposed_at: datetime
    decided_at: datetime | None
    settled_at: datetime | None
    disputed_at: datetime | None
    ruling: str | None
    refund_fen: int | None


@dataclass(frozen=True, slots=True)
class PackWaiver:
    """A slot the customer refused to have photographed."""

    slot: str
    slot_name: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PackEvent:
    """A link of the job's chain, with all that its hash is made over; times as hashed."""

    seq: int
    action: str
    from_status: str | None
    to_status: str
    actor_role: str
    actor_id: int | None
    device_id: str | None
    occurred_at: str
    received_at: str
    reason: str | None
    data: dict[str, Any]
    prev_hash: str
    hash: str


@dataclass(frozen=True, slots=True)
class PackFacts:
    """Everything read of one job. `damage`: photos of damaged goods; `slots`: of the channel, by section."""

    channel: str
    platform: str
    accepted_at: datetime | None
    checked_in_at: datetime | None
    submitted_at: datetime | None
    confirmed_at: datetime | None
    closed_at: datetime | None
    score: int | None
    flagged: bool | None
    photos: tuple[PackPhoto, ...]
    check_ins: tuple[PackCheckIn, ...]
    serial_numbers: tuple[PackSerial, ...]
    charges: tuple[PackCharge, ...]
    waived: tuple[PackWaiver, ...]
    findings: tuple[FindingLine, ...]
    damage: tuple[int, ...]
    events: tuple[PackEvent, ...]
    event_head: str
    slots: dict[str, tuple[str, ...]]


_JOB = """
SELECT channel.name, channel.platform, job.accepted_at, job.checked_in_at, job.submitted_at, job.confirmed_at,
       job.closed_at, evidence.score, evidence.flagged, job.price_list_id, subject.wrapped_key,
       (SELECT coalesce(jsonb_object_agg(section, slots), '{}') FROM pack_layout
         WHERE channel_id = job.channel_id AND kind = %(kind)s) AS slots,
       (SELECT coalesce(jsonb_agg(photo_id), '[]')
          FROM damage, jsonb_array_elements(photo_ids) photo_id WHERE job_id = job.id) AS damage
  FROM job JOIN channel ON channel.id = job.channel_id JOIN subject ON subject.id = job.subject_id
  LEFT JOIN job_evidence evidence ON evidence.job_id = job.id
 WHERE job.id = %(id)s
"""
_PHOTOS = """
SELECT photo.id, photo.slot_code, coalesce(slot.name, photo.slot_code), slot.phase, coalesce(slot.position, 0),
       photo.status, photo.superseded_at, photo.superseded_as, photo.capture, photo.captured_at, photo.received_at,
       photo.width, photo.height, photo.format, photo.size_bytes, encode(photo.sha256, 'hex'), photo.erased_at,
       photo.place,
       (SELECT coalesce(jsonb_agg(jsonb_build_array(f.code, f.weight, f.numbers) ORDER BY f.weight DESC, f.code), '[]')
          FROM photo_finding f WHERE f.photo_id = photo.id) AS findings
  FROM photo JOIN job ON job.id = photo.job_id
  LEFT JOIN slot ON slot.checklist_id = job.checklist_id AND slot.code = photo.slot_code
 WHERE photo.job_id = %(id)s ORDER BY photo.id
"""
_CHECK_INS = """
SELECT result, distance_m, reason, photo_id, occurred_at, received_at, place FROM check_in
 WHERE job_id = %(id)s ORDER BY id
"""
_SERIALS = (
    "SELECT position, serial_number, serial_source FROM job_unit WHERE job_id = %(id)s ORDER BY position"
)
_CHARGED = "SELECT id, decided_at, settled_at, disputed_at FROM charge WHERE job_id = %(id)s"
_WAIVED = """
SELECT w.slot_code, coalesce(slot.name, w.slot_code), w.reason, w.created_at
  FROM slot_waiver w JOIN job ON job.id = w.job_id
  LEFT JOIN slot ON slot.checklist_id = job.checklist_id AND slot.code = w.slot_code
 WHERE w.job_id = %(id)s ORDER BY w.slot_code
"""
_FOUND = "SELECT code, weight, numbers FROM job_finding WHERE job_id = %(id)s ORDER BY weight DESC, code"
_EVENTS = """
SELECT seq, action, from_status, to_status, actor_role, actor_id, device_id, occurred_at, received_at, reason, data,
       encode(prev_hash, 'hex'), encode(hash, 'hex'),
       (SELECT encode(event_hash, 'hex') FROM job WHERE id = %(id)s) AS head
  FROM job_event WHERE job_id = %(id)s ORDER BY seq
"""


@query
def facts(connection: Connection, job_id: int, kind: str, sight: Sight) -> PackFacts:
    """Of a job that the reader may know of; the chain and its head are of one moment."""
    asked = {"id": job_id, "kind": kind}
    row = connection.exec_driver_sql(_JOB, asked).one()
    photos = connection.exec_driver_sql(_PHOTOS, asked)
    arrivals = connection.exec_driver_sql(_CHECK_INS, asked)
    found = connection.exec_driver_sql(_FOUND, asked) if sight.inward else ()
    events = connection.exec_driver_sql(_EVENTS, asked).all()
    lists = (
        tuple(_photo(photo, row.wrapped_key, sight) for photo in photos),
        tuple(_check_in(at, row.wrapped_key, sight) for at in arrivals),
        tuple(PackSerial(*r) for r in connection.exec_driver_sql(_SERIALS, asked)),
        _charges(connection, job_id, row.price_list_id),
        tuple(PackWaiver(*r) for r in connection.exec_driver_sql(_WAIVED, asked)),
        _findings([tuple(one) for one in found]),
        tuple(row.damage),
        tuple(PackEvent(*(*e[:7], _hashed(e[7]), _hashed(e[8]), *e[9:13])) for e in events),
    )
    slots = {section: tuple(codes) for section, codes in row.slots.items()}
    score = row[7:9] if sight.inward else (None, None)
    return PackFacts(*(*row[:7], *score, *lists, events[0].head if events else "", slots))


def _check_in(row: Any, wrapped_key: bytes | None, sight: Sight) -> PackCheckIn:
    place = _opened(wrapped_key, "check_in.place", row.place) if sight.whole else None
    return PackCheckIn(*(*row[:6], place))


def _photo(row: Any, wrapped_key: bytes | None, sight: Sight) -> PackPhoto:
    place = _opened(wrapped_key, SEALED_AS, row.place) or {}
    exif = place.get("exif") or {}
    taken_at, device = exif.get("taken_at"), exif.get("device") if sight.inward else None
    found = _findings(row.findings) if sight.inward else ()
    return PackPhoto(*(*row[:17], taken_at, device, (place or None) if sight.whole else None, found))


def _opened(wrapped_key: bytes | None, place: str, sealed: bytes | None) -> dict[str, Any] | None:
    try:
        opened: dict[str, Any] | None = reveal(unwrap(wrapped_key), place, sealed)
    except Erased:
        return None
    return opened


def _findings(found: Any) -> tuple[FindingLine, ...]:
    return tuple(
        FindingLine(code, weight, findings.reason(code, numbers), numbers) for code, weight, numbers in found
    )


def _charges(connection: Connection, job_id: int, list_id: int | None) -> tuple[PackCharge, ...]:
    times = {row.id: row[1:4] for row in connection.exec_driver_sql(_CHARGED, {"id": job_id})}
    shared = set(PackCharge.__slots__) - {"decided_at", "settled_at", "disputed_at"}
    made = []
    for card in charges.cards(connection, job_id, list_id):
        decided, settled, disputed = times[card.id]
        same = {name: getattr(card, name) for name in shared}
        made.append(PackCharge(**same, decided_at=decided, settled_at=settled, disputed_at=disputed))
    return tuple(made)


def _hashed(at: datetime) -> str:
    """A time as `domain.events` seals it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
