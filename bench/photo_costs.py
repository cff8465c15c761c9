"""Processor time of each step of likeness, and what libjpeg-turbo itself takes for an upload."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from uploads.likeness import whole, words
from uploads.likeness.canvas import Grey, canvas, canvases
from uploads.likeness.compare import compare, look


def timed_steps(pictures: list[Grey]) -> dict[str, float]:
    """Median milliseconds of processor time of each step on a stored rendition; and the floor of a 12 MP upload."""
    seen = [canvases(grey) for grey in pictures]
    looks = [look(grey) for grey in pictures]
    steps: dict[str, Callable[[int], object]] = {
        "canvas": lambda i: canvas(pictures[i]),
        "words kept": lambda i: words.kept(seen[i][0]),
        "whole kept": lambda i: whole.kept(pictures[i]),
        "words asked": lambda i: words.asked(*seen[i]),
        "whole asked": lambda i: whole.asked(pictures[i]),
        "look with mirror": lambda i: look(pictures[i]),
        "compare": lambda i: compare(looks[i], looks[i - 1]),
    }
    costs = {name: _median_ms(step, len(pictures)) for name, step in steps.items()} | _floor()
    print("\ncpu ms:", ", ".join(f"{name} {cost}" for name, cost in costs.items()))
    return costs


def _median_ms(step: Callable[[int], object], times: int) -> float:
    spent = []
    for place in range(times):
        began = time.process_time()
        step(place)
        spent.append(time.process_time() - began)
    return round(1000 * float(np.median(spent)), 2)


def _floor() -> dict[str, float]:
    """What libjpeg-turbo itself needs for a made picture of 12 MP: scaled decoding and two encodings."""
    try:
        import simplejpeg
    except ImportError:
        return {}
    chance = np.random.default_rng(1)
    rough = Image.fromarray(chance.integers(0, 256, (378, 504, 3), np.uint8)).resize(
        (4032, 3024), Image.Resampling.BICUBIC
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "12.jpg"
        rough.save(path, quality=92)
        data = path.read_bytes()

    def once(_: int) -> None:
        small = simplejpeg.decode_jpeg(data, "RGB", min_height=960, min_width=1280, fastdct=True)
        image = Image.fromarray(small).resize((1280, 960), reducing_gap=1.0)
        for size in ((1280, 960), (320, 240)):
            simplejpeg.encode_jpeg(np.asarray(image.resize(size)), quality=80)

    return {"floor of 12 MP": _median_ms(once, 7)}
