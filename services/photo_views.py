"""Looking at photos: short-lived signed links, every view by the brand's people on record before the link is out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from os import SEEK_END
from typing import BinaryIO, TypeVar

from domain import findings
from domain.actors import BRAND_ROLES, Actor
from services.config import config
from services.parts import looks
from services.parts.full_size import full_size
from services.parts.photo_store import store
from services.queries import photo_matches, photo_wall, photos
from services.queries.photo_matches import MatchedPhoto, PhotoMatches
from services.queries.photo_wall import PhotoWindow
from services.queries.photos import PhotoCard, PhotoLink, PhotoPage
from services.uow import use_case
from uploads import links
from uploads.limits import Format
from uploads.store import Shown, rendition_key

LINK_LIVES = timedelta(minutes=10)
FILES = "/api/v1/photo-files/"
FULL, *_RENDITIONS = links.VARIANTS
CONTENT_TYPE = Format.JPEG.content_type
_Card = TypeVar("_Card", PhotoCard, MatchedPhoto)


def view(actor: Actor, photo_id: int, now: datetime) -> PhotoPage:
    """One photo with links to all the variants this actor may see; a brand's person's view is on record first."""
    page = photos.page(actor, photo_id)
    variants = links.VARIANTS if actor.role in findings.REVIEWERS else _RENDITIONS
    _record(actor, [page.photo], now)
    return replace(page, photo=_linked(actor, page.photo, variants, now))


def listed(actor: Actor, job_id: int, after: int | None, limit: int, now: datetime) -> list[PhotoCard]:
    """`limit` + 1 of a job's photos, each with a link to its small rendition; `limit` of them count as looked at."""
    cards = photos.listed(actor, job_id, after, limit + 1)
    _record(actor, cards[:limit], now)
    return [_linked(actor, card, ("320",), now) for card in cards]


def matches(actor: Actor, photo_id: int, now: datetime) -> PhotoMatches:
    """A photo beside those that are the same picture, with links to both renditions; all count as looked at."""
    found = photo_matches.matches(actor, photo_id)
    shown = [found.photo, *(match.other for match in found.matches if match.other is not None)]
    _record(actor, shown, now)
    beside = tuple(
        match if match.other is None else replace(match, other=_linked(actor, match.other, _RENDITIONS, now))
        for match in found.matches
    )
    return replace(found, photo=_linked(actor, found.photo, _RENDITIONS, now), matches=beside)


def window(actor: Actor, photo_ids: tuple[int, ...], now: datetime) -> PhotoWindow:
    """Photos of a wall that came in sight, with links to both renditions; all count as looked at."""
    found = photo_wall.window(actor, photo_ids)
    _record(actor, found.photos, now)
    return replace(found, photos=tuple(_linked(actor, card, _RENDITIONS, now) for card in found.photos))


def _record(actor: Actor, cards: Sequence[PhotoCard | MatchedPhoto], now: datetime) -> None:
    seen = [card.id for card in cards if card.erased_at is None]
    if seen and actor.role in BRAND_ROLES:
        _write_views(actor, seen, now)


_write_views = use_case(looks.record)


def _linked(actor: Actor, card: _Card, variants: Iterable[str], now: datetime) -> _Card:
    if card.erased_at is not None:
        return card
    until = (now + LINK_LIVES).replace(microsecond=0)
    viewer = f"job:{actor.job_id}" if actor.person_id is None else f"person:{actor.person_id}"
    made = []
    for variant in variants:
        token = links.sign(config().secret_key, card.id, variant, until, viewer)
        made.append(PhotoLink(variant, f"{config().public_url}{FILES}{token}", until))
    return replace(card, links=tuple(made))


@dataclass(frozen=True, slots=True)
class Served:
    """An open JPEG, built by us from pixels, and how to serve it."""

    stream: BinaryIO
    size_bytes: int
    name: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The store serves it itself at this address, for as long as the link that led here."""

    url: str


def open_file(token: str, now: datetime) -> Served | Elsewhere:
    """What a link leads to; never an original, which may say where somebody lives.

    LinkExpired, Unavailable, or NotFound: forged, erased, gone. Elsewhere only for a rendition, when
    PHOTO_STORE_LINKS says so and the store has addresses of its own.
    """
    grant = links.verify(config().secret_key, token, now)
    sha256 = photos.content_of(grant.photo_id)
    name = f"photo-{grant.photo_id}-{grant.variant}.jpg"
    if grant.variant == FULL:
        stream = full_size(sha256)
    else:
        key = rendition_key(sha256, int(grant.variant))
        if config().photo_store_links:
            lives = max(grant.expires_at - now, timedelta(seconds=1))
            if (url := store().link(key, Shown(CONTENT_TYPE, name, inline=True, lives=lives))) is not None:
                return Elsewhere(url)
        stream = store().open(key)
    size_bytes = stream.seek(0, SEEK_END)
    stream.seek(0)
    return Served(stream, size_bytes, name, grant.expires_at)
