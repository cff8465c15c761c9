"""How every report is asked: a period, filters, a grouping; one statement, a page of it or a whole file.

A report gives the SQL of its facts (common table expressions, the last named `fact`, one row per thing counted with
its dimensions, `channel_id` and `dealer_id`) and of its measures (aggregates over `fact`). What is grouped by, the page
and the names for people are put around it here. Dimensions left out are NULL and their facts are added up. `{own}` in
the facts stands for the same bounds on `job` as on `fact`, for a denominator beside it or to narrow early.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from domain.actors import BRAND_ROLES, Actor, Role
from domain.errors import Fault, Invalid, NotFound
from domain.reports import DEFINITIONS, Definition, Period, TooManyRows
from services.uow import query

R = TypeVar("R")
MOST_ROWS = 50_000
REGIONS = {"province": 2, "city": 4, "district": 6}
LEAST: Mapping[type, str] = {int: "0", str: "''", date: "'0001-01-01'"}

DEALER_NAME = "(SELECT name FROM dealer WHERE dealer.id = g.dealer_id)"
CATEGORY_NAME = "(SELECT name FROM category WHERE category.code = g.category_code)"
PRODUCT_NAME = "(SELECT name FROM product WHERE product.sku = g.sku)"
REGION_NAME = "(SELECT name FROM division WHERE division.code = g.region)"
PROMOTIONS = """ARRAY(SELECT to_char(day, 'MM-DD') || ' ' || name FROM promotion_day
                  WHERE day BETWEEN g.week AND g.week + 6 ORDER BY day)"""
REGION = "rpad(left(job.division_code, %(region)s), 6, '0')"


def week_of(moment: str) -> str:
    """SQL of the Monday of an instant's week in Shanghai."""
    return f"date_trunc('week', {moment} AT TIME ZONE 'Asia/Shanghai')::date"


def day_of(moment: str) -> str:
    """SQL of an instant's day in Shanghai."""
    return f"({moment} AT TIME ZONE 'Asia/Shanghai')::date"


def rate(part: str, whole: str) -> str:
    """SQL of a share of two counts in basis points, rounded half up; NULL of nothing. 2 of 3: 6667."""
    return f"((20000 * ({part}) + ({whole})) / nullif(2 * ({whole}), 0))::int"


def median(value: str, condition: str) -> str:
    """SQL of a median with one decimal; NULL of nothing."""
    middle = f"percentile_cont(0.5) WITHIN GROUP (ORDER BY {value}) FILTER (WHERE {condition})"
    return f"round(({middle})::numeric, 1)::float8"


@dataclass(frozen=True, slots=True)
class Report(Generic[R]):
    """One report. `dims`: column of `fact` → its type; `fixed` ones are always grouped by.

    `labels` are columns for people beside the dimensions; `own`: a dealer's owner may read its own rows.
    `behind`: which jobs may be asked for by name, in words and as a condition over `fact`, which has `job_id` then.
    """

    name: str
    title: str
    row: type[R]
    facts: str
    dims: Mapping[str, type]
    measures: Mapping[str, str]
    labels: Mapping[str, str]
    heads: Mapping[str, str]
    fixed: tuple[str, ...] = ()
    having: str = ""
    own: bool = False
    permission: str = "report:read"
    behind: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def definition(self) -> Definition:
        """What its figures mean."""
        return DEFINITIONS[self.name]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is wanted. `by`: the dimensions chosen, in the report's order; `region`: province, city or district."""

    period: Period
    by: tuple[str, ...]
    channel_id: int | None = None
    dealer_id: int | None = None
    region: str = "city"


Key = tuple[int | str | date | datetime, ...]


@query
def page(
    connection: Connection,
    actor: Actor,
    report: Report[R],
    asked: Asked,
    after: Key | None,
    limit: int,
    now: datetime,
) -> list[R]:
    """Rows behind a key, in the order of the dimensions; `NotFound` for a dealer who asks for another's."""
    sql, values = statement(actor, report, asked, after, limit, now)
    return [_row(report, row) for row in connection.exec_driver_sql(sql, values)]


def whole(actor: Actor, report: Report[R], asked: Asked, now: datetime) -> list[R]:
    """Every row, for a file; `TooManyRows` beyond 50,000."""
    found: list[R] = page(actor, report, asked, None, MOST_ROWS + 1, now)
    if len(found) > MOST_ROWS:
        raise TooManyRows
    return found


@dataclass(frozen=True, slots=True)
class JobBehind:
    """A job that a figure counted, and how many times (clocks, entries, …)."""

    job_id: int
    times: int
    status: str
    product_name: str
    dealer_name: str | None
    created_at: datetime


_BEHIND = """
, counted AS (SELECT job_id, count(*) AS times, min(dealer_id) AS dealer_id FROM fact
               WHERE job_id IS NOT NULL AND {conditions} AND job_id < coalesce(%(before)s::bigint, 9223372036854775807)
               GROUP BY job_id ORDER BY job_id DESC LIMIT %(limit)s)
SELECT job.id, times, job.status, coalesce(product.name, job.sku), coalesce(dealer.short_name, dealer.name),
       job.created_at
  FROM counted JOIN job ON job.id = counted.job_id LEFT JOIN product ON product.sku = job.sku
  LEFT JOIN dealer ON dealer.id = counted.dealer_id ORDER BY job.id DESC
"""


@query
def behind(
    connection: Connection,
    actor: Actor,
    report: Report[Any],
    asked: Asked,
    which: str | None,
    before: int | None,
    limit: int,
    now: datetime,
) -> list[JobBehind]:
    """The jobs a figure counted, None: all of the report, newest first. `Invalid` for no such figure, with the list."""
    if which is not None and which not in report.behind:
        told = "、".join(f"{name} {words}" for name, (words, _) in report.behind.items())
        raise Invalid(errors=[Fault("which", "choice", f"可选：{told}")])
    own, values = _horizon(actor, report, asked)
    counted = [] if which is None else [f"({report.behind[which][1]})"]
    conditions = " AND ".join([*own, *counted])
    sql = f"WITH {_facts(report, own)}{_BEHIND.format(conditions=conditions)}"
    values |= _bounds(asked, now) | {"before": before, "limit": limit}
    return [JobBehind(*row) for row in connection.exec_driver_sql(sql, values)]


def key_of(report: Report[R], by: tuple[str, ...], row: R) -> Key:
    """Where the page behind this row begins: its dimensions, an unknown one as the least of its type."""
    least: Mapping[type, Any] = {int: 0, str: "", date: date.min}
    found = [getattr(row, name) for name in by]
    return tuple(
        least[report.dims[name]] if one is None else one for name, one in zip(by, found, strict=True)
    )


def _row(report: Report[R], row: Any) -> R:
    named = row._asdict()
    return report.row(**{name: tuple(one) if isinstance(one, list) else one for name, one in named.items()})


def statement(
    actor: Actor, report: Report[R], asked: Asked, after: Key | None, limit: int, now: datetime
) -> tuple[str, dict[str, Any]]:
    """The one statement and its values."""
    own, values = _horizon(actor, report, asked)
    conditions = list(own)
    order = [f"coalesce({name}, {LEAST[report.dims[name]]})" for name in asked.by]
    if after is not None and asked.by:
        keys = [f"%(key{place})s" for place in range(len(order))]
        conditions.append(f"({', '.join(order)}) > ({', '.join(keys)})")
        values |= {f"key{place}": part for place, part in enumerate(after)}
    dims = [
        name if name in asked.by else f"NULL::{_sql(kind)} AS {name}" for name, kind in report.dims.items()
    ]
    columns = [*dims, *(f"{sql} AS {name}" for name, sql in report.measures.items())]
    grouped = f"GROUP BY {', '.join(asked.by)}" if asked.by else ""
    sorted_by = f"ORDER BY {', '.join(order)}" if order else ""
    labels = [f"{sql} AS {name}" for name, sql in report.labels.items()]
    sql = f"""WITH {_facts(report, own)},
g AS (SELECT {", ".join(columns)} FROM fact WHERE {" AND ".join(conditions)} {grouped} {report.having}
 {sorted_by} LIMIT %(limit)s)
SELECT {", ".join(["g.*", *labels])} FROM g {sorted_by}"""
    values |= _bounds(asked, now) | {"limit": limit}
    return sql, values


def _facts(report: Report[Any], own: list[str]) -> str:
    return report.facts.strip().replace("{own}", " AND ".join(own))


def _bounds(asked: Asked, now: datetime) -> dict[str, Any]:
    days = asked.period
    return {"from": days.start, "until": days.end, "first": days.since, "last": days.until, "now": now} | {
        "region": REGIONS[asked.region]
    }


def _sql(kind: type) -> str:
    return {int: "bigint", str: "text", date: "date"}[kind]


def _horizon(actor: Actor, report: Report[R], asked: Asked) -> tuple[list[str], dict[str, Any]]:
    """Conditions over `fact`, which has channel_id and dealer_id."""
    conditions, values = ["true"], dict[str, Any]()
    dealer = asked.dealer_id
    if actor.role in BRAND_ROLES:
        if actor.channel_ids is not None:
            conditions.append("channel_id = ANY(%(channels)s)")
            values["channels"] = sorted(actor.channel_ids)
    elif report.own and actor.role == Role.DEALER_OWNER and dealer in (None, actor.dealer_id):
        dealer = actor.dealer_id or 0
    else:
        raise NotFound
    if dealer is not None:
        conditions.append("dealer_id = %(dealer)s")
        values["dealer"] = dealer
    if asked.channel_id is not None:
        conditions.append("channel_id = %(channel)s")
        values["channel"] = asked.channel_id
    return conditions, values
