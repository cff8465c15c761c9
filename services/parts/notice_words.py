"""What a notice says: the facts of its job as they stand now, put into the words of `domain.notices.TEMPLATES`.

Rendered when it is sent, not when it was owed: after an outage nobody is told a time that no longer holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from domain.calendar import SHANGHAI
from domain.errors import Conflict, DomainError, Invalid
from domain.notices import SUBSCRIBE, TEMPLATES, Audience, Template
from services.parts import notice_details
from wechat.values import fit, kind_of

_FACTS = text(
    """
    SELECT job.window_start, job.window_end, o.number,
           (SELECT max(expires_at) FROM offer WHERE offer.job_id = job.id
               AND (CAST(:dealers AS bigint[]) IS NULL OR offer.dealer_id = ANY(:dealers))) AS deadline,
           CAST(:dealers AS bigint[]) IS NULL OR EXISTS (
               SELECT 1 FROM offer WHERE offer.dealer_id = ANY(:dealers) AND offer.status = 'open'
                  AND (offer.job_id = job.id OR :several)) AS waits
      FROM job JOIN order_line line ON line.id = job.order_line_id JOIN customer_order o ON o.id = line.order_id
     WHERE job.id = :job
    """
)

LEVEL = "需要处理"  # where none is told
SEVERAL = "jobs_offered"
OFFERS = ("job_offered", SEVERAL)


class Obsolete(Conflict):
    """What the notice would tell is no longer so: a visit without a time, offers that were all answered."""

    code = "notice_obsolete"
    title = "通知内容已过时"


def unsent(wrong: DomainError) -> str:
    """The state of a row without words: what is out of date needs nobody, any other trouble a person."""
    return "dropped" if isinstance(wrong, Obsolete) else "parked"


@dataclass(frozen=True, slots=True)
class Facts:
    """What fills the words. `when` is when it happened; `values` override, e.g. {"count": "3"}."""

    job_id: int | None
    order_number: str | None
    window: tuple[datetime, datetime] | None
    deadline: datetime | None
    when: datetime
    waits: bool = True  # of offers: one is still open; of a time to be chosen: none is
    values: Mapping[str, str] = field(default_factory=dict)


def facts(tx: Connection, job_id: int | None, payload: Mapping[str, Any], when: datetime) -> Facts:
    """The facts of a notice as they stand now; one statement."""
    row = None
    if job_id is not None:
        asked = {"job": job_id, "dealers": payload.get("dealer_ids")}
        row = tx.execute(_FACTS, asked | {"several": payload.get("template") == SEVERAL}).one_or_none()
    details = detailed(tx, [(job_id, payload)])
    return read(job_id, row, payload, when, details.get(job_id or 0))


def detailed(
    tx: Connection, asked: Iterable[tuple[int | None, Mapping[str, Any]]]
) -> Mapping[int, Mapping[str, str]]:
    """By job what notices of (job, payload) name beyond it; no statement where none of them does."""
    wanted = notice_details.DETAILED
    return notice_details.of(tx, {job for job, payload in asked if job and payload.get("template") in wanted})


def read(
    job_id: int | None,
    row: Any,
    payload: Mapping[str, Any],
    when: datetime,
    details: Mapping[str, str] | None = None,
) -> Facts:
    """The facts from their row, if there is one."""
    values = dict(details or {}) | {name: str(value) for name, value in (payload.get("values") or {}).items()}
    if row is None:
        return Facts(job_id, None, None, None, when, values=values)
    template = payload.get("template")
    window = (row.window_start, row.window_end) if row.window_start and row.window_end else None
    waits = row.waits if template in OFFERS else not (template == "window_wanted" and window)
    return Facts(job_id, row.number, window, row.deadline, when, waits, values)


def words(template: Template, known: Facts, audience: str) -> tuple[str, str]:
    """Title and body for inbox and SMS. Customers know their order's number, staff the job's."""
    filled = {
        "number": _number(known, audience),
        "window": window_text(known.window) if known.window else "另约时间",
        "deadline": f"{_local(known.deadline):%-m月%-d日 %H:%M}" if known.deadline else "限定时间",
        "count": "若干",
        "level": LEVEL,
        "arrive": "更晚",
        **notice_details.PLAIN,
        **known.values,
    }
    return template.title, template.body.format_map(filled)


def named(template: Template, known: Facts) -> int | None:
    """Whose surname stands in these words, if anybody's."""
    return (
        int(known.values["visitor_id"])
        if "{visitor}" in template.body and "visitor_id" in known.values
        else None
    )


def require_current(template: Template, known: Facts) -> None:
    """`Obsolete` when a visit's time is announced and there is none any more, or an offer that is open no longer."""
    if (template.wechat == "visit" and known.window is None) or not known.waits:
        raise Obsolete


def message(template: Template, known: Facts, audience: str) -> tuple[tuple[str, str], ...]:
    """The fields of the subscribe message, each within WeChat's limits. Raises `Obsolete` and `Invalid`."""
    require_current(template, known)
    sources = {
        "number": _number(known, audience),
        "phrase": template.phrase.format_map({"level": LEVEL, **known.values}),
        "title": template.title,
        "hint": template.hint,
        "when": f"{_local(known.when):%Y-%m-%d %H:%M}",
        "window": _span(known.window) if known.window else "",
    }
    return tuple(
        (key, _fitted(key, sources[source], known)) for key, _, source in SUBSCRIBE[template.wechat].fields
    )


def page(template: Template, job_id: int | None) -> str:
    """Where a tap on the message leads: `pages/job/index?id=7`."""
    where = SUBSCRIBE[template.wechat].page
    return where if job_id is None else f"{where}?id={job_id}"


def window_text(window: tuple[datetime, datetime]) -> str:
    """`3月2日 11:00–13:00` in Shanghai."""
    start, end = (_local(at) for at in window)
    return f"{start:%-m月%-d日 %H:%M}–{end:%H:%M}"


def template_of(payload: Mapping[str, Any]) -> Template:
    """The line of the table; `Invalid` for a name that is not in it."""
    found = TEMPLATES.get(str(payload.get("template")))
    if found is None:
        raise Invalid("没有这个通知模板")
    return found


def _number(known: Facts, audience: str) -> str:
    if "number" in known.values:
        return known.values["number"]
    if audience == Audience.CUSTOMER and known.order_number:
        return known.order_number
    return str(known.job_id) if known.job_id is not None else "-"


def _fitted(key: str, value: str, known: Facts) -> str:
    """Order numbers of some shops don't fit a `character_string`: then the job's own number stands there."""
    kind = kind_of(key)
    try:
        return fit(kind, value)
    except Invalid:
        if kind != "character_string":
            raise
        return fit(kind, str(known.job_id or "-"))


def _span(window: tuple[datetime, datetime]) -> str:
    """WeChat's form of a range: `2026-03-02 11:00~13:00`."""
    start, end = (_local(at) for at in window)
    last = f"{end:%H:%M}" if end.date() == start.date() else f"{end:%Y-%m-%d %H:%M}"
    return f"{start:%Y-%m-%d %H:%M}~{last}"


def _local(at: datetime) -> datetime:
    return at.astimezone(SHANGHAI)
