"""A photo's way in beside the least that libjpeg-turbo needs for it: `make bench-ingest [PHOTOS=folder]`.

12-megapixel JPEGs made here, as a phone writes them (quality 95) and as WeChat passes them on (quality 55), and any
JPEG of a folder. Ours is all of it: read, hashed, checked, decoded, two renditions, made durable, in CPU of both
processes. The floor is a scaled decode and two encodes of pixels that are there already, by simplejpeg, in turns.

    python -m bench.bench_ingest [FOLDER] [--photos 40] [--at-once 80]
"""

from __future__ import annotations

import argparse
import io
import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import simplejpeg
from numpy.typing import NDArray
from PIL import Image

from bench.processes import cpu_seconds, forget_peak, peak_mb, rss_mb
from domain.errors import DomainError
from uploads.decode import Decoder
from uploads.intake import SIDES, take
from uploads.limits import Limits
from uploads.store import LocalStore

CORES = 2
QUALITY = 80
_numbers = count(1)


def textured(width: int = 4032, height: int = 3024) -> Image.Image:
    """Structure on all scales and a little grain, so that it packs as a phone's picture does."""
    chance, pixels = np.random.default_rng(1), np.full((height, width, 3), 120, np.float32)
    for cells, strength in ((8, 40), (32, 30), (128, 18), (512, 9), (2048, 4)):
        patches = chance.normal(0, strength, (cells * 3 // 4, cells, 3)).astype(np.float32)
        pixels += cv2.resize(patches, (width, height), interpolation=cv2.INTER_CUBIC)
    pixels += chance.normal(0, 2.0, (height, width, 1)).astype(np.float32)
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def encoded(picture: Image.Image, quality: int) -> bytes:
    """As a JPEG."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def another(jpeg: bytes) -> bytes:
    """The same picture in bytes that were never stored: honest phones, too, write behind the end."""
    return jpeg + next(_numbers).to_bytes(8, "big")


class Floor:
    """The libjpeg-turbo work that cannot be left out, by its thinnest wrapper; the cheapest scale is looked for."""

    def __init__(self, jpeg: bytes) -> None:
        self._jpeg = jpeg
        whole = Image.fromarray(simplejpeg.decode_jpeg(jpeg))
        self._ready: list[NDArray[np.uint8]] = []
        for side in SIDES:
            small = whole.copy()
            small.thumbnail((side, side))
            self._ready.append(np.asarray(small))
        width, height = self._ready[-1].shape[1], self._ready[-1].shape[0]
        halves = [(width, height)]
        if min(whole.width // 2 - width, whole.height // 2 - height) >= 0:
            halves.append(
                (whole.width // 2, whole.height // 2)
            )  # its loops are vectorised, those for 3/8 are not
        self._scale = min(halves, key=lambda size: _cpu(lambda: self._decode(size)))

    def _decode(self, size: tuple[int, int]) -> None:
        simplejpeg.decode_jpeg(self._jpeg, min_width=size[0], min_height=size[1])

    def __call__(self) -> None:
        """One scaled decode, two encodes."""
        self._decode(self._scale)
        for pixels in self._ready:
            simplejpeg.encode_jpeg(pixels, quality=QUALITY, colorsubsampling="420")


def _cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one picture, taken in so many times: milliseconds of CPU each, megabytes over what was there before."""

    name: str
    megabytes: float
    floor_ms: float
    web_ms: float
    helper_ms: float
    helper_peak_mb: float

    @property
    def times(self) -> float:
        """Ours as a multiple of the floor."""
        return (self.web_ms + self.helper_ms) / self.floor_ms


def cost(name: str, jpeg: bytes, folder: Path, photos: int) -> Cost:
    """In turns with the floor; the first photo of a helper warms it up and isn't counted, its memory is."""
    store, decoder, floor = LocalStore(folder), Decoder(helpers=1), Floor(jpeg)
    take(io.BytesIO(small()), store=store, decoder=decoder)  # starts the helper
    (helper,) = decoder.pids()
    idle = rss_mb(helper)
    forget_peak(helper)
    take(io.BytesIO(another(jpeg)), store=store, decoder=decoder)
    floor()
    began, floors, web = cpu_seconds(helper), 0.0, 0.0
    for _ in range(photos):
        stream = io.BytesIO(another(jpeg))
        floors += _cpu(floor)
        web += _cpu(lambda stream=stream: take(stream, store=store, decoder=decoder))  # type: ignore[misc]
    spent = cpu_seconds(helper) - began
    peak = peak_mb(helper) - idle
    decoder.close()
    each = 1000 / photos
    return Cost(name, len(jpeg) / 1e6, floors * each, web * each, spent * each, peak)


def small() -> bytes:
    """A picture that costs nothing."""
    return another(encoded(Image.new("RGB", (100, 100), "grey"), QUALITY))


def per_second(jpegs: Sequence[bytes], folder: Path, photos: int) -> tuple[float, float]:
    """(photos per second by the clock, the same by CPU on cores that have nothing else to do)."""
    store, decoder = LocalStore(folder), Decoder(helpers=CORES)

    def one(number: int) -> None:
        take(io.BytesIO(another(jpegs[number % len(jpegs)])), store=store, decoder=decoder)

    with ThreadPoolExecutor(2 * CORES) as threads:
        list(threads.map(one, range(2 * CORES)))  # warm
        helpers = decoder.pids()
        used, began = sum(map(cpu_seconds, helpers)) + time.process_time(), time.monotonic()
        list(threads.map(one, range(photos)))
        wall = time.monotonic() - began
    spent = sum(map(cpu_seconds, helpers)) + time.process_time() - used
    decoder.close()
    return photos / wall, photos / (spent / CORES)


def pictures(folder: str | None, most: int) -> dict[str, bytes]:
    """By name: the made ones, and JPEGs of the folder that the way in takes, largest first."""
    made = textured()
    found = {"made, quality 95": encoded(made, 95), "made, quality 55": encoded(made, 55)}
    paths = [path for path in Path(folder).rglob("*") if path.is_file()] if folder else []
    for path in sorted(paths, key=lambda path: -path.stat().st_size):
        if (
            len(found) < most
            and path.stat().st_size < Limits().max_bytes - 8
            and _fine(data := path.read_bytes())
        ):
            found[path.name] = data
    return found


def _fine(data: bytes) -> bool:
    """Whether the floor has a figure for it, too."""
    if not data.startswith(b"\xff\xd8\xff"):
        return False
    decoder = Decoder(helpers=1)
    try:
        with tempfile.TemporaryDirectory() as folder:
            take(io.BytesIO(data), store=LocalStore(Path(folder)), decoder=decoder)
        simplejpeg.decode_jpeg(data)
    except (DomainError, ValueError):
        return False
    finally:
        decoder.close()
    return True


def line(one: Cost) -> dict[str, Any]:
    """As JSON carries it."""
    return {
        "photo": one.name,
        "mb": round(one.megabytes, 2),
        "floor_ms": round(one.floor_ms, 1),
        "web_ms": round(one.web_ms, 1),
        "helper_ms": round(one.helper_ms, 1),
        "x_floor": round(one.times, 2),
        "helper_peak_mb": round(one.helper_peak_mb),
    }


def main() -> None:
    """Prints a line per picture, the rate, and all of it as JSON."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("folder", nargs="?", default=os.environ.get("PHOTOS") or None)
    asked.add_argument("--photos", type=int, default=40, help="of each picture")
    asked.add_argument("--at-once", type=int, default=80, help="photos for the rate")
    asked.add_argument("--most", type=int, default=8, help="pictures")
    options = asked.parse_args()
    found = pictures(options.folder, options.most)
    print(f"{'photo':40}{'MB':>6}{'floor':>8}{'web':>7}{'helper':>8}{'x floor':>9}{'helper +MB':>12}")
    costs = []
    with tempfile.TemporaryDirectory() as folder:
        for number, (name, jpeg) in enumerate(found.items()):
            one = cost(name, jpeg, Path(folder) / str(number), options.photos)
            costs.append(one)
            print(
                f"{name[:39]:40}{one.megabytes:6.2f}{one.floor_ms:8.1f}{one.web_ms:7.1f}{one.helper_ms:8.1f}"
                f"{one.times:9.2f}{one.helper_peak_mb:12.0f}",
                flush=True,
            )
        clock, cpu = per_second(list(found.values())[:2], Path(folder) / "rate", options.at_once)
    print(f"{clock:.1f} photos per second by the clock, {cpu:.1f} by CPU on {CORES} cores of their own")
    rates = {"per_second": round(clock, 1), "per_second_by_cpu": round(cpu, 1)}
    print(
        json.dumps({"bench": "ingest", **rates, "photos": [line(one) for one in costs]}, ensure_ascii=False)
    )


if __name__ == "__main__":
    main()
