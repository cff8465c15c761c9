"""Evidence packs: everything read and every look recorded first, then files one at a time without the database.

A ZIP is streamed: a photo is opened, hashed, sent and closed before the next one, so that a pack of sixty originals
takes no more memory than one of them. A PDF is drawn by a process of its own (`channels.evidence_pdf`).
"""

from __future__ import annotations

import base64
import mmap
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Connection

from channels import evidence_print
from channels.pack_file import Pack
from channels.verify_pack import key_id
from domain import packs
from domain.actors import Actor, Role
from domain.errors import Conflict, NotFound
from domain.packs import Kind, Missing
from services.config import config
from services.parts import access, looks, pack_manifest
from services.parts.pack_manifest import Manifest, Wish
from services.parts.photo_store import store
from services.queries import audits, jobs
from services.queries import packs as reading
from services.queries.audits import AuditPage
from services.queries.job_views import CustomerContact
from services.queries.packs import PackPhoto, Sight
from services.uow import use_case
from uploads.limits import Format
from uploads.store import Store, rendition_key
from uploads.strip import Unstrippable, stripped

README = """这是工单 {job} 的证据包（{kind}）。

manifest.json 列出每个文件的 SHA-256、照片的拍摄与接收时间、序列号、加价及客户同意、工单的事件链；
manifest.sig 是对它的 Ed25519 签名。核验（可离线）：
    python verify_pack.py 本文件.zip --key 公钥文件
公钥见 {url}/api/v1/evidence-pack-keys，请另行取得，不要使用随包送来的公钥。
解压后也可核验：把文件夹当作证据包即可。
"""
_SIDE = 1280


class NoPackKey(Conflict):
    """PACK_KEY is not set: nothing could be proved by a pack."""

    code = "no_pack_key"
    title = "尚未配置证据包签名密钥（PACK_KEY）"


@dataclass(frozen=True, slots=True)
class PackKey:
    """A public key that packs are, or (not `current`) were, signed with; base64 of its 32 bytes."""

    key_id: str
    algorithm: str
    public_key: str
    current: bool


@dataclass(frozen=True, slots=True)
class PackKeys:
    """The current key first."""

    keys: tuple[PackKey, ...]


def keys() -> PackKeys:
    """What packs are verified with; none where no key is set."""
    now = [] if config().pack_key is None else [_signing_key().public_key().public_bytes_raw()]
    known = [*((key, True) for key in now), *((key, False) for key in config().pack_keys_before)]
    return PackKeys(
        tuple(
            PackKey(key_id(key), "Ed25519", base64.b64encode(key).decode(), current) for key, current in known
        )
    )


def _signing_key() -> Ed25519PrivateKey:
    found = config().pack_key
    if found is None:
        raise NoPackKey
    return Ed25519PrivateKey.from_private_bytes(found)


def prepare(
    actor: Actor, job_id: int, wish: Wish, now: datetime, reveal: Callable[[Actor, int, Any, datetime], Any]
) -> Manifest:
    """Reads all a pack will say and records each of its photos as looked at.

    `reveal` (`services.subjects.reveal`) opens the customer's contact against the wish's reason, on record too.
    Raises NotFound (beyond the actor's channels), Forbidden, WrongPlatform, PackEmpty, NoPackKey, what `reveal` does.
    """
    packs.check_rights(actor.role, originals=wish.originals, whole=wish.personal)
    _signing_key()
    page = jobs.page(actor, job_id, now)
    inward = packs.LAYOUTS[wish.kind].inward
    facts = reading.facts(job_id, wish.kind, Sight(inward, wish.personal))
    audit = _audit(actor, job_id) if inward else None
    made = pack_manifest.manifest(actor, wish, page, facts, audit, now)
    if wish.personal:
        seen = reveal(actor, job_id, wish.reason, now)
        customer = CustomerContact(seen.name or "", seen.phone or "", seen.address or "", masked=False)
        made = replace(made, job=replace(made.job, customer=customer))
    _record(actor, job_id, wish.kind, [photo.id for photo in made.photos if photo.erased_at is None], now)
    return made


def _audit(actor: Actor, job_id: int) -> AuditPage | None:
    """What auditors said, to who may read it; none where there was none."""
    if actor.role not in (Role.ADMIN, Role.AUDITOR):
        return None
    try:
        return audits.one(actor, job_id)
    except NotFound:
        return None


@use_case
def _record(
    tx: Connection, actor: Actor, job_id: int, kind: Kind, photo_ids: Sequence[int], now: datetime
) -> None:
    looks.record(tx, actor, photo_ids, now)
    access.note(tx, "evidence_pack", now, actor, job_id=job_id, reason=kind, photos=len(photo_ids))


def zipped(made: Manifest) -> Iterator[bytes]:
    """The pack's bytes, piece by piece. What the store has lost or was erased meanwhile is named as missing.

    Unavailable when the store is away now; when it goes away later the ZIP breaks off, and nobody takes it for whole.
    """
    shelf = store()
    if made.photos:
        shelf.exists(made.photos[0].sha256)
    return _zipped(made, shelf, _signing_key(), config().public_url)


def _zipped(made: Manifest, shelf: Store, key: Ed25519PrivateKey, url: str) -> Iterator[bytes]:
    pack = Pack()
    sent: dict[int, tuple[str, str]] = {}
    yield from pack.text("README.txt", README.format(job=made.job.id, kind=made.kind_name, url=url))
    photos = {photo.id: photo for photo in made.photos}
    for section in made.sections:
        for number, photo_id in enumerate(section.photos, 1):
            photo = photos[photo_id]
            opened = _opened(made, photo, shelf)
            if opened is None:
                continue
            file, variant, kind = opened
            name = f"{section.code}/{number}-{photo.slot}-{photo.id}.{'jpg' if kind is Format.JPEG else kind}"
            with closing(file):
                yield from pack.file(name, file)
            if pack.files[-1]["sha256"] == photo.sha256:
                variant = "original"
            sent.setdefault(photo_id, (name, variant))
    yield from pack.end(_with_files(made, sent).plain(), key)


def _opened(made: Manifest, photo: PackPhoto, shelf: Store) -> tuple[BinaryIO, str, Format] | None:
    """The file that shows a photo, as what, in which format; None when it was erased or the store lost it."""
    if photo.erased_at is not None:
        return None
    try:
        if made.originals:
            original = shelf.open(photo.sha256)
            format_ = Format(photo.format)
            if made.personal:
                return original, "original", format_
            with closing(original):
                clean = _clean(original, format_, shelf.scratch())
            if clean is not None:
                return clean, "original_without_metadata", format_
        return shelf.open(rendition_key(photo.sha256, _SIDE)), f"rendition_{_SIDE}", Format.JPEG
    except NotFound:
        return None


def _clean(original: BinaryIO, format_: Format, folder: Path) -> BinaryIO | None:
    """The original without its metadata, in an unnamed file; None for a HEIC, whose rendition has none either."""
    clean = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - it is the caller's
    try:
        data = mmap.mmap(original.fileno(), 0, access=mmap.ACCESS_READ)  # gone with its last piece
        clean.writelines(stripped(data, format_))
    except Unstrippable:
        clean.close()
        return None
    clean.seek(0)
    return clean


def _with_files(made: Manifest, sent: dict[int, tuple[str, str]]) -> Manifest:
    photos = tuple(
        replace(photo, file=sent[photo.id][0], variant=sent[photo.id][1]) if photo.id in sent else photo
        for photo in made.photos
    )
    gone = tuple(
        Missing(f"photo-{photo.id}", 1, f"照片 {photo.id}（{photo.slot_name}）{_why(photo)}，包内没有文件")
        for photo in photos
        if photo.file is None
    )
    return replace(made, photos=photos, missing=(*made.missing, *gone))


def _why(photo: PackPhoto) -> str:
    return "存储中找不到" if photo.erased_at is None else "已删除"


def printed(made: Manifest) -> BinaryIO:
    """The same for people, as a PDF in an unnamed file at its beginning. Unavailable when it could not be drawn."""
    shelf, renditions = store(), replace(made, originals=False)
    sources = ((photo.id, _opened(renditions, photo, shelf)) for photo in made.photos)
    return evidence_print.drawn(
        shelf.scratch(), ((photo_id, opened[0]) for photo_id, opened in sources if opened), renditions.plain()
    )
