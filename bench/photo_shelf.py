"""The store of the photo bench: the same words as the database's, counted in memory."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps
from pillow_heif import register_heif_opener

from uploads.likeness import whole, words
from uploads.likeness.canvas import Grey, canvases

register_heif_opener()
TAKEN = ("JPEG", "PNG", "WEBP", "HEIF")
TOP, LEAST_VOTES, WHOLE_VOTES = 50, 3, 2
SIDE, LEAST_SIDE = (
    1280,
    64,
)  # the stored rendition's longer side; smaller pictures are refused on their way in


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored photo."""

    path: Path
    kept: tuple[int, ...]
    kept_whole: tuple[int, ...]
    asked: tuple[int, ...]
    asked_whole: tuple[int, ...]
    mark: bytes
    forms: tuple[int, ...]


def open_picture(path: Path) -> Image.Image:
    """Upright, RGB, at most 1280 pixels: the rendition."""
    with Image.open(path, formats=TAKEN) as file:
        file.draft("RGB", (SIDE, SIDE))
        picture = ImageOps.exif_transpose(file).convert("RGB")
    picture.thumbnail((SIDE, SIDE), Image.Resampling.BICUBIC)
    return picture


def entry(path: Path) -> Entry | None:
    """None for a file that would not be taken in."""
    try:
        picture = open_picture(path)
    except Exception:
        return None
    if min(picture.size) < LEAST_SIDE:
        return None
    grey: Grey = np.asarray(picture.convert("L"))
    flat = canvases(grey)
    forms = [np.rot90(side, turn) for side in (grey, grey[:, ::-1]) for turn in range(4)]
    return Entry(
        path,
        words.kept(flat[0]),
        whole.kept(grey),
        words.asked(*flat),
        whole.asked(grey),
        whole.fingerprint(grey),
        tuple(int.from_bytes(whole.fingerprint(np.ascontiguousarray(form))) for form in forms),
    )


class Shelf:
    """Photos by word."""

    def __init__(self, entries: list[Entry]) -> None:
        self._places: defaultdict[int, list[Path]] = defaultdict(list)
        for one in entries:
            for word in one.kept + one.kept_whole:
                self._places[word].append(one.path)

    def voted(self, asked: tuple[int, ...], asked_whole: tuple[int, ...]) -> Counter[Path]:
        """Votes for each photo; a word of the whole picture is worth two."""
        votes: Counter[Path] = Counter()
        for word in asked:
            votes.update(self._places.get(word, ()))
        for word in asked_whole:
            for path in self._places.get(word, ()):
                votes[path] += WHOLE_VOTES
        return votes

    def ranked(self, grey: Grey) -> list[tuple[Path, int]]:
        """The candidates of the first stage with their votes, best first."""
        votes = self.voted(words.asked(*canvases(grey)), whole.asked(grey))
        return [(path, score) for path, score in votes.most_common(TOP) if score >= LEAST_VOTES]
