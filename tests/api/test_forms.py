"""Multipart bodies: the short way and werkzeug's read the same, and the short way is taken for what phones send."""

from __future__ import annotations

import io
from typing import Any

import pytest
from werkzeug.formparser import FormDataParser

from api.forms import WHOLE, Forms

PICTURE = bytes(range(256)) * 40 + b"\r\n--\r\n--boun\n\r\n"


def part(name: str, content: bytes, more: str = "", headers: str = "") -> bytes:
    head = f'--bound\r\nContent-Disposition: form-data; name="{name}"{more}{headers}\r\n\r\n'
    return head.encode() + content + b"\r\n"


FILE = part("file", PICTURE, '; filename="p.jpg"', "\r\nContent-Type: image/jpeg")
END = b"--bound--\r\n"
PHONES = {
    "words and a picture": part("slot", b"site") + part("note", "好".encode()) + FILE + END,
    "no end of line at the end": part("slot", b"site") + FILE + b"--bound--",
    "a file without a type": part("file", PICTURE, '; filename="wx tmp_1.jpg"') + END,
    "a word twice": part("slot", b"a") + part("slot", b"b") + END,
    "an empty word": part("slot", b"") + END,
}
ODD = {
    "a name in Chinese": part("照片", b"x") + FILE + END,
    "a name with an escape": part("a%22b", b"x") + END,
    "a file's name in Chinese": part("file", PICTURE, '; filename="照片.jpg"') + END,
    "no quotes": b"--bound\r\nContent-Disposition: form-data; name=slot\r\n\r\nx\r\n" + END,
    "another header": part("slot", b"x", headers="\r\nX-More: 1") + END,
    "a charset": part("slot", b"\xc4\xe3", headers="\r\nContent-Type: text/plain; charset=gbk") + END,
    "bytes that are no text": part("slot", b"\xff\xfe") + END,
    "line feeds": (part("slot", b"x") + END).replace(b"\r\n", b"\n"),
    "words before the first part": b"hello\r\n" + part("slot", b"x") + END,
    "words after the last part": part("slot", b"x") + END + b"hello",
    "spaces after the boundary": b"--bound  \r\n" + part("slot", b"x")[9:] + END,
    "a boundary within a picture": part("file", b"x\n--bound\r\ny", '; filename="p.jpg"') + END,
    "cut in the middle": FILE[:200],
    "no part": END,
    "nothing": b"",
    "a part without content": b"--bound\r\n--bound--",
}


def read(kind: type[FormDataParser], body: bytes) -> Any:
    """What a parser makes of a body: fields and files, or the kind of its refusal."""
    parser = kind(max_form_memory_size=500_000, max_form_parts=1000)
    try:
        _, form, files = parser.parse(
            io.BytesIO(body), "multipart/form-data", len(body), {"boundary": "bound"}
        )
    except Exception as refusal:
        return type(refusal)
    told = [(name, f.filename, f.content_type, f.read()) for name, f in files.items(multi=True)]
    return list(form.items(multi=True)), told


@pytest.mark.parametrize("name", PHONES)
def test_what_phones_send_is_read_at_once_and_as_werkzeug_reads_it(name: str) -> None:
    """The picture's bytes may look like a boundary, but are none."""
    assert (
        Forms(max_form_memory_size=500_000, max_form_parts=1000)._plain(PHONES[name], b"--bound") is not None
    )
    assert read(Forms, PHONES[name]) == read(FormDataParser, PHONES[name])


@pytest.mark.parametrize("name", ODD)
def test_what_is_odd_is_left_to_werkzeug(name: str) -> None:
    """Nothing is guessed: whoever writes otherwise is read as before."""
    assert Forms(max_form_memory_size=500_000, max_form_parts=1000)._plain(ODD[name], b"--bound") is None
    assert read(Forms, ODD[name]) == read(FormDataParser, ODD[name])


@pytest.mark.parametrize(
    "body",
    [part("slot", b"x" * 500_001) + END, part("slot", b"x") * 1001 + END, part("a", bytes(WHOLE)) + END],
    ids=["too long a word", "too many parts", "beyond what is held"],
)
def test_too_much_is_refused_as_before(body: bytes) -> None:
    """The limits are werkzeug's."""
    refused = read(FormDataParser, body)
    assert isinstance(refused, type)
    assert read(Forms, body) is refused
