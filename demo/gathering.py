"""`python -m demo.gathering`: the dealers' people invited and bound where no story does it (`make run STORY=none`)."""

from __future__ import annotations

import sys

from demo.stage import from_environment
from demo.world import gather, office


def main() -> int:
    """Who is bound already only signs in; says in a line each who came."""
    stage = from_environment()
    gather(stage, office(stage))
    return 0


if __name__ == "__main__":
    sys.exit(main())
