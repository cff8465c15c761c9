"""Versions of the rules that photos and jobs are judged by: written by an administrator, shown first, kept for good.

A version holds from now or a later moment on and never changes what was found before: each finding keeps the version
it was made by. The preview judges the last month again as far as that can be done without opening anybody's place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection

from domain import evidence_policy
from domain.actors import Actor
from domain.errors import Conflict, Fault, Invalid
from domain.evidence_policy import POLICY, Policy
from domain.evidence_score import Weighed, score
from domain.finding_words import Code
from services.parts.evidence_policies import policy_for
from services.uow import query, use_case

MONTH = timedelta(days=30)
PREVIEWED = 5000
_MEASURED = frozenset({"dark_below", "blurred_below", "flag_at", "soft_cap"})


class PolicyStands(Conflict):
    """A version of this category begins at that very moment already."""

    code = "policy_stands"
    title = "该品类在同一时刻已有规则"


@dataclass(frozen=True, slots=True)
class PolicyWanted:
    """A version as wanted: `category` None for all that have none of their own, `settings` only what differs."""

    settings: Mapping[str, int]
    category: str | None = None
    effective_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class PolicyVersionLine:
    """A version as it stands; `version` 1 is what ships."""

    version: int
    category: str | None
    effective_from: datetime | None
    settings: dict[str, int]
    reason: str
    made_by: int | None
    made_at: datetime | None


@dataclass(frozen=True, slots=True)
class PolicyPreview:
    """The last month's jobs (the newest five thousand) judged by today's rules and by the wanted ones.

    `not_shown`: settings that were given but cannot be judged again without opening sealed places.
    """

    jobs: int
    photos: int
    too_dark_now: int
    too_dark_then: int
    blurred_now: int
    blurred_then: int
    flagged_now: int
    flagged_then: int
    not_shown: tuple[str, ...]


_LISTED = """
SELECT version, category_code, effective_from, settings, reason, made_by, made_at FROM evidence_policy
 WHERE version > %(after)s ORDER BY version LIMIT %(limit)s
"""
_ALONE = "SELECT pg_advisory_xact_lock(hashtext('evidence_policy'))"
_NEXT = "SELECT coalesce(max(version), 1) + 1 FROM evidence_policy"
_STANDS = """
SELECT 1 FROM evidence_policy
 WHERE category_code IS NOT DISTINCT FROM %(category)s::text AND effective_from = %(from)s
"""
_CATEGORY = "SELECT 1 FROM category WHERE code = %(category)s"
_WRITE = """
INSERT INTO evidence_policy (version, category_code, effective_from, settings, reason, made_by, made_at)
VALUES (%(version)s, %(category)s, %(from)s, %(settings)s::jsonb, %(reason)s, %(by)s, %(now)s)
"""


@query
def listed(connection: Connection, after: int, limit: int) -> list[PolicyVersionLine]:
    """What ships first, with all its numbers, then every version in the order it was written."""
    found: list[PolicyVersionLine] = []
    if after < POLICY.version:
        found.append(
            PolicyVersionLine(POLICY.version, None, None, evidence_policy.settings_of(POLICY), "", None, None)
        )
    asked = {"after": max(after, POLICY.version), "limit": limit - len(found)}
    return found + [PolicyVersionLine(*row) for row in connection.exec_driver_sql(_LISTED, asked)]


@use_case
def write(
    tx: Connection, actor: Actor, wanted: PolicyWanted, reason: str, now: datetime
) -> PolicyVersionLine:
    """A version for good, from now or a later moment on. Raises Invalid, `PolicyStands`."""
    begins = wanted.effective_from or now
    if begins < now:
        raise Invalid(errors=[Fault("effective_from", "past", "规则不能追溯生效")])
    _require_known(tx, wanted)
    tx.exec_driver_sql(_ALONE)
    if tx.exec_driver_sql(_STANDS, {"category": wanted.category, "from": begins}).first() is not None:
        raise PolicyStands
    version = tx.exec_driver_sql(_NEXT).scalar_one()
    settings = dict(wanted.settings)
    values = {
        "version": version,
        "category": wanted.category,
        "from": begins,
        "settings": orjson.dumps(settings).decode(),
        "reason": reason,
        "by": actor.person_id,
        "now": now,
    }
    tx.exec_driver_sql(_WRITE, values)
    return PolicyVersionLine(version, wanted.category, begins, settings, reason, actor.person_id, now)


def _require_known(tx: Connection, wanted: PolicyWanted) -> None:
    evidence_policy.require_sound(wanted.settings)
    known = wanted.category is None or tx.exec_driver_sql(_CATEGORY, {"category": wanted.category}).first()
    if not known:
        raise Invalid(errors=[Fault("category", "unknown_value", "没有这个品类")])


_JOBS = """
SELECT job.id, job.category_code,
       (SELECT coalesce(jsonb_agg(f.code), '[]') FROM job_finding f WHERE f.job_id = job.id) AS codes
  FROM job WHERE EXISTS (SELECT 1 FROM photo WHERE photo.job_id = job.id AND photo.received_at > %(since)s)
   AND (%(category)s::text IS NULL OR job.category_code = %(category)s)
 ORDER BY job.id DESC LIMIT %(most)s
"""
_PHOTOS = """
SELECT photo.job_id, photo.status = 'active' AS counts, photo.brightness, photo.sharpness,
       (SELECT coalesce(jsonb_agg(f.code), '[]') FROM photo_finding f WHERE f.photo_id = photo.id) AS codes
  FROM photo WHERE photo.job_id = ANY(%(jobs)s)
"""


@query
def preview(connection: Connection, wanted: PolicyWanted, now: datetime) -> PolicyPreview:
    """What the wanted rules would have made of the last month's photos; nothing is written."""
    _require_known(connection, wanted)
    asked = {"since": now - MONTH, "category": wanted.category, "most": PREVIEWED}
    jobs = connection.exec_driver_sql(_JOBS, asked).all()
    photos = connection.exec_driver_sql(_PHOTOS, {"jobs": [job.id for job in jobs]}).all()
    then = evidence_policy.made(POLICY.version, wanted.settings)
    today = {name: policy_for(connection, name, now) for name in {job.category_code for job in jobs}}
    judged = [_judged(job, its, today[job.category_code], then) for job, its in _paired(jobs, photos)]
    sums = [sum(one[place] for one in judged) for place in range(6)]
    unshown = tuple(
        sorted(name for name in wanted.settings if name not in _MEASURED and not name.startswith("weight_"))
    )
    dark, dark_then, blurred, blurred_then, flagged, flagged_then = sums
    return PolicyPreview(
        jobs=len(jobs),
        photos=len(photos),
        too_dark_now=dark,
        too_dark_then=dark_then,
        blurred_now=blurred,
        blurred_then=blurred_then,
        flagged_now=flagged,
        flagged_then=flagged_then,
        not_shown=unshown,
    )


def _paired(jobs: Any, photos: Any) -> list[tuple[Any, list[Any]]]:
    of_job: dict[int, list[Any]] = {job.id: [] for job in jobs}
    for photo in photos:
        of_job[photo.job_id].append(photo)
    return [(job, of_job[job.id]) for job in jobs]


def _judged(job: Any, photos: list[Any], today: Policy, then: Policy) -> tuple[int, ...]:
    """Dark, dark then, blurred, blurred then, flagged, flagged then."""
    counts = []
    flags = []
    for policy in (today, then):
        dark = [photo.brightness < policy.dark_below for photo in photos]
        soft = [photo.sharpness < policy.blurred_below for photo in photos]
        counts.append((sum(dark), sum(soft)))
        flags.append(score(_weighed(job, photos, policy), policy).flagged)
    (dark_now, blurred_now), (dark_then, blurred_then) = counts
    return dark_now, dark_then, blurred_now, blurred_then, int(flags[0]), int(flags[1])


def _weighed(job: Any, photos: list[Any], policy: Policy) -> list[Weighed]:
    found = [Weighed(code, policy.weights[code]) for code in job.codes]
    for photo in photos:
        codes = set(photo.codes) - {Code.TOO_DARK, Code.BLURRED}
        if photo.brightness < policy.dark_below:
            codes.add(Code.TOO_DARK)
        if photo.sharpness < policy.blurred_below:
            codes.add(Code.BLURRED)
        found += [Weighed(code, policy.weights[code], photo.counts) for code in codes]
    return found
