"""`python -m wechat.stand_in`: a local WeChat until Ctrl-C."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import threading
from pathlib import Path

from wechat.stand_in import setup
from wechat.stand_in.server import StandIn


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="wechat.stand_in", description="A local stand-in for WeChat.")
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--control-port", type=int, default=0, help="stays open while `down` is on")
    parser.add_argument("--key", required=True, help="X-Sim-Key of the control plane")
    parser.add_argument("--app-id", default="wxdemo0000000001")
    parser.add_argument("--app-secret", default="demo-app-secret")
    parser.add_argument("--push-url", default="", help="where message pushes go")
    parser.add_argument("--push-token", default="")
    parser.add_argument("--push-aes-key", default="", help="43 characters")
    parser.add_argument("--push-format", choices=["json", "xml"], default="json")
    parser.add_argument("--setup", type=Path, help="JSON file with apps and users")
    return parser.parse_args()


def main() -> int:
    """Serve until SIGINT or SIGTERM. 2 when the address cannot be used."""
    given = _arguments()
    push = {
        "url": given.push_url,
        "token": given.push_token,
        "aes_key": given.push_aes_key,
        "format": given.push_format,
    }
    try:
        sim = StandIn(key=given.key, host=given.host, port=given.port, control_port=given.control_port)
        app = {"appid": given.app_id, "secret": given.app_secret, "push": push}
        setup.apply(sim.world, {"apps": [app]})
        if given.setup:
            setup.apply(sim.world, json.loads(given.setup.read_text("utf-8")))
        sim.start()
    except (OSError, ValueError, TypeError, KeyError) as wrong:
        sys.stderr.write(f"wechat stand-in cannot start: {wrong}\n")
        return 2
    sys.stdout.write(f"wechat stand-in on {sim.base_url} (inbox page there), control on {sim.control_url}\n")
    sys.stdout.flush()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    ended.wait()
    sim.stop()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
