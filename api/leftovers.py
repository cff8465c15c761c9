"""What a refused request still has on its way: it is read, so that the client gets to see the refusal.

A refusal often comes before the body was read (no session, the database away). Closing a connection on which bytes
are still arriving resets it, and a phone in the middle of a photo would see "broken pipe" in place of "come again".
gunicorn itself reads on for 64 KiB only.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

MOST = 32 * 1024 * 1024  # more than any route takes
PATIENCE_S = 5.0  # a client that dawdles holds a thread no longer than gunicorn's own reading on would
CHUNK = 256 * 1024


def read_on(environ: WSGIEnvironment) -> None:
    """Read what is left of the body under gunicorn, within `MOST` bytes and `PATIENCE_S`; never raises."""
    socket, end, left = environ.get("gunicorn.socket"), time.monotonic() + PATIENCE_S, MOST
    if socket is None or (
        environ.get("CONTENT_LENGTH", "0") == "0" and "HTTP_TRANSFER_ENCODING" not in environ
    ):
        return
    try:
        while left > 0 and (patience := end - time.monotonic()) > 0:
            socket.settimeout(patience)
            read = len(environ["wsgi.input"].read(CHUNK))
            if not read:
                return
            left -= read
    except (OSError, ValueError):  # timed out, gone, or a body that breaks off: nobody is there to be told
        return
    finally:
        socket.settimeout(None)
