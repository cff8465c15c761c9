"""A product's guide (S0: 把售后问题移至售前): what to know before buying and while it is installed, by versions.

A version is a draft until it is published, and then for good; what was shown keeps its version. The parts: what is free
and what costs, how far ahead to book, how it is installed, what to look at when something is wrong, what to
photograph, and the notes that complaints have taught us.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from domain.errors import Conflict, Fault, Invalid

MOST_NOTES = 20


class NoDraft(Conflict):
    """There is nothing to publish."""

    code = "no_draft"
    title = "没有待发布的说明草稿"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that may be wrong, and what to look at before anybody is called."""

    symptom: str
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shot:
    """How to photograph one slot of the category's checklist."""

    slot: str
    text: str


@dataclass(frozen=True, slots=True)
class Content:
    """All parts of a version. `included` free, `paid` not; `lead_days` None: as the product says."""

    included: tuple[str, ...] = ()
    paid: tuple[str, ...] = ()
    lead_days: int | None = None
    video_url: str | None = None
    steps: tuple[str, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    shots: tuple[Shot, ...] = ()
    notes: tuple[str, ...] = ()


_TEXTS = ("included", "paid", "steps", "notes")


def read(data: Mapping[str, Any]) -> Content:
    """From its JSON; parts that are missing are empty, whatever else stands there is left out."""
    texts = {name: tuple(data.get(name) or ()) for name in _TEXTS}
    troubles = tuple(Trouble(one["symptom"], tuple(one["checks"])) for one in data.get("troubles") or ())
    shots = tuple(Shot(one["slot"], one["text"]) for one in data.get("shots") or ())
    return Content(
        **texts,
        lead_days=data.get("lead_days"),
        video_url=data.get("video_url"),
        troubles=troubles,
        shots=shots,
    )


def dump(content: Content, version: int | None = None) -> dict[str, Any]:
    """To its JSON, as it stands on the product with the version's number."""
    data = {name: value for name, value in asdict(content).items() if value not in ((), None)}
    return data if version is None else {**data, "version": version}


def noted(content: Content, sentence: str) -> Content:
    """With one note more, each once: the sentence a suggestion was accepted with."""
    if sentence in content.notes:
        return content
    if len(content.notes) >= MOST_NOTES:
        raise Invalid(
            errors=[Fault("sentence", "too_many_notes", f"说明最多 {MOST_NOTES} 条提示，请先整理草稿")]
        )
    return replace(content, notes=(*content.notes, sentence))


def require_slots(content: Content, known: frozenset[str]) -> None:
    """Each shot belongs to a slot of the category's checklist, once."""
    faults = []
    for at, shot in enumerate(content.shots):
        if shot.slot not in known:
            faults.append(Fault(f"shots.{at}.slot", "unknown_slot", f"没有这个拍照项：{shot.slot}"))
        if shot.slot in {one.slot for one in content.shots[:at]}:
            faults.append(Fault(f"shots.{at}.slot", "slot_repeated", "拍照项重复"))
    if faults:
        raise Invalid(errors=faults)


def begins(effective_from: datetime | None, now: datetime) -> datetime:
    """When a published version is in force: now, or later; never before now, for others were shown another."""
    if effective_from is not None and effective_from < now:
        raise Invalid(errors=[Fault("effective_from", "in_past", "生效时间不能早于现在")])
    return effective_from or now
