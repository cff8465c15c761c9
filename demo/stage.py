"""What the story plays on: the product's address, the stand-in's taps, and the clock that both read.

Everything comes from the environment that `make run` gives its programs (`demo/environment.py`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from demo import merchant
from demo.caller import Json, Line
from demo.telling import Telling
from domain.notices import CLAIM_PAGE, INBOX_PAGE, JOB_PAGE, SUBSCRIBE
from services.times import MovedClock
from wechat.stand_in.remote import Remote


@dataclass
class Stage:
    """`var` is the demo's folder, `people` the file of who is in the stand-in; app and merchant are the demo's own."""

    line: Line
    sim: Remote
    clock: MovedClock
    tell: Telling
    var: Path
    people: Path
    sms_log: Path
    app_id: str
    merchant: Json

    @property
    def now(self) -> datetime:
        """The moment it is for everybody."""
        return self.clock()

    def move_to(self, moment: datetime) -> None:
        """Let time pass, for the product and for WeChat; never backwards."""
        if moment > self.clock():
            self.clock.move_to(moment)
        self.keep_pace()

    def keep_pace(self) -> None:
        """WeChat's clock follows ours: its pushes carry the time, and a stand-in started anew begins at today."""
        theirs = datetime.fromisoformat(self.sim.call("GET", "clock")["now"])
        behind = (self.clock() - theirs).total_seconds()
        if behind > 1:
            self.sim.advance(behind)

    def open_wechat(self) -> None:
        """Publish the mini-program's pages and templates and the merchant in the stand-in, which forgets them."""
        pages = [JOB_PAGE, INBOX_PAGE, CLAIM_PAGE]
        templates = [
            {"id": name, "title": line.title, "keys": {key: label for key, label, _ in line.fields}}
            for name, line in SUBSCRIBE.items()
        ]
        self.sim.setup(apps=[{"appid": self.app_id, "name": "妥装", "pages": pages, "templates": templates}])
        self.sim.merchant(**self.merchant)
        self.keep_pace()


def from_environment(environ: Mapping[str, str] = os.environ, *, quiet: bool = False) -> Stage:
    """The stage as `make run` has set it."""
    app_id = environ["WECHAT_APP_ID"]
    clock_file = Path(environ["CLOCK_FILE"])
    return Stage(
        line=Line(environ["PUBLIC_URL"].rstrip("/"), int(environ.get("STORY_STUTTER") or 1)),
        sim=Remote(environ["STANDIN_URL"], environ["SIM_KEY"], app_id),
        clock=MovedClock(clock_file),
        tell=Telling(quiet),
        var=clock_file.parent,
        people=Path(environ["STANDIN_SETUP"]),
        sms_log=Path(environ["SMS_LOG"]),
        app_id=app_id,
        merchant=merchant.account(environ),
    )
