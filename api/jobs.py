"""Jobs: lists, pages and one route per action, made from the same table the lifecycle obeys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from api import paging, routes
from api.paging import Page
from api.routes import Call, route
from api.schemas.jobs import JobQuery, body_of
from domain.actions import ASKS, Action, Command
from domain.geo import Datum, Point
from domain.lateness import on_our_clock
from domain.questions import QUESTIONS, Question
from services import lifecycle, return_visits
from services.deeds import Acted
from services.queries import jobs, voices, windows
from services.queries.job_views import EventLine, Filters, JobLine, JobPage
from services.queries.voices import Voices
from services.queries.windows import FreeWindow
from services.return_visits import ReturnVisit

area = routes.area("jobs", "安装工单")

# Actions with a door of their own: the system's, photos', offers', charges' and complaints'.
PATHS: Mapping[Action, str] = {
    Action.OFFER: "offers",
    Action.ACCEPT: "accept",
    Action.MARK_UNSERVED: "mark-unserved",
    Action.SELF_INSTALL_OUTCOME: "self-install",
    Action.REDISPATCH: "redispatch",
    Action.REOPEN: "reopen",
    Action.CANCEL: "cancel",
    Action.CONTACT: "contact",
    Action.ASSIGN: "assign",
    Action.REASSIGN: "reassign",
    Action.BOOK: "book",
    Action.FAIL_BOOKING: "fail-booking",
    Action.RESCHEDULE: "reschedule",
    Action.SUSPEND: "suspend",
    Action.RESUME: "resume",
    Action.HOLD: "hold",
    Action.RELEASE: "release",
    Action.FIX_ADDRESS: "address",
    Action.DENY_DELAY: "deny-delay",
    Action.DELIVERED: "delivered",
    Action.WANTED_DATE_SET: "wanted-date",
    Action.CHECK_IN: "check-in",
    Action.WAIVE_SLOT: "waive-slot",
    Action.ADD_CHARGE: "charges",
    Action.REPORT_DAMAGE: "damage",
    Action.ABORT_VISIT: "abort-visit",
    Action.SUBMIT: "submit",
    Action.SUPPLEMENT: "supplement",
    Action.CONFIRM: "confirm",
    Action.CONFIRM_WITH_RESERVES: "confirm-with-reserves",
    Action.DISPUTE: "dispute",
    Action.RULE: "rule",
    Action.CONTEST_CHARGE: "charges/<id:charge_id>/contest",
    Action.CONCEDE_CHARGE: "charges/<id:charge_id>/concede",
    Action.RULE_CHARGE: "charges/<id:charge_id>/rule",
    Action.RATE: "rating",
    Action.AUDIT_SAMPLED: "audit-sampled",
    Action.AUDIT_PASS: "audit-pass",
    Action.AUDIT_FAIL: "audit-fail",
    Action.COMPLAINT_OPENED: "complaints",
    Action.URGE: "urge",
    Action.URGE_ANSWERED: "answer-urge",
    Action.ATTEND: "attend",
    Action.RECORD_ANSWERS: "answers",
    Action.CLOSE: "close",
    Action.APPROVE_CHARGE: "charges/<id:charge_id>/approve",
    Action.REFUSE_CHARGE: "charges/<id:charge_id>/refuse",
    Action.WITHDRAW_CHARGE: "charges/<id:charge_id>/withdraw",
    Action.SETTLE_CHARGE: "charges/<id:charge_id>/settle",
    Action.DISPUTE_CHARGE: "charges/<id:charge_id>/dispute",
    Action.DISPUTE_REMOTE: "remote-fee/dispute",
    Action.RULE_REMOTE: "remote-fee/rule",
    Action.COMPLAINT_REPLIED: "complaints/<id:complaint_id>/replies",
    Action.COMPLAINT_CLOSED: "complaints/<id:complaint_id>/verdict",
    Action.SAFETY_CALLED: "complaints/<id:complaint_id>/safety-call",
    Action.LIFT_STOP: "complaints/<id:complaint_id>/lift-stop",
}
REFUSALS = (404, 409, 412, 422)


def command_of(
    action: Action, body: Mapping[str, Any], now: datetime, **path: Any
) -> tuple[Command, datetime | None]:
    """The command in a loaded body, and when the phone says it happened, read on our clock."""
    given = dict(body) | path
    occurred_at = on_our_clock(given.pop("occurred_at", None), given.pop("sent_at", None), now)
    fix = given.get("fix")
    if fix is not None:
        given["fix"] = Point(
            fix["lng"], fix["lat"], Datum(fix["datum"]), fix["accuracy_m"], fix["point_source"]
        )
    for name in ("dealer_ids", "serial_numbers", "serial_sources"):
        if name in given:
            given[name] = tuple(given[name] or ())
    if given.get("answers") is not None:
        given["answers"] = tuple((one["question"], one["answer"]) for one in given["answers"])
    return Command(action, **given), occurred_at


def _perform(action: Action) -> Any:
    def view(call: Call, body: Mapping[str, Any], job_id: int, **path: int) -> Acted:
        command, occurred_at = command_of(action, body, call.now, **path)
        return lifecycle.perform(
            call.who, job_id, command, call.now, occurred_at=occurred_at, if_match=call.if_match
        )

    view.__name__ = str(action)
    view.__doc__ = f"{ASKS[action].name}。回答为工单的新状态与接下来可做的操作。"
    return view


for _action, _path in PATHS.items():
    _in_path = tuple(name for name in ("charge_id", "complaint_id") if f"<id:{name}>" in _path)
    if _action == Action.ACCEPT:  # here an agent takes a call: dealers accept offers
        _in_path = ("offer_id",)
    route(
        area,
        "POST",
        f"/jobs/<id:job_id>/{_path}",
        permission=f"job:{_action}",
        body=body_of(_action, _in_path),
        answer=Acted,
        errors=REFUSALS,
        summary=ASKS[_action].name,
    )(_perform(_action))


@route(
    area,
    "GET",
    "/jobs",
    permission="job:read",
    query=JobQuery,
    answer=Page[JobLine],
    errors=(422,),
    summary="工单列表",
)
def job_list(call: Call, query: Mapping[str, Any]) -> Page[JobLine]:
    """Jobs within the caller's horizon, newest first; of a `queue` what waits longest first."""
    filters = Filters(**{name: query.get(name) for name in Filters.__slots__})
    kinds = (int,) if filters.queue is None else (datetime, int)
    found = jobs.listed(call.who, filters, paging.key(query["cursor"], *kinds), query["limit"] + 1)
    return paging.page(found, query["limit"], lambda line: jobs.key_of(line, filters))


@route(
    area, "GET", "/jobs/<id:job_id>", permission="job:read", answer=JobPage, errors=(404,), summary="工单详情"
)
def job_page(call: Call, job_id: int) -> JobPage:
    """One job with everything this caller may know, and `available_actions`."""
    return jobs.page(call.who, job_id, call.now)


@route(
    area,
    "GET",
    "/jobs/<id:job_id>/events",
    permission="job:read_events",
    answer=Page[EventLine],
    errors=(404,),
    summary="工单事件链",
)
def job_events(call: Call, job_id: int) -> Page[EventLine]:
    """The hash-chained events, first to last."""
    return Page(jobs.events(call.who, job_id), None)


@route(
    area,
    "GET",
    "/jobs/<id:job_id>/voices",
    permission="job:read_voices",
    answer=Voices,
    errors=(404,),
    summary="客户的投诉、异议与结果",
)
def job_voices(call: Call, job_id: int) -> Voices:
    """What the customer said, what agents answered and how it ended. What dealers answer is for the agents."""
    return voices.voices(call.who, job_id)


@route(
    area,
    "GET",
    "/jobs/<id:job_id>/windows",
    permission="job:read",
    answer=Page[FreeWindow],
    errors=(404,),
    summary="可预约时段",
)
def job_windows(call: Call, job_id: int) -> Page[FreeWindow]:
    """The windows of the next days that the dealer and the installer really have."""
    return Page(windows.free(call.who, job_id, call.now), None)


@route(
    area,
    "POST",
    "/jobs/<id:job_id>/return-visits",
    permission="job:return_visit",
    answer=ReturnVisit,
    status=201,
    errors=(404, 409),
    summary="安排电话回访",
)
def call_later(call: Call, job_id: int) -> ReturnVisit:
    """A call about a job that is done; one at a time."""
    return return_visits.create(call.who, job_id, call.now)


@route(
    area,
    "GET",
    "/return-visit-questions",
    permission="job:record_answers",
    answer=Page[Question],
    summary="回访问题",
)
def call_questions(call: Call) -> Page[Question]:
    """What is asked, in this order."""
    return Page(tuple(QUESTIONS), None)
