"""One listening socket that can be closed and opened again on the same port:
a real outage refuses connections.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

Wsgi = Callable[..., Iterable[bytes]]


class Quiet(WSGIRequestHandler):
    """Serves without writing a line per request: the journal has it all."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


class Switch:
    """Serves `app` on (host, port); port 0 is chosen at the first `up` and kept from then on."""

    def __init__(self, app: Wsgi, host: str, port: int) -> None:
        self._app = app
        self._host = host
        self._lock = threading.Lock()
        self._server: BaseWSGIServer | None = None
        self.port = port

    def up(self) -> None:
        """Listen, unless already listening. Raises OSError when the port is taken."""
        with self._lock:
            if self._server is not None:
                return
            server = self._bind()
            self.port = server.server_port
            self._server = server
            threading.Thread(
                target=server.serve_forever, args=(0.1,), name="wxsim-server", daemon=True
            ).start()

    def _bind(self) -> BaseWSGIServer:
        try:
            return make_server(self._host, self.port, self._app, threaded=True, request_handler=Quiet)
        except SystemExit:
            # werkzeug ends the program when a port is taken; a library user wants to know instead.
            raise OSError(f"cannot listen on {self._host}:{self.port}") from None

    def down(self) -> None:
        """Stop listening; requests being served are finished."""
        with self._lock:
            server, self._server = self._server, None
        if server is not None:
            server.shutdown()
            server.server_close()

    def is_down(self) -> bool:
        """Whether connections are refused."""
        return self._server is None
