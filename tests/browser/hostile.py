"""Texts that would like to be more than text, sent wherever the contract takes a free text from outside the brand.

The fields are found, not listed: every text of every body whose schema lets a payload pass. It is posted by those whose
role may, in a state of the job that allows it: first as a spreadsheet's formula, then as markup, which stays.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import orjson
from marshmallow import Schema, ValidationError, fields
from openpyxl import load_workbook

from api.described import Declared
from api.files import CSV, XLSX
from api.schemas import base
from api.schemas.jobs import Words
from domain.actors import Role
from domain.job import Kind
from domain.lifecycle import TABLES
from domain.permissions import Standing
from services import order_imports
from tests.api.bodies import example
from tests.api.guises import Guise
from tests.api.matrix import OWN, Matrix, converters, filled, run
from tests.api.realms import KINDS
from tests.rows import rows

# The longest that fits is sent; `{}` tells where it was said, as q12q.
MARKUP = (
    "javascript:pwned()//\"'><img id=pwned src=/pwned onerror=pwned()><script>pwned()</script>{{{{7*7}}}}q{}q",
    "<svg onload=pwned() id=pwned>q{}q",
    "<b id=pwned>q{}q",
    "<b id=pwned>",
)
FILE = 0  # where a file's name stands: q0q
FORMULA = ("=1+1<img id=pwned src=/pwned onerror=pwned()>q{}q", "=1+1q{}q")
OUTSIDE = frozenset(
    {Role.CUSTOMER, Role.INSTALLER, Role.DISPATCHER, Role.DEALER_OWNER}
    | {Standing.SHOP, Standing.PUBLIC, Standing.GUEST}
)
# Secrets and codes: compared, spent or hashed, kept and shown nowhere.
SECRET = frozenset({"session:create", "me:secure", "me:bind"})
RECKONED = re.compile(r"-(?![\d.]+$)")  # a negative number is one
VISIT = TABLES[Kind.INSTALL]
REASONS = 6  # of a choice, as many are tried

# What a rule of the domain asks of a body beside its schema.
WINDOW = {"start": "2026-03-03T02:00:00Z", "end": "2026-03-03T04:00:00Z"}
VALUES = {"window": WINDOW, "next_contact_at": WINDOW["start"], "phone": "13912340000"}
VALUES["state"] = "paid"
VALUES |= dict.fromkeys(("ordered_at", "paid_at", "delivered_at"), "2026-03-02T01:00:00Z")
BESIDE: dict[str, dict[str, Any]] = {
    "job:suspend": {"next_contact_at": WINDOW["start"]},
    "job:submit": {"serial_numbers": ["SN-00001"]},
    "service:request": {"order_line_id": 1},
    "declaration:make": {"year": 2025},
}
# The state that a deed needs; a job's action has its status from the lifecycle's own table.
CHARGED = "UPDATE charge SET status = '{}', settled_at = created_at, decided_at = created_at"
NO_CHARGE = "UPDATE charge SET status = 'refused'"
STATES = {
    "job:dispute_charge": CHARGED.format("approved"),
    "job:contest_charge": CHARGED.format("disputed") + ", disputed_at = created_at",
    "job:concede_charge": CHARGED.format("disputed") + ", disputed_at = created_at",
    "job:confirm": f"{NO_CHARGE}; UPDATE complaint SET closed_at = opened_at, verdict = 'upheld'",
    "job:submit": NO_CHARGE,
    "job:supplement": "UPDATE job SET audit = 'evidence_asked'",
    "bank_account:propose": "UPDATE bank_account SET state = 'refused'",
}
STATEFUL = ("job", "offer", "charge", "complaint")
STAYS = frozenset({"id", "event_seq", "event_hash", "version", "note_id"})
AS_REPLICA = "SET session_replication_role = replica; {}; RESET session_replication_role"

Place = tuple[str | int, ...]
Where = tuple[str, str]  # permission, dotted place


@dataclass
class Said:
    """What became of the texts."""

    stored: dict[Where, str] = field(default_factory=dict)  # the text as it was sent
    refused: dict[Where, str] = field(default_factory=dict)  # in which words


def texts(schema: Schema, at: Place = ()) -> Iterator[tuple[Place, base.PlainText]]:
    """Where a body takes text."""
    for name, one in schema.fields.items():
        inner, place = (one.inner, (*at, name, 0)) if isinstance(one, fields.List) else (one, (*at, name))
        if isinstance(inner, fields.Nested):
            yield from texts(inner.schema, place)
        elif isinstance(inner, base.PlainText):
            yield place, inner


def fitting(one: base.PlainText, wishes: Sequence[str], number: int) -> str | None:
    """The longest of these texts that the field takes."""
    for text in (wish.format(number) for wish in wishes):
        try:
            one.deserialize(text)
        except ValidationError:
            continue
        return text
    return None


class Mouth:
    """Says it everywhere."""

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        self.said = Said()
        self._back = AS_REPLICA.format("; ".join(map(_put_back, STATEFUL)))
        self._count = 0
        objects = matrix.mine.objects
        self._ids = {
            "photo_id": objects["photo"],
            "installer_id": objects["person"],
            "job_id": objects["job"],
        }
        self._ids |= {"channel_id": matrix.mine.channel_id}

    def everywhere(self) -> Said:
        """Every route that somebody outside the brand may call; afterwards the jobs stand as before."""
        for declared, rule in self.matrix.routes():
            if declared.body and OUTSIDE & declared.holders and declared.permission not in SECRET:
                places = list(texts(declared.body))
                for wishes in (FORMULA, MARKUP):
                    self._say(declared, rule, self._fitted(places, wishes))
        for declared, rule in self.matrix.routes():
            if declared.is_form and "file" in declared.body.fields:
                self._upload(declared, rule)
        while number := order_imports.claim_next(self.matrix.mine.world.now):
            order_imports.run_import(number, self.matrix.mine.world.now)
        run(self._back)
        return self.said

    def _upload(self, declared: Declared, rule: str) -> None:
        """Our own template, every cell of its example hostile, under a name that is too."""
        client = self.matrix.app.test_client(use_cookies=False)
        who = self.matrix.knocking(declared)[-1]
        template = client.get(f"{rule}/template.csv", headers=who.headers("GET", "", b"", 0))
        if template.status_code == 200:
            heads, *_ = csv.reader(io.StringIO(template.data.decode("utf-8-sig")))
            table = io.StringIO()
            csv.writer(table).writerows([heads, [FORMULA[0].format(0)] * len(heads)])
            file = (io.BytesIO(table.getvalue().encode("utf-8-sig")), MARKUP[1].format(FILE) + ".csv")
            body = {**self._body(declared, {}, 0), "file": file}
            taken = self._post(who, declared, rule, body)
            assert taken.status_code < 300, (rule, taken.text)
            for name in {
                converters(one)[0] for _, one in self.matrix.routes() if one.startswith(f"{rule}/<")
            }:
                self.matrix.mine.objects[KINDS[name]] = taken.json["id"]  # its bad rows are a file to fetch

    def _fitted(self, places: list[tuple[Place, base.PlainText]], wishes: Sequence[str]) -> dict[Place, str]:
        found = {}
        for place, one in places:
            self._count += 1
            if text := fitting(one, wishes, self._count):
                found[place] = text
        return found

    def _say(self, declared: Declared, rule: str, said: dict[Place, str]) -> None:
        """All of a body at once; where that is refused, one after another, then what was heard together."""
        if said and not self._heard(declared, rule, said) and len(said) > 1:
            heard = {
                place: text for place, text in said.items() if self._heard(declared, rule, {place: text})
            }
            self._count += 1
            self._heard(declared, rule, heard)

    def _heard(self, declared: Declared, rule: str, said: dict[Place, str]) -> bool:
        """By each who may call, in the first state and with the first reason that are good for it."""
        places = {(declared.permission, ".".join(map(str, place))): text for place, text in said.items()}
        done = False
        for who in [one for one in self.matrix.knocking(declared) if one.caller in OUTSIDE] or [None]:
            for status, turn in product(_statuses(declared), range(REASONS)):
                self._prepare(declared, status)
                answer = self._post(who, declared, rule, self._body(declared, said, turn))
                if answer.status_code < 300:
                    done = True
                    break
                for where in places:
                    self.said.refused[where] = f"{answer.status_code} {answer.text[:200]}"
        if done:
            self.said.stored |= places
        for where in self.said.stored.keys() & places.keys():
            self.said.refused.pop(where, None)
        return done

    def _prepare(self, declared: Declared, status: str | None) -> None:
        """Jobs, offers, charges and complaints as they were, then as the deed needs them; what was said stays."""
        steps = [self._back, STATES.get(declared.permission, "")]
        steps += [f"UPDATE job SET status = '{status}' WHERE id = {self._ids['job_id']}"] if status else []
        run(AS_REPLICA.format("; ".join(filter(None, steps))))

    def _body(self, declared: Declared, said: dict[Place, str], turn: int) -> dict[str, Any]:
        """What is required and what holds the texts, each choice at its `turn`-th value."""
        assert declared.body is not None
        whole, names = example(declared.body, whole=True), {place[0] for place in said}
        body = {
            name: whole[name] for name, one in declared.body.fields.items() if one.required or name in names
        }
        _fill(body, {**VALUES, **self._ids, "number": f"A-{self._count}"})
        body |= deepcopy(BESIDE.get(declared.permission, {}))
        for name in body:
            one = declared.body.fields[name]
            choices = one.words if isinstance(one, Words) else getattr(one, "values", None)
            if choices:
                body[name] = choices[turn % len(choices)]
        for place, text in said.items():
            inner: Any = body
            for step in place[:-1]:
                inner = inner[step]
            inner[place[-1]] = text
        return body

    def _post(self, who: Guise | None, declared: Declared, rule: str, body: dict[str, Any]) -> Any:
        matrix = self.matrix
        own = {name: matrix.value(who or matrix.callers[0], name, OWN) for name in converters(rule)}
        path = filled(rule, own)
        raw = b"" if declared.is_form else orjson.dumps(body)
        now = matrix.app.extensions["clock"]().timestamp()
        sent: dict[str, Any] = {"headers": who.headers(declared.method, path, raw, now) if who else {}}
        sent |= (
            {"data": body, "content_type": "multipart/form-data"}
            if declared.is_form
            else {"data": raw, "content_type": "application/json"}
        )
        client = matrix.app.test_client(use_cookies=False)
        return client.open(path, method=declared.method, buffered=True, **sent)


def _fill(inner: Any, values: dict[str, Any]) -> None:
    """Put known values under their names, however deep."""
    for name in inner if isinstance(inner, dict) else ():
        if name in values:
            inner[name] = values[name]
        for one in inner[name] if isinstance(inner[name], list) else [inner[name]]:
            _fill(one, values)


def _put_back(table: str) -> str:
    """A statement that makes the kept rows of a table what they were, but for what chains and texts hang on."""
    named = "SELECT * FROM information_schema.columns WHERE table_schema = 'public' AND table_name = :t"
    names = [row.column_name for row in rows(named, t=table) if row.column_name not in STAYS]
    values = ", ".join(f'"{name}" = was."{name}"' for name in names)
    return f'UPDATE public."{table}" now SET {values} FROM kept."{table}" was WHERE was.id = now.id'


def _statuses(declared: Declared) -> list[str | None]:
    """Where an action of a job may be done; None alone where it is none."""
    action = declared.permission.removeprefix("job:")
    return [status for status, name in VISIT if name == action] or [None]


def files(matrix: Matrix) -> Iterator[tuple[str, list[str]]]:
    """Every table that anybody may fetch, and the cells in it that a spreadsheet would reckon out."""
    for declared, rule in matrix.routes():
        kinds = set(declared.media.split(", ")) & {CSV, XLSX}
        if not kinds or declared.method != "GET":
            continue
        for who in matrix.knocking(declared):
            own = {name: matrix.value(who, name, OWN) for name in converters(rule)}
            path = filled(rule, own)
            if "format" in (declared.query.fields if declared.query else ()):
                path += "?format=xlsx"
            client = matrix.app.test_client(use_cookies=False)
            answer = client.get(path, headers=who.headers("GET", path, b"", 0), buffered=True)
            if answer.status_code == 200:
                yield f"{rule} as {who.name}", list(_formulas(answer.data, answer.mimetype))


def _formulas(data: bytes, media: str) -> Iterator[str]:
    if media == XLSX:
        cells = (cell for sheet in load_workbook(io.BytesIO(data)) for line in sheet for cell in line)
        yield from (str(cell.value) for cell in cells if cell.data_type == "f")
    else:
        cells = (cell for line in csv.reader(io.StringIO(data.decode("utf-8-sig"))) for cell in line)
        yield from (cell for cell in cells if cell[:1] in ("=", "+", "@", "\t", "\r") or RECKONED.match(cell))
