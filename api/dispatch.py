"""Dispatch as agents read it, jobs at one door, and what dealers and admins set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api import routes
from api.paging import Page
from api.routes import Call, route
from api.schemas.dispatch import DispatchRuleBody, WishesBody
from services import dealers, dispatch_settings
from services.dispatch_settings import RuleGiven, Wish
from services.parts.changed import Changed
from services.queries import dispatch, same_door
from services.queries.dispatch import JobDispatch
from services.queries.same_door import Neighbour

area = routes.area("dispatch", "派单规则")


@route(
    area,
    "GET",
    "/jobs/<id:job_id>/dispatch",
    permission="dispatch:read",
    answer=JobDispatch,
    errors=(404,),
    summary="派单经过",
)
def job_dispatch(call: Call, job_id: int) -> JobDispatch:
    """Every offer with its funnel: which dealers were looked at, who was in or out, and why, step by step."""
    return dispatch.of_job(call.who, job_id, call.now)


@route(
    area,
    "GET",
    "/jobs/<id:job_id>/same-door",
    permission="job:read",
    answer=Page[Neighbour],
    errors=(404,),
    summary="同一地址的工单",
)
def job_same_door(call: Call, job_id: int) -> Page[Neighbour]:
    """Jobs that could be done in the same visit, for one remote fee."""
    return Page(same_door.beside(call.who, job_id, call.now), None)


@route(
    area,
    "GET",
    "/dealers/<id:dealer_id>/auto-accept",
    permission="dealer:read",
    answer=Page[Wish],
    errors=(404,),
    summary="自动接单设置",
)
def wishes(call: Call, dealer_id: int) -> Page[Wish]:
    """By category; what is not named follows the dealer's own setting."""
    dealers.own_dealer(call.who, dealer_id)
    return Page(dispatch_settings.wishes(dealer_id), None)


@route(
    area,
    "POST",
    "/dealers/<id:dealer_id>/auto-accept",
    permission="dealer:plan",
    body=WishesBody,
    answer=Changed,
    errors=(404, 422),
    summary="设置自动接单",
)
def wishes_set(call: Call, body: Mapping[str, Any], dealer_id: int) -> Changed:
    """Take a category's jobs at once, while there is room on the asked days; the others stay to be answered."""
    dealers.own_dealer(call.who, dealer_id)
    return dispatch_settings.set_wishes(dealer_id, body["lines"], call.now)


@route(
    area,
    "GET",
    "/dispatch-rules",
    permission="dispatch:read",
    answer=Page[RuleGiven],
    summary="派单规则",
)
def rules(call: Call) -> Page[RuleGiven]:
    """Categories not named: one dealer at a time, two service hours."""
    return Page(dispatch_settings.rules(), None)


@route(
    area,
    "POST",
    "/dispatch-rules",
    permission="dispatch_rule:write",
    body=DispatchRuleBody,
    answer=RuleGiven,
    errors=(422,),
    summary="设置派单规则",
)
def rule_set(call: Call, body: RuleGiven) -> RuleGiven:
    """For one category, for offers made from now on."""
    return dispatch_settings.set_rule(body, call.now)
