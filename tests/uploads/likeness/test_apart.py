"""OpenCV stays out of the processes that have no room for it."""

from __future__ import annotations

import subprocess
import sys

from tests.architecture.source import ROOT


def test_a_web_worker_never_loads_opencv_or_numpy() -> None:
    """They take 70 MB of the worker's 150; the decoding helpers and the runner have their own memory."""
    program = "import sys, api.app, uploads.decode; print([n for n in ('cv2', 'numpy') if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
