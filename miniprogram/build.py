"""Builds the phone application into `miniprogram/dist`: `make phone`. One source for WeChat and for the browser.

After it what no user should meet is looked for: an address of somebody else, a first screen too heavy for a bad
network, a package that WeChat would not take.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from front import contract
from front.building import Front, pack

PHONE = Front(
    Path(__file__).resolve().parent,
    "手机端",
    ("config/index.ts", "config/aria.ts", "babel.config.js", "project.config.json", "build.py"),
)
ROLES = frozenset({"customer", "installer", "dispatcher", "dealer_owner"})
FIRST_SCREEN = 200_000  # bytes of JavaScript, packed
MAIN_PACKAGE = 1_000_000  # bytes; WeChat takes 2 MB
ADDRESS = re.compile(rb"https?://[A-Za-z0-9][A-Za-z0-9.-]*")
# Names in files, not places that anything is fetched from.
NAMES = {
    b"http://www.w3.org", b"https://reactjs.org", b"http://jedwatson.github.io", b"https://www.kriasoft.com",
    b"https://github.com", b"https://taro.com", b"https://query-string.invalid", b"https://stenciljs.com",
}  # fmt: skip
# A component's picture of waiting, from a shop's server: nobody's phone asks for it.
SPINNER = re.compile(rb"https://img\d+\.360buyimg\.com/[\w./-]+")
NOTHING = b"data:,"


def forms(document: dict[str, Any]) -> str:
    """The actions that people with a phone may ever do."""
    return contract.forms(document, ROLES)


TABLES = {
    "access": contract.access,
    "customer": contract.customer_forms,
    "forms": forms,
    "moves": contract.moves,
    "words": contract.words,
}


def both(front: Front) -> None:
    """The browser's and WeChat's."""
    h5(front)
    weapp(front)


def h5(front: Front) -> None:
    """The browser's, looked over. It takes its place when it is whole: a server may be handing out the one before."""
    making = _made(front, "h5")
    for path in making.rglob("*.js"):
        path.write_bytes(SPINNER.sub(NOTHING, path.read_bytes()))
    for name in ("plain", "nonce"):
        shutil.copyfile(front.folder / "src" / f"{name}.js", making / "assets" / f"{name}-1.js")
    _worker(front, making)
    pack(sorted(making.rglob("*")))
    _put(making, front.dist / "h5", [*_strangers(making), *_heavy(making)])


def weapp(front: Front) -> None:
    """WeChat's, looked over."""
    making = _made(front, "weapp")
    _put(making, front.dist / "weapp", [*_strangers(making), *_large(making)])


def _made(front: Front, kind: str) -> Path:
    making = front.dist / "making" / kind
    shutil.rmtree(making, ignore_errors=True)
    front.run("npx", "taro", "build", "--type", kind)
    return making


def _put(making: Path, place: Path, faults: list[str]) -> None:
    if faults:
        raise SystemExit("\n".join(f"✗ {fault}" for fault in faults))
    shutil.rmtree(place, ignore_errors=True)
    making.rename(place)


def _worker(front: Front, h5: Path) -> None:
    """The service worker, told which files make up the shell."""
    files = sorted(
        f"/app/assets/{path.name}" for path in (h5 / "assets").iterdir() if path.suffix in (".js", ".css")
    )
    shell = json.dumps({"version": _digest(h5), "files": files})
    source = (front.folder / "src" / "worker.js").read_text(encoding="utf-8")
    (h5 / "sw.js").write_text(source.replace("__SHELL__", shell), encoding="utf-8")


def _digest(folder: Path) -> str:
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()[:16]


def _strangers(folder: Path) -> list[str]:
    """Addresses of others in what was built."""
    found = {
        f"{path.name}: {address.decode()}"
        for path in folder.rglob("*")
        if path.suffix in (".js", ".css", ".html", ".wxml", ".wxss", ".json")
        for address in ADDRESS.findall(path.read_bytes())
        if address not in NAMES
    }
    return sorted(found)


def _heavy(h5: Path) -> list[str]:
    """The scripts that the page itself names are what the first screen waits for."""
    page = (h5 / "index.html").read_text(encoding="utf-8")
    names = re.findall(r'src="/app/assets/([^"]+\.js)"', page)
    size = sum(len(gzip.compress((h5 / "assets" / name).read_bytes(), 9)) for name in names)
    print(f"H5 首屏 / first screen: {size / 1000:.0f} kB gzip")
    return [] if names and size < FIRST_SCREEN else [f"first screen: {size} bytes in {len(names)} scripts"]


def _large(weapp: Path) -> list[str]:
    """The main package: everything but the sub-packages."""
    config = json.loads((weapp / "app.json").read_text(encoding="utf-8"))
    apart = tuple(weapp / package["root"] for package in config.get("subPackages", ()))
    size = sum(
        path.stat().st_size
        for path in weapp.rglob("*")
        if path.is_file() and not any(root in path.parents for root in apart)
    )
    print(f"小程序主包 / main package: {size / 1000:.0f} kB")
    return [] if size < MAIN_PACKAGE else [f"main package: {size} bytes"]


if __name__ == "__main__":
    if sys.argv[1:] == ["h5"]:  # all that `make run` shows
        PHONE.build(TABLES, h5, part="h5")
    else:
        PHONE.build(TABLES, both)
