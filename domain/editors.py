"""Programs that leave their name in a photo's EXIF when they save it.

A closed list: what EXIF says is anybody's text and is neither stored nor shown. A phone writes its own firmware there
("HUAWEI P40 5.1", "17.2.1"), which is no editor. Positions are stored with findings: only ever append.
"""

from __future__ import annotations

import re

EDITORS = (
    ("Photoshop", ("photoshop",)),
    ("Lightroom", ("lightroom",)),
    ("GIMP", ("gimp",)),
    ("Snapseed", ("snapseed",)),
    ("PicsArt", ("picsart",)),
    ("美图秀秀", ("meitu", "美图", "xiuxiu")),
    ("醒图", ("醒图", "xingtu", "hypic")),
    ("Pixelmator", ("pixelmator",)),
    ("Affinity Photo", ("affinity",)),
    ("Paint.NET", ("paint.net",)),
    ("画图", ("mspaint", "microsoft paint", "windows paint")),
    ("ACDSee", ("acdsee",)),
    ("Picasa", ("picasa",)),
    ("光影魔术手", ("neoimaging", "光影")),
    ("FastStone", ("faststone",)),
    ("XnView", ("xnview",)),
    ("ImageMagick", ("imagemagick",)),
    ("VSCO", ("vsco",)),
    ("Canva", ("canva",)),
    ("天天P图", ("pitu", "天天p图")),
    ("Windows 照片编辑器", ("windows photo editor", "windows photo gallery", "microsoft windows live photo")),
    ("Paint Shop Pro", ("paint shop pro", "paintshop")),
    ("Capture One", ("capture one",)),
    ("darktable", ("darktable",)),
    ("PhotoScape", ("photoscape",)),
)


_ANY = re.compile("|".join(re.escape(mark) for _name, marks in EDITORS for mark in marks))


def editor(software: str | None) -> int | None:
    """The place of the program in `EDITORS`: editor("Adobe Photoshop CC (Windows)") == 0; None: no known editor."""
    said = (software or "").casefold()
    if not _ANY.search(said):
        return None
    for place, (_name, marks) in enumerate(EDITORS):
        if any(mark in said for mark in marks):
            return place
    return None


def name_of(place: int) -> str:
    """Its name for people."""
    return EDITORS[place][0]
