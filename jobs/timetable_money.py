"""The timetable of money: what is posted, drawn up, checked and previewed, and when."""

from __future__ import annotations

from jobs.task import DAY, Task

MONEY: tuple[Task, ...] = (
    Task("fees", "2-59/5 * * * *", "services.fees:run_fees", "soon after each closing"),
    Task(
        "profit_share", "3-59/5 * * * *", "services.profit_shares:run", "a minute after the fees it rests on"
    ),
    Task(
        "statements",
        "10 3 1-3 * *",
        "jobs.drains:last_months_statements",
        "last month's; thrice, for jobs closed on its last evening and should the first one fail",
        late=DAY,
    ),
    Task(
        "statement_silence",
        "40 3 * * *",
        "services.statements:silence_confirms",
        "days count, not hours",
        late=DAY,
    ),
    Task(
        "penalties", "20 2 * * *", "services.penalties:post_due", "last month's come into this one", late=DAY
    ),
    Task("year_end", "30 2 * * 1", "services.year_end:run", "last year's, as sales are verified", late=DAY),
    Task(
        "balances",
        "*/5 * * * *",
        "services.balances:fold",
        "who reads a balance adds what came since: minutes of it, not days",
    ),
    Task(
        "balance_check",
        "52 4 * * *",
        "services.balances:check",
        "reads the whole ledger; a balance that differs is an alarm",
        late=DAY,
    ),
    Task(
        "payout_check",
        "56 4 * * *",
        "services.payout_check:check",
        "ledger, batches and the banks' answers side by side; what differs is an alarm",
        late=DAY,
    ),
    Task(
        "wechat_bills",
        "*/10 * * * * *",
        "services.wechat_bills:work",
        "somebody waits for his money; nothing due costs one look at an index",
    ),
    Task(
        "wechat_days",
        "40 10,14,18 * * *",
        "services.wechat_days:fetch",
        "WeChat has yesterday's bills by ten; again for those it had not",
        late=DAY,
    ),
    Task(
        "fee_previews",
        "*/5 * * * * *",
        "services.fee_previews:work",
        "who has just asked looks on; nothing asked costs one look at an index",
    ),
)
