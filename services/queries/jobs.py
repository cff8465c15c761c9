"""Jobs as people read them: lists, one page that answers an angry caller, events, windows to choose from."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection

from domain import charge_actions, lifecycle
from domain.actions import ASKS, Action
from domain.actors import BRAND_ROLES, DEALER_ROLES, Actor, Role
from domain.charge_actions import ChargeState
from domain.errors import NotFound
from domain.job import KIND_NAMES, STATUS_NAMES, JobState, Kind, Status
from domain.possible import Answered, outstanding
from domain.privacy import Sight, shown, sight_of
from services.config import config
from services.deeds.loading import COLUMNS
from services.direct import together
from services.parts import answered, examples, promise_tokens, whose_yes
from services.personal import Erased, reveal, unwrap
from services.queries import asked_again, assured, said, scope, visitors
from services.queries.job_views import (
    ChargeLine,
    ClockLine,
    CustomerContact,
    EventLine,
    Filters,
    JobLine,
    JobPage,
    SlotState,
)
from services.queries.places import AddressQuestion, named
from services.uow import query

# As the dealer took it; who is asked reads its own offer's, and while nobody has the job there is none.
_TERMS = """(SELECT terms FROM offer terms WHERE job.dealer_id IS NULL AND terms.job_id = job.id
     AND terms.dealer_id = %(dealer)s AND terms.status = 'open' LIMIT 1)"""
_ZONE = f"CASE WHEN job.dealer_id IS NULL THEN ({_TERMS}).zone ELSE job.zone END"
_METRES = f"CASE WHEN job.dealer_id IS NULL THEN ({_TERMS}).distance_m ELSE job.distance_m END"
_URGED = (
    "(SELECT min(due_at) FROM clock WHERE job_id = job.id AND kind = 'urge_reply' AND stopped_at IS NULL)"
)
_LINE = f"""job.id, job.kind, job.status, job.category_code, job.sku, job.units, {_ZONE}, job.dealer_id,
    job.installer_id, job.channel_id, job.division_code, job.window_start, job.window_end, job.held, job.queue,
    job.created_at, job.version, coalesce(product.name, job.sku), coalesce(dealer.short_name, dealer.name),
    {_URGED}, job.next_contact_at, job.queued_at, job.parent_id"""
_LIST = f"""
SELECT {_LINE} FROM job LEFT JOIN product ON product.sku = job.sku LEFT JOIN dealer ON dealer.id = job.dealer_id
 WHERE {{conditions}} ORDER BY {{order}} LIMIT %(limit)s
"""
_NARROWED = {"urged": f"({_URGED} IS NOT NULL)"}
_WAITS_SINCE = "coalesce(job.queued_at, job.created_at)"


@query
def listed(
    connection: Connection, actor: Actor, filters: Filters, last: tuple[Any, ...] | None, limit: int
) -> list[JobLine]:
    """Jobs within the actor's horizon, newest first; those of a queue by how long they wait. `last`: see `key_of`.

    `queue` is the brand's own business.
    """
    condition, params = scope.jobs(actor)
    brand = actor.role in BRAND_ROLES
    if filters.queue is not None and not brand:
        return []
    wanted = {
        name: getattr(filters, name) for name in Filters.__slots__ if getattr(filters, name) is not None
    }
    narrowed = "".join(f" AND {_NARROWED.get(name, f'job.{name}')} = %({name})s" for name in wanted)
    waiting = filters.queue is not None
    beyond = f"({_WAITS_SINCE}, job.id) > (%(at)s, %(last)s)" if waiting else "job.id < %(last)s"
    more = "" if last is None else f" AND {beyond}"
    *at, last_id = last or (None,)
    order = f"{_WAITS_SINCE}, job.id" if waiting else "job.id DESC"
    rows = connection.exec_driver_sql(
        _LIST.format(conditions=f"{condition}{narrowed}{more}", order=order),
        params
        | wanted
        | {"dealer": actor.dealer_id, "at": at[0] if at else None, "last": last_id, "limit": limit},
    )
    lines = [JobLine(*row) for row in rows]
    if not brand:
        lines = [replace(line, queue=None, queued_at=None) for line in lines]
    places = {
        one.code: one.name for one in named(connection, {line.division_code or "" for line in lines} - {""})
    }
    return [replace(line, place=places.get(line.division_code or "")) for line in lines]


def key_of(line: JobLine, filters: Filters) -> tuple[Any, ...]:
    """By what the list is sorted: (since, id) within a queue, else (id,)."""
    return (line.id,) if filters.queue is None else (line.queued_at or line.created_at, line.id)


_PAGE = f"""
SELECT {{columns}}, {_ZONE} AS told_zone, {_METRES} AS told_m,
       job.promise_id AS promise, job.auto_confirm_at, job.confirmed_by, job.closed_at,
       o.number AS order_number, o.personal,
       subject.wrapped_key, product.name AS product_name, dealer.name AS dealer_name, rating.overall, rating.tags,
       rated.text AS rated, code.code,
       channel.operator_dealer_id, o.resolution, o.resolution_candidates, {{visitor}}, {answered.TOLD_ALL} AS told_all,
       EXISTS (SELECT 1 FROM remote_dispute ruled
                WHERE ruled.job_id = job.id AND ruled.ruled_by IN ('agent', 'silence')) AS way_ruled,
       EXISTS (SELECT 1 FROM safety_stop s JOIN complaint c ON c.id = s.complaint_id
                WHERE c.job_id = job.id AND s.lifted_at IS NULL) AS stops,
       {assured.GUIDE_VERSION} AS guide_version, {assured.COLUMNS}, serial_form.pattern AS serial_pattern
  FROM job JOIN order_line line ON line.id = job.order_line_id JOIN customer_order o ON o.id = line.order_id
  JOIN subject ON subject.id = job.subject_id JOIN channel ON channel.id = job.channel_id
  LEFT JOIN product ON product.sku = job.sku LEFT JOIN dealer ON dealer.id = job.dealer_id
  LEFT JOIN rating ON rating.job_id = job.id LEFT JOIN note rated ON rated.id = rating.note_id
  LEFT JOIN confirm_code code ON code.job_id = job.id LEFT JOIN serial_form ON serial_form.sku = job.sku
  {assured.JOIN}
  {{join}}
 WHERE job.id = %(id)s AND {{condition}}
"""
_SLOTS = f"""
SELECT code, name, hint, phase, required, camera_only,
       (SELECT count(*) FROM photo WHERE job_id = %(id)s AND slot_code = slot.code AND status = 'active'),
       EXISTS (SELECT 1 FROM slot_waiver WHERE job_id = %(id)s AND slot_code = slot.code), {examples.LINK},
       {asked_again.COLUMN}
  FROM slot WHERE checklist_id = %(checklist)s ORDER BY position
"""
_CHARGES = """
SELECT id, item_code, quantity, unit_fen, amount_fen, status, collected_by, settled_at IS NOT NULL AS settled,
       ruling IS NOT NULL AS ruled, answered_at IS NOT NULL AS answered
  FROM charge WHERE job_id = %(id)s ORDER BY id
"""
_CLOCKS = """
SELECT kind, family, owner, starts_at, due_at, level, paused_at IS NOT NULL, stopped_at, provisional
  FROM clock WHERE job_id = %(id)s AND (%(dealer)s::bigint IS NULL OR coalesce(dealer_id, %(dealer)s) = %(dealer)s)
 ORDER BY id
"""
_SERIALS = (
    "SELECT serial_number FROM job_unit WHERE job_id = %(id)s AND serial_number IS NOT NULL ORDER BY position"
)


@query
def page(connection: Connection, actor: Actor, job_id: int, now: datetime) -> JobPage:
    """One job; NotFound outside the actor's horizon."""
    condition, params = scope.jobs(actor)
    sql = _PAGE.format(columns=COLUMNS, condition=condition, visitor=visitors.COLUMNS, join=visitors.JOIN)
    row = connection.exec_driver_sql(sql, params | {"id": job_id, "dealer": actor.dealer_id}).first()
    if row is None:
        raise NotFound
    asked = {"id": job_id, "checklist": row.checklist_id, "dealer": actor.dealer_id}
    parts = ((part, asked) for part in (_SLOTS, _CHARGES, _CLOCKS, _SERIALS))
    slot_rows, charge_rows, clock_rows, serial_rows = together(connection, *parts)
    slots = tuple(replace(SlotState(*r[:-1]), asked=asked_again.words(r[-1], actor.role)) for r in slot_rows)
    charges = tuple(ChargeLine(*r[:8]) for r in charge_rows)
    states = tuple(ChargeState(r.status, r.settled, r.ruled, r.answered, r.collected_by) for r in charge_rows)
    clocks = tuple(ClockLine(*r) for r in clock_rows)
    serials = tuple(r[0] for r in serial_rows)
    question = _question(connection, row) if actor.role in BRAND_ROLES else None
    opened = said.reader(actor, row.wrapped_key, said.whose(row.wrapped_key, row.personal))
    ground = said.ground(connection, job_id, opened) if row.dispute_open else None
    whole = _page(actor, row, now, slots, charges, states, clocks, serials, question)
    told_code = row.status == Status.SUBMITTED and whose_yes.reads_code(connection, actor, row.dealer_id)
    return replace(
        whole,
        confirm_code=_code(row) if told_code else None,
        rating_text=opened(row.rated),
        rating_tags=tuple(row.tags or ()),
        dispute=ground,
        assured=assured.assured(row, row.kind),
        serial_pattern=row.serial_pattern,
    )


def _question(connection: Connection, row: Any) -> AddressQuestion | None:
    """While the job waits for its address: what the address may mean."""
    if row.queue != "address":
        return None
    return AddressQuestion(row.resolution, named(connection, row.resolution_candidates))


_AS_IT_IS = {f.name for f in fields(JobPage)} & {f.name for f in fields(JobState)} - {"queue", "audit"}


def _page(
    actor: Actor,
    row: Any,
    now: datetime,
    slots: tuple[SlotState, ...],
    charges: tuple[ChargeLine, ...],
    states: tuple[ChargeState, ...],
    clocks: tuple[ClockLine, ...],
    serials: tuple[str, ...],
    question: AddressQuestion | None,
) -> JobPage:
    job = JobState(*row[: len(JobState.__slots__)])
    brand, customer = actor.role in BRAND_ROLES, actor.role == Role.CUSTOMER
    over = Answered(row.overall is not None, row.way_ruled, customer and row.told_all)
    actions = _of_charges(job, outstanding(_actions(row, job, actor), over), states, actor.role)
    shown = {name: getattr(job, name) for name in _AS_IT_IS}
    shown |= {"zone": row.told_zone, "distance_m": row.told_m}
    comes = visitors.visitor(row, actor.role, job.status)
    return JobPage(
        **shown,
        kind_name=KIND_NAMES[Kind(job.kind)],
        status_name=STATUS_NAMES[Status(job.status)],
        order_number=_number(actor, row),
        product_name=row.product_name or job.sku,
        dealer_name=row.dealer_name,
        installer_name=comes.name,
        installer_phone=comes.phone,
        queue=job.queue if brand else None,
        address_question=question,
        audit=job.audit if brand or job.audit == "evidence_asked" else "not_sampled",
        confirmed_by=row.confirmed_by,
        auto_confirm_at=row.auto_confirm_at,
        customer=_contact(row, sight_of(actor, job.status, row.closed_at, now)),
        confirm_code=None,
        serial_numbers=serials,
        slots=slots,
        charges=charges,
        clocks=() if customer else clocks,
        rating=row.overall,
        available_actions=tuple(str(action) for action in actions),
        action_names={str(action): ASKS[action].name for action in actions},
        guide_version=row.guide_version,
        guide=_guide(job.sku, row.guide_version),
        promise_id=promise_tokens.sign(row.promise) if (brand or customer) and row.promise else None,
    )


def _of_charges(
    job: JobState, actions: tuple[Action, ...], states: tuple[ChargeState, ...], role: Role
) -> tuple[Action, ...]:
    return charge_actions.of_job(job, actions, states, role, through_wechat=bool(config().wechat_mch_id))


def _actions(row: Any, job: JobState, actor: Actor) -> tuple[Action, ...]:
    """What may be tried now; giving an installer back is possible where a complaint of this job stopped one."""
    lifts = row.stops and actor.role in lifecycle.roles_for(Action.LIFT_STOP)
    return lifecycle.available_actions(job, actor.role) + ((Action.LIFT_STOP,) if lifts else ())


def _guide(sku: str, version: int | None) -> str | None:
    return None if version is None else f"/api/v1/products/{quote(sku, safe='')}/guide?version={version}"


def _contact(row: Any, sight: Sight) -> CustomerContact | None:
    if sight == Sight.NOTHING:
        return None
    try:
        personal = reveal(unwrap(row.wrapped_key), "customer_order.personal", row.personal)
    except Erased:
        return None
    kept = [personal.get(key) or "" for key in ("name", "phone", "address")]
    return CustomerContact(*shown(kept[0], kept[1], kept[2], sight), sight == Sight.MASKED)


def _number(actor: Actor, row: Any) -> str:
    """Whole for the customer and the brand; with number and phone one could claim the job as the customer."""
    own = actor.dealer_id is None or actor.dealer_id == row.operator_dealer_id
    return str(row.order_number) if own else f"…{row.order_number[-4:]}"


def _code(row: Any) -> str | None:
    if row.code is None:
        return None
    try:
        return str(reveal(unwrap(row.wrapped_key), "confirm_code.code", row.code))
    except Erased:
        return None


# An owner's part of the chain begins with his own acceptance: what other dealers did before is theirs.
_SINCE = """
SELECT coalesce(max(seq), 1) FROM job_event
 WHERE job_id = %(id)s AND action = 'accept' AND data -> 'dealer_id' = to_jsonb(%(dealer)s::bigint)
"""
_EVENTS = """
SELECT e.seq, e.action, e.from_status, e.to_status, e.actor_role, e.occurred_at, e.received_at, e.reason, e.data,
       encode(e.hash, 'hex')
  FROM job_event e JOIN job ON job.id = e.job_id
 WHERE e.job_id = %(id)s AND e.seq >= %(since)s AND {condition} ORDER BY e.seq
"""


@query
def events(connection: Connection, actor: Actor, job_id: int) -> tuple[EventLine, ...]:
    """The job's chain, first to last, an owner's from his acceptance on; NotFound outside the horizon."""
    condition, params = scope.jobs(actor)
    asked = params | {"id": job_id, "since": 1}
    if actor.role in DEALER_ROLES:
        condition = f"{condition} AND job.dealer_id = %(dealer)s"
        asked["since"] = connection.exec_driver_sql(_SINCE, asked).scalar_one()
    rows = connection.exec_driver_sql(_EVENTS.format(condition=condition), asked)
    found = tuple(EventLine(*row) for row in rows)
    if not found:
        raise NotFound
    return found
