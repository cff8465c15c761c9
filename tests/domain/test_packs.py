"""Which photos a pack holds for whom, in which order, and what it says is missing."""

from __future__ import annotations

import pytest

from domain import packs
from domain.actors import Role
from domain.errors import Forbidden
from domain.packs import LAYOUTS, Filled, Kind, Section, Shown, Wanted, WrongPlatform, choose

BEFORE = Section("before", "安装前", ("before",), 4, 4)


def photo(photo_id: int, slot: str = "site", phase: str | None = "before", position: int = 1) -> Shown:
    return Shown(photo_id, slot, phase, position, counts=True)


def test_each_slot_comes_first_with_its_newest_photo() -> None:
    """Four of the slots a (two photos), b, c: a's newer one, b, c, then a's older one."""
    photos = [photo(1, "a"), photo(2, "a"), photo(3, "b", position=2), photo(4, "c", position=3)]
    assert choose(BEFORE, photos) == Filled(BEFORE, (2, 3, 4, 1), None)


def test_what_is_missing_is_counted_and_said() -> None:
    """Of four that a platform asks for two are there: two are missing."""
    filled = choose(BEFORE, [photo(1), photo(2, "power"), photo(3, "done", "after")])
    assert filled.photo_ids == (1, 2)
    assert filled.missing == packs.Missing("before", 2, "安装前照片应有 4 张，现有 2 张，还差 2 张")
    assert packs.told([filled.missing, packs.Missing("after", 4, "")]) == "before=2, after=4"


def test_a_channel_may_name_its_slots_and_their_order() -> None:
    """They take the place of the phases, whatever phase they are of."""
    photos = [photo(1, "site"), photo(2, "power"), photo(3, "plate", "during")]
    assert choose(BEFORE, photos, slots=("plate", "power")).photo_ids == (3, 2)


def test_what_is_disputed_comes_first_and_no_more_than_three_go() -> None:
    """Tmall takes three pictures of a dispute: the one behind the extra is among them."""
    [section] = LAYOUTS[Kind.TMALL_DISPUTE].sections
    photos = [photo(n, f"s{n}", "after", n) for n in range(1, 6)]
    assert choose(section, photos, first=(5,)).photo_ids == (5, 1, 2)


def test_finished_work_is_shown_before_work_that_goes_on() -> None:
    """JD's four after the work are of the finished work as far as there are any."""
    after = LAYOUTS[Kind.JD].sections[1]
    photos = [photo(1, "pipe", "during", 2), photo(2, "done", "after", 5)]
    assert choose(after, photos).photo_ids == (2, 1)


def test_a_withdrawn_photo_fills_no_section_but_the_brand_sees_it() -> None:
    """What was replaced counts for no platform, and is evidence all the same."""
    gone, odd = Shown(1, "site", "before", 1, counts=False), photo(2, "old", None, 0)
    assert choose(BEFORE, [gone]).photo_ids == ()
    everything = packs.everything(LAYOUTS[Kind.BRAND], [gone, odd, photo(3)])
    assert [(filled.section.code, filled.photo_ids) for filled in everything] == [
        ("before", (3,)), ("during", ()), ("after", ()), ("other", (2,)), ("withdrawn", (1,)),
    ]  # fmt: skip


def test_a_required_slot_without_a_photo_is_missing_unless_it_was_waived() -> None:
    """A customer who refuses a photo is a reason, no gap."""
    slots = [
        Wanted("a", "铭牌", True, 0, False),
        Wanted("b", "现场", True, 0, True),
        Wanted("c", "墙面", False, 0, False),
        Wanted("d", "完工", True, 1, False),
    ]
    assert [lack.code for lack in packs.missing_slots(slots)] == ["a"]


@pytest.mark.parametrize(
    ("role", "originals", "whole"),
    [(Role.AGENT, True, False), (Role.AUDITOR, False, True), (Role.FINANCE, False, True)],
)
def test_originals_and_personal_data_have_their_readers(role: Role, originals: bool, whole: bool) -> None:
    """An agent gets no originals, an auditor no contact and no points; an admin both."""
    with pytest.raises(Forbidden):
        packs.check_rights(role, originals=originals, whole=whole)
    packs.check_rights(Role.ADMIN, originals=originals, whole=whole)


def test_a_pack_for_a_platform_is_made_of_its_own_jobs_and_names_no_suspicion() -> None:
    """Findings name other dealers' jobs: they are for the brand alone."""
    with pytest.raises(WrongPlatform):
        packs.layout_of(Kind.JD, "tmall")
    assert packs.layout_of(Kind.TMALL_DONE, "taobao").name == "天猫完工凭证"
    assert [kind for kind, layout in LAYOUTS.items() if layout.inward] == [Kind.BRAND]
