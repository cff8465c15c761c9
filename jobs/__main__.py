"""`python -m jobs`: the runner, in a process of its own. Several may live; one does each tick."""

from __future__ import annotations

import sys

from jobs.runner import main

if __name__ == "__main__":
    sys.exit(main())
