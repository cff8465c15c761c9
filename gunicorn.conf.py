"""gunicorn: two processes of sixteen threads, meant to stand behind a buffering proxy.

Measured: eight half-sent bodies block 2 x 4 threads for everybody; 2 x 16 goes on serving. A worker: 67 MB.
"""

import ctypes
import gc
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from prometheus_client import multiprocess

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "16"))

max_requests = 0  # workers aren't recycled: a leak is a bug to find, and recycling kills requests in flight
timeout = 60
graceful_timeout = 20
keepalive = 5
backlog = 512

# The heartbeat file must not wait for a busy disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - gunicorn unlinks it at once
# Would lie in the home folder, where two checkouts meet and some users have none.
control_socket_disable = True

# glibc gives every thread a heap of its own: with two for all, a worker is 7 MB smaller. And it keeps freed pieces as
# large as any it has seen, like the 19 MB of a password's check, unless it is told the size from which they go back.
M_ARENA_MAX, M_MMAP_THRESHOLD = -8, -3
with suppress(OSError, AttributeError):  # another C library
    ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)
    ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, 1 << 20)

accesslog = None  # the application logs each request itself, with its id and without personal data
errorlog = "-"


def on_starting(_server: object) -> None:
    """The folder in which the workers' metrics meet must exist before the first import of the client."""
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        Path(folder).mkdir(parents=True, exist_ok=True)


def post_worker_init(_worker: object) -> None:
    """What is there now stays: the collector must not walk it again and again (150 ms each time, for everybody)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 20)  # a request makes a few hundred objects, nearly none of them in a ring


def child_exit(_server: object, worker: Any) -> None:
    """A dead worker's gauges must not be counted as living."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.mark_process_dead(worker.pid)
