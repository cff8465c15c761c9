"""What an evidence pack must hold: which photos go where for whom, and what is missing.

    before = Section("before", "安装前", ("before",), least=4, most=4)
    choose(before, photos)          # three are there: those three, and one is missing

What each platform asks for is data here; which slots fill a section may be said per channel.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from domain.actors import Role
from domain.errors import Conflict, Forbidden

PHASE_NAMES = MappingProxyType({"before": "安装前", "during": "安装中", "after": "安装后"})


class Kind(StrEnum):
    """For whom a pack is made."""

    BRAND = "brand"
    JD = "jd"
    TMALL_SIGN_IN = "tmall_signin"
    TMALL_DONE = "tmall_done"
    TMALL_DISPUTE = "tmall_dispute"


@dataclass(frozen=True, slots=True)
class Section:
    """A folder of the pack: photos of these phases, `least` to `most` of them; None: as many as there are."""

    code: str
    name: str
    phases: tuple[str, ...]
    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """A kind of pack; `platforms` whose jobs it can be made of, none: of all.

    `inward`: findings, scores and verdicts, which name other dealers' jobs, are in it; never for a platform.
    """

    name: str
    sections: tuple[Section, ...]
    platforms: frozenset[str] = frozenset()
    inward: bool = False


_TMALL = frozenset({"tmall", "taobao"})
MOST_IN_DISPUTE = 3
LAYOUTS: Mapping[Kind, Layout] = MappingProxyType(
    {
        Kind.BRAND: Layout(
            "完整证据包",
            tuple(Section(code, name, (code,)) for code, name in PHASE_NAMES.items()),
            inward=True,
        ),
        Kind.JD: Layout(
            "京东安装前后照片",
            (Section("before", "安装前", ("before",), 4, 4), Section("after", "安装后", ("after", "during"), 4, 4)),
            frozenset({"jd"}),
        ),
        Kind.TMALL_SIGN_IN: Layout(
            "天猫签到凭证", (Section("sign_in", "签到", ("before",), 1, 3),), _TMALL
        ),
        Kind.TMALL_DONE: Layout("天猫完工凭证", (Section("done", "完工", ("after", "during"), 1),), _TMALL),
        Kind.TMALL_DISPUTE: Layout(
            "天猫争议举证",
            (Section("dispute", "争议举证", ("during", "after"), 1, MOST_IN_DISPUTE),),
            _TMALL,
        ),
    }
)  # fmt: skip
WITHDRAWN = Section("withdrawn", "已撤换的照片", ())
OTHER = Section("other", "其他照片", ())


class WrongPlatform(Conflict):
    """A pack for one platform, of a job that another one sold."""

    code = "pack_of_another_platform"
    title = "该工单不属于此平台，不能导出这种证据包"


class PackEmpty(Conflict):
    """Not one photo for it yet; `errors` says what is missing."""

    code = "pack_empty"
    title = "还没有可导出的照片"


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo that might go into a pack; `phase` None: its slot is not on the checklist. `position` of the slot."""

    id: int
    slot: str
    phase: str | None
    position: int
    counts: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """What a pack should have and has not: a section's photos or a required slot's; `text` in Chinese."""

    code: str
    count: int
    text: str


@dataclass(frozen=True, slots=True)
class Filled:
    """A section with its photos, the best first."""

    section: Section
    photo_ids: tuple[int, ...]
    missing: Missing | None


def check_rights(role: Role, *, originals: bool, whole: bool) -> None:
    """Originals are for auditors and admins; what is personal (`whole`) for whom a contact is revealed to: no auditor.

    Raises Forbidden.
    """
    if originals and role not in (Role.AUDITOR, Role.ADMIN):
        raise Forbidden("原图仅限稽核与管理员导出")
    if whole and role not in (Role.AGENT, Role.ADMIN):
        raise Forbidden("稽核导出的证据包不含客户联系方式与位置")


def layout_of(kind: Kind, platform: str) -> Layout:
    """The layout of a kind for a job sold there; WrongPlatform."""
    layout = LAYOUTS[kind]
    if layout.platforms and platform not in layout.platforms:
        raise WrongPlatform
    return layout


def choose(
    section: Section,
    photos: Iterable[Shown],
    slots: Sequence[str] = (),
    first: Sequence[int] = (),
) -> Filled:
    """The photos of a section: those named `first`, then the newest of each slot, then the next newest.

    `slots` (of the channel) in their order instead of the phases'. Four wanted of slots a (two photos), b, c:
    a, b, c, and a's older one.
    """
    shown = [photo for photo in photos if photo.counts]
    if slots:
        fitting = {photo.id: (slots.index(photo.slot), 0) for photo in shown if photo.slot in slots}
    else:
        phases = {phase: at for at, phase in enumerate(section.phases)}
        fitting = {p.id: (phases[p.phase], p.position) for p in shown if p.phase in phases}
    turn: dict[str, int] = defaultdict(int)
    ranked = []
    for photo in sorted(shown, key=lambda photo: -photo.id):
        if photo.id in first:
            ranked.append((-1, (first.index(photo.id), 0), photo.id))
        elif photo.id in fitting:
            ranked.append((turn[photo.slot], fitting[photo.id], photo.id))
            turn[photo.slot] += 1
    chosen = tuple(photo_id for _, _, photo_id in sorted(ranked))[: section.most]
    return Filled(section, chosen, _lacking(section, len(chosen)))


def _lacking(section: Section, there: int) -> Missing | None:
    lacks = section.least - there
    if lacks <= 0:
        return None
    return Missing(
        section.code, lacks, f"{section.name}照片应有 {section.least} 张，现有 {there} 张，还差 {lacks} 张"
    )


def everything(layout: Layout, photos: Sequence[Shown]) -> tuple[Filled, ...]:
    """Each photo of a job in its place: by phase and slot, oldest first, then those of no slot and those withdrawn."""
    sections = []
    for section in layout.sections:
        mine = [photo for photo in photos if photo.counts and photo.phase in section.phases]
        mine.sort(key=lambda photo: (photo.position, photo.id))
        sections.append(Filled(section, tuple(photo.id for photo in mine), None))
    strange = tuple(photo.id for photo in photos if photo.counts and photo.phase is None)
    gone = tuple(photo.id for photo in photos if not photo.counts)
    more = (Filled(OTHER, strange, None), Filled(WITHDRAWN, gone, None))
    return (*sections, *(filled for filled in more if filled.photo_ids))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A slot of the checklist, and how it stands."""

    code: str
    name: str
    required: bool
    photos: int
    waived: bool


def missing_slots(slots: Iterable[Wanted]) -> tuple[Missing, ...]:
    """Required slots without a photo; one the customer refused is not missing, it is said elsewhere."""
    return tuple(
        Missing(slot.code, 1, f"缺少必拍照片：{slot.name}")
        for slot in slots
        if slot.required and not slot.photos and not slot.waived
    )


def told(missing: Iterable[Missing]) -> str:
    """For the header `Evidence-Missing`: `before=2, after=1`; nothing missing: empty."""
    return ", ".join(f"{lack.code}={lack.count}" for lack in missing)
