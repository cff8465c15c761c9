"""How a photo should look, drawn: what an installer sees beside a slot before he takes his own.

Flat shapes and no words, so that it reads on a phone and in sunlight; a green frame stands round what must be seen.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

from PIL import Image, ImageDraw

_SIZE = (960, 720)
_WALL, _FLOOR, _JOINT, _INK = "#e9edf0", "#b9a68f", "#d5dbe0", "#3b4650"
_WHITE, _METAL, _RED, _BLUE, _GREEN, _YELLOW = (
    "#fbfcfd",
    "#9aa6b0",
    "#d84a3a",
    "#2f74c0",
    "#1f9d55",
    "#f2b632",
)
_Pen = ImageDraw.ImageDraw


def drawn(category: str, slot: str) -> bytes | None:
    """The example of a slot of `demo.shelf` as a PNG; None where the words say enough."""
    draw, of = _DRAWN.get(slot, (None, ()))
    if draw is None or not category.endswith(of):
        return None
    picture = Image.new("RGB", _SIZE, _WALL)
    draw(ImageDraw.Draw(picture))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _room(pen: _Pen) -> None:
    """A tiled wall and the floor."""
    for at in range(0, 961, 120):
        pen.line((at, 0, at, 600), _JOINT, 3)
        pen.line((0, at, 960, at), _JOINT, 3)
    pen.rectangle((0, 600, 960, 720), _FLOOR)


def _frame(pen: _Pen, box: tuple[int, int, int, int]) -> None:
    """What must be seen."""
    pen.rounded_rectangle(box, 28, outline=_GREEN, width=10)


def _outlet(pen: _Pen, x: int, y: int, colour: str) -> None:
    pen.ellipse((x - 26, y - 26, x + 26, y + 26), _METAL, _INK, 4)
    pen.ellipse((x - 11, y - 11, x + 11, y + 11), colour)


def _socket(pen: _Pen, x: int, y: int) -> None:
    pen.rounded_rectangle((x, y, x + 96, y + 96), 12, _WHITE, _INK, 4)
    pen.line((x + 48, y + 22, x + 48, y + 40), _INK, 8)
    pen.line((x + 26, y + 74, x + 38, y + 56), _INK, 8)
    pen.line((x + 70, y + 74, x + 58, y + 56), _INK, 8)


def _machine(pen: _Pen, box: tuple[int, int, int, int]) -> None:
    """A water heater with its display lit."""
    pen.rounded_rectangle(box, 70, _WHITE, _INK, 5)
    middle = (box[0] + box[2]) // 2
    pen.rounded_rectangle((middle - 70, box[3] - 84, middle + 70, box[3] - 34), 10, _INK)
    for at in range(4):
        pen.rectangle((middle - 52 + 28 * at, box[3] - 70, middle - 38 + 28 * at, box[3] - 48), _YELLOW)


def _site(pen: _Pen) -> None:
    """The whole wall, the outlets and the socket on it."""
    _room(pen)
    _outlet(pen, 360, 430, _RED)
    _outlet(pen, 500, 430, _BLUE)
    _socket(pen, 700, 130)
    _frame(pen, (90, 60, 870, 580))


def _supply(pen: _Pen) -> None:
    """The socket from near."""
    pen.rounded_rectangle((280, 160, 680, 560), 40, _WHITE, _INK, 8)
    pen.line((480, 240, 480, 310), _INK, 26)
    pen.line((390, 460, 430, 390), _INK, 26)
    pen.line((570, 460, 530, 390), _INK, 26)
    _frame(pen, (220, 100, 740, 620))


def _fixings(pen: _Pen) -> None:
    """Every bolt of the hook's plate."""
    _room(pen)
    pen.rounded_rectangle((150, 260, 810, 380), 14, _METAL, _INK, 5)
    for x in (210, 390, 570, 750):
        pen.ellipse((x - 30, 290, x + 30, 350), _WHITE, _INK, 5)
        pen.line((x - 16, 320, x + 16, 320), _INK, 7)
        _frame(pen, (x - 58, 252, x + 58, 388))


def _nameplate(pen: _Pen) -> None:
    """The plate fills the picture; the number under the bars can be read."""
    pen.rectangle((0, 0, *_SIZE), _WHITE)
    pen.rounded_rectangle((90, 70, 870, 650), 24, "#dfe4e8", _INK, 6)
    pen.rectangle((140, 120, 430, 165), _INK)
    for row, width in enumerate((620, 540, 660, 480)):
        pen.rectangle((140, 210 + 46 * row, 140 + width, 228 + 46 * row), _METAL)
    for at, width in enumerate((8, 16, 8, 24, 8, 8, 16, 24, 8, 16, 8, 24, 16, 8, 8, 24, 8, 16)):
        pen.rectangle((180 + 34 * at, 430, 180 + 34 * at + width, 530), _INK)
    for at in range(12):
        pen.rectangle((200 + 48 * at, 552, 226 + 48 * at, 586), _INK)
    _frame(pen, (150, 405, 820, 610))


def _connections(pen: _Pen) -> None:
    """Both pipes from the machine to the wall, dry."""
    _room(pen)
    pen.rounded_rectangle((200, -80, 760, 190), 60, _WHITE, _INK, 5)
    for x, colour in ((380, _RED), (580, _BLUE)):
        pen.line((x, 190, x, 500), _METAL, 34)
        for y in (200, 470):
            pen.rounded_rectangle((x - 40, y, x + 40, y + 50), 10, colour, _INK, 4)
        _outlet(pen, x, 545, colour)
    _frame(pen, (300, 170, 660, 590))


def _wiring(pen: _Pen) -> None:
    """Three wires, each in its own terminal."""
    pen.rounded_rectangle((180, 300, 780, 460), 18, _WHITE, _INK, 6)
    for x, colour in ((300, "#7a4a2b"), (480, _BLUE), (660, _GREEN)):
        pen.line((x, 0, x, 330), colour, 30)
        pen.ellipse((x - 44, 336, x + 44, 424), _METAL, _INK, 5)
        pen.line((x - 24, 380, x + 24, 380), _INK, 8)
    pen.line((660, 0, 660, 330), _YELLOW, 10)
    _frame(pen, (130, 220, 830, 510))


def _running(pen: _Pen) -> None:
    """The display, lit."""
    pen.rounded_rectangle((110, 130, 850, 590), 50, _WHITE, _INK, 6)
    pen.rounded_rectangle((230, 230, 730, 490), 24, _INK)
    for left in (310, 500):
        for box in ((20, 20, 110, 40), (20, 90, 110, 110), (20, 160, 110, 180), (100, 30, 120, 170)):
            pen.rectangle((left + box[0], 260 + box[1], left + box[2], 260 + box[3]), _YELLOW)
    _frame(pen, (190, 190, 770, 530))


def _finished(pen: _Pen) -> None:
    """The whole machine in its room, seen from the door."""
    _room(pen)
    _machine(pen, (230, 120, 730, 360))
    for x, colour in ((400, _RED), (560, _BLUE)):
        pen.line((x, 362, x, 500), _METAL, 18)
        _outlet(pen, x, 515, colour)
    _frame(pen, (150, 60, 810, 580))


_HEATER = ("water_heater",)
_DRAWN: Mapping[str, tuple[Callable[[_Pen], None], tuple[str, ...]]] = {
    "site": (_site, (*_HEATER, "shower")),
    "supply": (_supply, _HEATER),
    "fixings": (_fixings, _HEATER),
    "nameplate": (_nameplate, ("",)),
    "connections": (_connections, _HEATER),
    "wiring": (_wiring, ("bath_heater", "ceiling_lamp", "range_hood")),
    "running": (_running, _HEATER),
    "finished": (_finished, _HEATER),
}
