"""`make forget`: removes the demo's data, photos and secrets together; one without the others is useless."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from demo import postgres
from demo.doors import only_one
from demo.places import PostgresTrouble, data_folder
from demo.processes import StartFailed

ROOT = Path(__file__).parents[1]


def main() -> int:
    """Refused while `make run` runs."""
    var = ROOT / "var"
    try:
        with only_one(var / "run.lock", "forgetting"):
            data = data_folder(var / "postgres")
            postgres.stop(data)
            shutil.rmtree(data, ignore_errors=True)
            shutil.rmtree(var)
    except (StartFailed, PostgresTrouble) as trouble:
        print(f"✗ {trouble}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
