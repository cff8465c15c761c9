"""What runs when, as data. Times are Asia/Shanghai; six fields begin with seconds, five with minutes.

Each function takes `now`, or `now - ago`, and returns what it counted. All of them are harmless when run again and
do what is owed, so a tick that is missed costs time and nothing else; `late` says how long after its slot a tick
is still worth running, also after a restart.
"""

from __future__ import annotations

from datetime import timedelta

from jobs.task import DAY, Task
from jobs.timetable_money import MONEY

TIMETABLE: tuple[Task, ...] = (
    # orders and dispatch
    Task(
        "order_imports", "*/5 * * * * *", "jobs.drains:imports", "somebody has just uploaded it and looks on"
    ),
    Task(
        "dispatch",
        "*/10 * * * * *",
        "services.dispatching:dispatch_batch",
        "a new job finds its dealer at once",
    ),
    Task(
        "dispatch_waiting",
        "13 * * * *",
        "services.dispatching:dispatch_waiting",
        "room comes back by cancelled visits and by new days: hourly",
    ),
    Task(
        "expire_offers", "*/30 * * * * *", "services.dispatching:expire_offers", "the next dealer is waiting"
    ),
    Task(
        "evening_check",
        "0,20,40 18-19 * * *",
        "services.evenings:evening_check",
        "18:00 the evening before; again, for bookings made meanwhile and should the first one fail",
        late=timedelta(hours=4),
    ),
    Task(
        "unknown_delivery",
        "5 9 * * *",
        "services.evenings:unknown_delivery",
        "agents ask by day",
        late=DAY,
    ),
    Task("next_contacts", "*/5 * * * *", "services.evenings:next_contacts_due", "a call was promised"),
    # time passing for jobs
    Task("sla", "* * * * *", "services.clocks:raise_levels", "a level is known within a minute"),
    Task(
        "auto_confirm", "* * * * *", "services.sweeps:auto_confirm", "nothing due costs one look at an index"
    ),
    Task(
        "confirm_reminders",
        "*/10 * * * *",
        "services.sweeps:confirm_reminders",
        "24 and 40 hours, give or take ten minutes",
    ),
    Task(
        "audit_draws",
        "1-59/5 * * * *",
        "services.audit_draws:draw_confirmed",
        "the auditors have three days; the photos' findings need minutes",
    ),
    Task("close", "*/5 * * * *", "services.sweeps:close_due", "only the fees wait for it"),
    Task(
        "charge_silence",
        "*/10 * * * *",
        "services.charge_sweeps:lapse_charges",
        "a day without an answer, give or take ten minutes",
    ),
    Task(
        "charge_warnings",
        "4-59/10 * * * *",
        "services.charge_sweeps:warn",
        "a fifth of a day is five hours, give or take ten minutes",
    ),
    Task(
        "charge_disputes",
        "*/10 * * * *",
        "services.charge_sweeps:end_disputes",
        "days without a word, give or take ten minutes",
    ),
    Task(
        "remote_silence",
        "27 * * * *",
        "services.charge_sweeps:rule_by_silence",
        "three days without a ruling, give or take an hour",
    ),
    Task("day_plans", "* * * * *", "jobs.routes:plan_days", "the order follows the bookings within a minute"),
    Task("promises", "25 4 * * *", "services.promises:purge", "what led to nothing is not kept", late=DAY),
    Task(
        "review_orders",
        "33 * * * *",
        "services.reviews:link_loose",
        "a review may come before the order's file",
    ),
    Task("guides", "*/5 * * * *", "services.guides:put_in_force", "a guide's day begins within minutes"),
    Task(
        "suggestions",
        "35 4 * * *",
        "services.suggestions:suggest",
        "causes are counted by the day; this month and the last",
        late=DAY,
    ),
    # telling people
    Task("notices", "*/5 * * * * *", "services.notices:drain", "who was told late was not told"),
    Task(
        "owed",
        "*/10 * * * * *",
        "jobs.drains:owed",
        "an installer who left, money to give back, photos to erase",
    ),
    Task(
        "photo_reuse",
        "*/20 * * * * *",
        "services.photo_reuse:search",
        "an installer may still be at the door; half a minute of work at a time",
    ),
    *MONEY,
    # the calendar
    Task("calendar", "3 0 * * *", "services.calendars:seed", "at a deployment's first start too", late=DAY),
    Task(
        "clock_corrections",
        "*/5 * * * * *",
        "services.corrections:work",
        "who has just corrected a rule looks on",
    ),
    Task(
        "recount",
        "7 * * * *",
        "services.clocks:recount_provisional",
        "clocks started while a year was loaded",
    ),
    Task(
        "recheck_policies",
        "9 * * * *",
        "services.clock_policies:recheck",
        "clocks started while a policy was corrected",
    ),
    Task(
        "recheck_calendar",
        "11 * * * *",
        "services.calendars:recheck",
        "clocks started while a year was corrected",
    ),
    # what need not be remembered
    Task(
        "forget_answers",
        "*/10 * * * *",
        "services.answers:forget",
        "a phone repeats itself for hours, not for days; ten thousand at a time",
        ago=3 * DAY,
    ),
    Task(
        "forget_windows", "21 * * * *", "services.limits:purge", "the longest limit counts a day", ago=2 * DAY
    ),
    Task(
        "forget_lockouts",
        "23 * * * *",
        "services.parts.lockouts:purge",
        "the longest memory is a week",
        ago=8 * DAY,
    ),
    Task(
        "forget_pushes",
        "25 * * * *",
        "services.wechat_events:purge_seen",
        "WeChat repeats in minutes",
        ago=DAY,
    ),
    Task(
        "forget_sessions",
        "31 * * * *",
        "services.sweeps:purge_sessions",
        "questions come in a quarter",
        ago=90 * DAY,
    ),
    Task(
        "forget_outbox",
        "47 * * * *",
        "services.owing:forget",
        "a complaint about a message comes within a quarter",
        ago=90 * DAY,
    ),
    Task(
        "forget_runs", "41 4 * * *", "services.runs:purge", "a fortnight to look back", ago=14 * DAY, late=DAY
    ),
    Task(
        "forget_day_plans",
        "46 4 * * *",
        "services.day_plans:purge",
        "how a day was meant to go, for a month",
        ago=31 * DAY,
        late=DAY,
    ),
    Task(
        "forget_bad_rows", "51 4 * * *", "services.order_imports:purge", "personal data of bad rows", late=DAY
    ),
    Task("forget_review_rows", "53 4 * * *", "services.reviews:purge", "personal data of bad rows", late=DAY),
    Task(
        "photo_orphans",
        "17 3 * * *",
        "services.photo_keeping:sweep_orphans",
        "reads the whole store",
        late=DAY,
    ),
    Task(
        "photo_check",
        "37 3 * * 0",
        "services.photo_checking:check",
        "evidence that is gone is an alarm; lists the whole store, so weekly",
        late=DAY,
    ),
    Task(
        "photo_move",
        "* * * * *",
        "services.photo_moving:move_some",
        "forty seconds of each minute while PHOTO_MOVING is set; one look at a setting otherwise",
    ),
    Task(
        "retention",
        "*/5 1-5 * * *",
        "services.retention:purge",
        "terms are counted in months; by night, forty seconds at a time",
        late=DAY,
    ),
)
