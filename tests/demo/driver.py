"""A small `make run` for tests, run as a process: two web children with grandchildren, then it stays.

`python -m tests.demo.driver VAR PORT [story exit status]`
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from demo.__main__ import say, serve
from demo.doors import only_one, port_from, status_of
from demo.plan import Once, Service, Step
from demo.processes import Program, StartFailed, Stopped, heed_signals

# Starts two grandchildren, one of which leaves the process group, and notes all three ids before it answers.
WEB = """
import http.server, os, pathlib, subprocess, sys
stays = subprocess.Popen(["sleep", "300"])
leaves = subprocess.Popen(["sleep", "300"], start_new_session=True)
fresh = pathlib.Path(sys.argv[2] + ".new")
fresh.write_text(f"{os.getpid()} {stays.pid} {leaves.pid}")
fresh.replace(sys.argv[2])
http.server.test(http.server.SimpleHTTPRequestHandler, port=int(sys.argv[1]), bind="127.0.0.1")
"""


def plan(var: Path, port: int, story_status: str) -> list[Step]:
    """A web child behind a door, and a story that ends as asked."""
    web = Program("web", (sys.executable, "-c", WEB, str(port), str(var / "pids")))
    story = Program("story", (sys.executable, "-c", f"raise SystemExit({story_status})"))
    address = f"http://127.0.0.1:{port}"
    return [
        Service(web, lambda: status_of(address) == 200, "web", address, ("127.0.0.1", port, "PORT")),
        Once(story, "story", vital=False),
    ]


def main() -> int:
    """As `demo.__main__.main`, without a database."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests themselves may run under nohup
    heed_signals()
    var, port = Path(sys.argv[1]), port_from(sys.argv[2], "PORT")
    try:
        with only_one(var / "run.lock", f"http://127.0.0.1:{port}"):
            return serve(var, plan(var, port, (sys.argv[3:] or ["0"])[0]), dict(os.environ), None, stay=True)
    except StartFailed as trouble:
        say(f"✗ {trouble}")
        return 1
    except Stopped:
        return 0


if __name__ == "__main__":
    sys.exit(main())
