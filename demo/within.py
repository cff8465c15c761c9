"""One of our commands with the running demo's settings: `python -m demo.within services.verify`."""

from __future__ import annotations

import os
import sys

from demo.environment import environment
from demo.plan import Choices
from demo.psql import ROOT, demo_address


def main() -> None:
    """Become `python -m` with the arguments given."""
    choices = Choices.read(os.environ)
    settings = environment(
        ROOT / "var", demo_address(), choices.host, choices.port, choices.stand_in_port, os.environ
    )
    os.execve(sys.executable, [sys.executable, "-m", *sys.argv[1:]], settings)  # noqa: S606 - our own program


if __name__ == "__main__":
    main()
