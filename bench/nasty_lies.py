"""Nasty addresses, second half: contradictions, typos, and platform columns in every disorder."""

from __future__ import annotations

from bench.nasty_atlas import ASK, COLUMNS, EITHER, Case, Made, base, kind
from domain.division_names import DivisionRow

_SOUNDS = (
    "区曲 县限 市巿 阳羊 山三 江姜 州洲 河何 龙隆 新心 安按 城成 东冬 南男"  # right, then what it is typed as
)


def _other(c: Case, level: int) -> list[DivisionRow]:
    """Another place in full, far away."""
    while True:
        line = c.dice.choice(c.atlas.places[c.dice.choice(list(c.atlas.places))])
        found = next((row for row in line if row.level == level), None)
        if line[0] != c.line[0] and found is not None and len(found.name) > 2:
            return line


def _named(line: list[DivisionRow], level: int) -> str:
    return next(row.name for row in line if row.level == level)


@kind
def _district_of_another_city(c: Case) -> Made | None:
    other = _named(_other(c, 3), 3)
    inside = [row.name for row in c.atlas.below[c.city.code]] if c.city else [other]
    known = c.atlas.aliases[other] or any(base(name) == base(other) for name in inside)
    return c.made(c.names[0] + c.names[1] + other + c.road, ASK) if c.city and not known else None


@kind
def _city_of_another_province(c: Case) -> Made | None:
    other = _named(_other(c, 2), 2)
    return c.made(c.names[0] + other + "".join(row.name for row in c.line if row.level > 2) + c.road, ASK)


@kind
def _town_of_the_next_district(c: Case) -> Made | None:
    if not c.district:
        return None
    near = [d for d in c.atlas.below[c.district.parent_code or ""] if d.level == 3 and d != c.district]
    towns = [t.name for d in near for t in c.atlas.below[d.code]]
    own = {base(t.name) for t in c.atlas.below[c.district.code]}
    strange = [
        name for name in towns if base(name) not in own and not any(base(name).startswith(o) for o in own)
    ]
    return c.made("".join(c.names[:-1]) + c.dice.choice(strange) + c.road, ASK) if strange else None


@kind
def _two_addresses(c: Case) -> Made | None:
    other = "".join(row.name for row in _other(c, 3))
    return c.made(
        c.whole + c.road + c.dice.choice([";", " ", "(转寄)", "改寄", "，现地址:"]) + other + "解放路8号", ASK
    )


@kind
def _typo_in_the_district(c: Case) -> Made | None:
    return _typo(c, 3)


@kind
def _typo_in_the_city(c: Case) -> Made | None:
    return _typo(c, 2)


def _typo(c: Case, level: int) -> Made | None:
    row = next((row for row in c.line if row.level == level), None)
    if row is None or len(row.name) < 3:
        return None
    known = {r.name for r in c.atlas.rows.values() if r.level <= 3}
    sounds = [(pair[0], pair[1]) for pair in _SOUNDS.split()]
    fits = [(a, b) for a, b in sounds if a in row.name and row.name.replace(a, b, 1) not in known]
    wrong = row.name.replace(*c.dice.choice(fits), 1) if fits else "槑" + row.name[1:]
    names = [wrong if r is row else r.name for r in c.line]
    return c.made("".join(names) + c.road, EITHER)


@kind
def _typo_and_no_town(c: Case) -> Made | None:
    made = _typo(c, 3)
    return (
        c.made(made[0].replace(c.town.name, "", 1), EITHER, c.district.code) if made and c.district else None
    )


@kind
def _county_become_district(c: Case) -> Made | None:
    if not (c.city and c.district and c.district.name.endswith("区") and len(base(c.district.name)) > 1):
        return None
    if base(c.district.name) == c.district.name:
        return None
    old = base(c.district.name) + c.dice.choice("县市")
    fresh = old not in c.atlas.districts and all(old != row.name for row in c.line)
    return c.made(c.names[0] + c.names[1] + old + c.town.name + c.road, ASK, c.town.code) if fresh else None


# -- columns -------------------------------------------------------------------------------------------------


def _columns(c: Case, **changed: str) -> dict[str, str]:
    told = {COLUMNS[row.level - 1]: row.name for row in c.line}
    return told | changed


@kind
def _columns_and_road(c: Case) -> Made | None:
    return c.made(c.road, **_columns(c))


@kind
def _columns_and_everything_again(c: Case) -> Made | None:
    return c.made(c.whole + c.road, **_columns(c, town=""))


@kind
def _columns_and_the_town_in_the_text(c: Case) -> Made | None:
    return c.made(c.town.name + c.road, **_columns(c, town=""))


@kind
def _columns_short(c: Case) -> Made | None:
    told = _columns(c)
    short = {name: base(told[name]) for name in ("province", "city") if name in told}
    return c.made(c.road, **(told | short))


@kind
def _columns_swapped(c: Case) -> Made | None:
    names = [*c.names, ""][:4]
    c.dice.shuffle(names)
    return c.made(c.road, EITHER, **dict(zip(COLUMNS, names, strict=False)))


@kind
def _columns_shifted(c: Case) -> Made | None:
    return c.made(c.town.name + c.road, EITHER, **dict(zip(COLUMNS[1:], c.names[:3], strict=False)))


@kind
def _columns_merged(c: Case) -> Made | None:
    return c.made(c.road, **{c.dice.choice(COLUMNS): "".join(c.names)})


@kind
def _columns_filled_up(c: Case) -> Made | None:
    """A province-run county or municipality as platforms write it: 市辖区, 省直辖县级行政区划, the name twice."""
    if c.city:
        return c.made(c.town.name + c.road, **_columns(c, town="其它"))
    filler = c.dice.choice(["市辖区", "省直辖县级行政区划", "县", c.names[0], "自治区直辖县级行政区划"])
    return c.made(c.road, **_columns(c, city=filler))


@kind
def _columns_with_a_zone(c: Case) -> Made | None:
    if not c.city or not c.district:
        return None
    accept = tuple(row.code for row in c.atlas.below[c.city.code])
    return c.made(c.road, ASK, *accept, **_columns(c, district="高新区", town=""))


@kind
def _columns_wrong(c: Case) -> Made | None:
    other = _other(c, 3)
    return c.made("".join(row.name for row in other) + c.road, ASK, **_columns(c, town=""))


@kind
def _columns_wrong_district(c: Case) -> Made | None:
    if not c.district:
        return None
    near = [d for d in c.atlas.below[c.district.parent_code or ""] if d.level == 3 and d != c.district]
    return (
        c.made(c.whole + c.road, ASK, **_columns(c, district=c.dice.choice(near).name, town=""))
        if near
        else None
    )


@kind
def _columns_of_two_cities(c: Case) -> Made | None:
    other = _named(_other(c, 3), 3)
    inside = [row.name for row in c.atlas.below[c.city.code]] if c.city else [other]
    known = c.atlas.aliases[other] or any(base(name) == base(other) for name in inside)
    return c.made(c.road, ASK, **_columns(c, district=other, town="")) if c.city and not known else None


@kind
def _columns_with_a_street_of_elsewhere(c: Case) -> Made | None:
    """The street column names a town of elsewhere, the only one of its name."""
    other = _other(c, 4)[-1].name
    if (
        not c.district
        or c.atlas.same_town_in(c.line[0], other)
        or sum(count for (_, town), count in c.atlas.pairs.items() if town == other) > 1
    ):
        return None
    return c.made(c.road, ASK, **_columns(c, town=other))
