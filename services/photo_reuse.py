"""The search for photos handed in before: photo by photo, the oldest first, after the upload was answered.

The upload stays cheap; whoever cheats is told minutes later, and so are the reviewers. What stands before this search
was made is found by the same queue. Killed anywhere, the next run goes on: words are added once, and what was found
is written in the transaction that says the photo is done.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from domain.errors import NotFound, Unavailable
from domain.finding_words import Code
from domain.reuse import COPY
from services.parts import photo_pairs, photo_prints
from services.parts.photo_pairs import Match, Other
from services.parts.photo_prints import Due, Lost
from services.parts.photo_store import store
from services.uow import use_case
from uploads.looker import STRANGER, Looker, LookFailed, NoPicture
from uploads.store import rendition_key

SIDE = 1280
MOST_S = 30.0
"""A run ends after so long; the next tick goes on. So a long backfill holds up neither a stop nor a new version."""


@dataclass(frozen=True, slots=True)
class Searched:
    """Photos searched for, pairs held against the later photo, photos to be tried again, photos given up."""

    photos: int = 0
    found: int = 0
    failed: int = 0
    parked: int = 0


@dataclass(frozen=True, slots=True)
class SearchedAgain:
    """How many photos that were given up are in the queue again."""

    photos: int


@use_case
def again(tx: Connection) -> SearchedAgain:
    """Try everything that was given up once more: the store is whole again, or the looking process mended."""
    return SearchedAgain(photo_prints.again(tx))


def search(now: datetime, most_s: float = MOST_S, make: Callable[[], Looker] = Looker) -> Searched:
    """Look for earlier uses of every photo that is due; what fails is tried thrice and stops no other."""
    began, done = time.monotonic(), Searched()
    with make() as looker:
        while (spent := time.monotonic() - began) < most_s:
            due = _take(now + timedelta(seconds=spent))
            if due is None:
                break
            if isinstance(due, Due):
                done = _counted(done, _one(looker, due, now + timedelta(seconds=spent)))
    return done


def _counted(done: Searched, more: Searched) -> Searched:
    return Searched(
        done.photos + more.photos,
        done.found + more.found,
        done.failed + more.failed,
        done.parked + more.parked,
    )


def _one(looker: Looker, due: Due, now: datetime) -> Searched:
    """One photo to its end, or back in the queue."""
    try:
        if due.attempts > photo_prints.MOST_TRIES:
            raise LookFailed("the runner itself ended three times")
        return Searched(photos=1, found=_searched(looker, due, now))
    except DBAPIError:
        raise  # not the photo's fault: the run fails, the lease ends, the next run goes on
    except Unavailable:
        _release(due, now)  # nor is a store that is away
        raise
    except Exception as error:
        parked = _failed(due, f"{type(error).__name__}: {error}", now)
        return Searched(failed=int(not parked), parked=int(parked))


def _searched(looker: Looker, due: Due, now: datetime) -> int:
    words = looker.words(_rendition(due.sha256))
    if not _keep(due.photo_id, words.kept):
        return 0
    matches = []
    for other in _others(due.photo_id, words.asked):
        match = _look(looker, other)
        if match is not None:
            matches.append(match)
            if other.earlier and match.grade == COPY and match.code == Code.REUSED:
                break  # one clear copy is enough
    return _settle(due.photo_id, matches, now)


def _look(looker: Looker, other: Other) -> Match | None:
    if other.same_bytes:
        return Match(other, COPY, {})
    try:
        seen = looker.compare(_rendition(other.sha256), asked_is_later=other.earlier)
    except (NotFound, NoPicture):
        return None  # erased meanwhile, or lost: the check of the store tells
    return None if seen.grade == STRANGER else Match(other, seen.grade, asdict(seen))


def _rendition(sha256: str) -> bytes:
    with store().open(rendition_key(sha256, SIDE)) as file:
        return file.read()


@use_case
def _take(tx: Connection, now: datetime) -> Due | Lost | None:
    return photo_prints.take(tx, now)


@use_case
def _keep(tx: Connection, photo_id: int, words: tuple[int, ...]) -> bool:
    return photo_prints.keep(tx, photo_id, words)


@use_case
def _others(tx: Connection, photo_id: int, asked: tuple[int, ...]) -> list[Other]:
    return photo_pairs.others(tx, photo_id, asked)


@use_case
def _settle(tx: Connection, photo_id: int, matches: list[Match], now: datetime) -> int:
    """Everything found on it and its being done, at once; how many of its pairs are held against somebody."""
    accused = [match for match in matches if match.code is not None]
    photo_pairs.lock(tx, [photo_id, *(match.other.photo_id for match in matches)], scored=bool(accused))
    if not photo_prints.done(tx, photo_id, now):
        return 0
    for match in matches:
        photo_pairs.write(tx, photo_id, match, now)
    return len(accused)


@use_case
def _release(tx: Connection, due: Due, now: datetime) -> None:
    photo_prints.release(tx, due, now)


@use_case
def _failed(tx: Connection, due: Due, reason: str, now: datetime) -> bool:
    return photo_prints.failed(tx, due, reason, now)
