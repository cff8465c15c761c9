"""Flask with less to do per request: what every request pays for and nothing here needs is left out.

No sessions in cookies, no hooks of blueprints, no signals, no hosts to tell apart, no coroutines, no ORM session to
tear down; answers of our own are bytes whose headers are complete when they are made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from flask import Flask, Request, Response, request
from flask.sessions import NullSession, SessionInterface
from werkzeug.datastructures import Headers
from werkzeug.routing import MapAdapter, Rule

from api import leftovers
from api.forms import Forms

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_EMPTY = NullSession()  # refuses to be written to


class NoSessions(SessionInterface):
    """Sessions are rows (`services/sessions.py`); Flask's own have no place here."""

    def open_session(self, *_: Any) -> NullSession:
        """The same for everybody: empty, and never saved."""
        return _EMPTY


class Asked(Request):
    """A request; its forms are read by `api/forms.py`."""

    form_data_parser_class = Forms


class Door(Rule):
    """A rule that compiles the code which builds its address only when asked: most of an application's start."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        made = cache(partial(super()._compile_builder, append_unknown))
        return lambda rule, **values: made()(rule, **values)


class App(Flask):
    """The application's shell. `protection` is headers on every answer, unless it has its own."""

    protection: tuple[tuple[str, str], ...] = tuple(HEADERS.items())
    session_interface = NoSessions()
    request_class = Asked
    url_rule_class = Door

    def wsgi_app(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Adds the headers where they are a plain list: through werkzeug's they cost more than a statement."""

        def start(status: str, given: list[tuple[str, str]], *trouble: Any) -> Any:
            named = {name for name, _ in given}
            missing = [pair for pair in self.protection if pair[0] not in named]
            if status >= "4":
                leftovers.read_on(environ)
            return start_response(status, given + missing, *trouble)

        return super().wsgi_app(environ, start)

    def full_dispatch_request(self) -> Response:
        """Flask's, for hooks of the application alone; nobody listens to its signals. 60 calls fewer a request."""
        try:
            told: Any
            for before in self.before_request_funcs.get(None, ()):
                before()
            asked = request._get_current_object()  # type: ignore[attr-defined]  # a proxy
            if asked.routing_exception is not None:
                self.raise_routing_exception(asked)
            told = self.view_functions[asked.url_rule.endpoint](**asked.view_args)
        except Exception as error:
            told = self.handle_user_exception(error)
        response: Response = self.make_response(told)
        for after in reversed(self.after_request_funcs.get(None, ())):
            response = after(response)
        return response

    def do_teardown_request(self, *_: Any) -> None:
        """Nothing of ours is."""

    def do_teardown_appcontext(self, *_: Any) -> None:
        """Nothing: flask-sqlalchemy's would end an ORM session that nobody here begins."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is: nothing here is a coroutine, and asking costs 55 calls a request."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Every host is ours: the map is bound to what the request knows already. Nothing outside a request."""
        if request is None:
            return super().create_url_adapter(None)
        return MapAdapter(
            self.url_map,
            request.host,
            request.root_path,
            "",
            request.scheme,
            request.path,
            request.method,
            request.query_string.decode(errors="replace"),
        )


class Complete(Headers):
    """Headers of our own making: nothing in them can break a line, so nothing is looked at."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._list = pairs


class Answer(Response):
    """Bytes at hand under complete headers: nothing is left to find out, correct or close on the way out."""

    def __init__(self, body: bytes, status: int, headers: list[tuple[str, str]]) -> None:
        length = ("Content-Length", str(len(body)))
        complete = Complete([("Content-Type", "application/json"), length, *headers])
        super().__init__([body], status, complete)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """As it stands; a HEAD the usual way."""
        if environ["REQUEST_METHOD"] == "HEAD":
            return super().__call__(environ, start_response)
        start_response(self.status, list(self.headers))
        body: Iterable[bytes] = self.response  # type: ignore[assignment]  # the list it was made of
        return body
