"""What auditors work with: the wall of photos, the scene of a job, their own pace."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.errors import NotFound
from domain.reports import Period
from services import audits, photo_views
from services.queries import own_audits, photo_wall, scenes
from services.queries.photo_wall import Wanted
from tests.rows import rows
from tests.services.test_audit_verdicts import PASSED, WORK, auditor, waiting
from tests.worlds import World

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))


def ids(world: World, wanted: Wanted, name: str = "auditor") -> list[int]:
    """The photos somebody finds."""
    return [at.id for at in photo_wall.index(world.actor(name), wanted).items]


def test_the_wall_shows_what_waits_for_this_auditor_narrowed_as_asked(world: World) -> None:
    """Of a job that he has spoken about nothing is left, and a second auditor finds it unchanged."""
    job_id, later = waiting(world, second=True)
    mine = [row.id for row in rows("SELECT id FROM photo WHERE job_id = :j ORDER BY id", j=job_id)]
    rows("INSERT INTO photo_finding VALUES (:p, 'unknown_place', 5, '{}', 1, :n)", p=mine[1], n=later)
    [dealer] = {world.row(job_id).dealer_id}

    assert ids(world, Wanted()) == ids(world, Wanted(job_id=job_id, dealer_id=dealer)) == mine
    assert ids(world, Wanted(finding="unknown_place")) == [mine[1]]
    assert len(ids(world, Wanted(slot="finished"))) == 1
    assert ids(world, Wanted(state="passed")) == ids(world, Wanted(dealer_id=dealer + 1)) == []
    audits.judge(world.actor("auditor"), job_id, WORK, later)
    assert ids(world, Wanted()) == []
    assert ids(world, Wanted(state="all")) == mine
    other = auditor(world, "second")
    assert [at.id for at in photo_wall.index(other, Wanted()).items] == mine
    rows(
        "INSERT INTO job_finding VALUES (:j, 'shared_device', 20, '{\"days\": 3, \"people\": 2}', 1, :n)",
        j=job_id,
        n=later,
    )
    [job] = photo_wall.window(other, tuple(mine)).jobs
    assert (job.audit, job.risk, job.spoken) == ("waiting", 70, False)
    assert [found.reason for found in job.findings] == ["该手机在 3 天内还由其他 2 名师傅使用过"]


def test_photos_in_sight_count_as_looked_at_and_others_channels_stay_unseen(world: World) -> None:
    """One row a photo and person; who may not know of the job gets nothing and leaves nothing."""
    job_id, later = waiting(world, second=False)
    mine = tuple(row.id for row in rows("SELECT id FROM photo WHERE job_id = :j ORDER BY id", j=job_id))
    who = world.actor("auditor")
    elsewhere = replace(who, channel_ids=frozenset({world.channel_id + 1}))

    assert photo_views.window(elsewhere, mine, later).photos == ()
    assert photo_wall.index(elsewhere, Wanted()).items == ()
    shown = photo_views.window(who, mine, later)
    assert {card.id for card in shown.photos} == set(mine)
    assert {link.variant for card in shown.photos for link in card.links} == {"320", "1280"}
    [views] = rows("SELECT count(*) AS n FROM photo_view")
    assert views.n == len(mine)


def test_a_scene_is_metres_from_the_door_and_names_no_place(world: World) -> None:
    """The check-in of the story was made at the door."""
    job_id, _ = waiting(world, second=False)
    scene = scenes.of_job(world.actor("auditor"), job_id)

    assert (scene.origin, scene.ring_m) == ("door", 500)
    assert {spot.source for spot in scene.spots} >= {"door", "check_in"}
    assert all(abs(spot.east_m) < 500 and abs(spot.north_m) < 500 for spot in scene.spots)
    assert len(scene.photos) == len(rows("SELECT id FROM photo WHERE job_id = :j", j=job_id))
    with pytest.raises(NotFound):
        scenes.of_job(replace(world.actor("auditor"), channel_ids=frozenset()), job_id)


def test_ones_own_pace_tells_nothing_of_a_round_that_is_still_open(world: World) -> None:
    """The first of two who differ learns of it when a third has decided, and whose word held."""
    job_id, later = waiting(world, second=True)
    first, other, lead = world.actor("auditor"), auditor(world, "second"), world.actor("admin")
    audits.judge(first, job_id, WORK, later)
    audits.judge(other, job_id, PASSED, later)
    assert own_audits.of(first, MARCH).second_looks == 0
    audits.judge(lead, job_id, PASSED, later + timedelta(minutes=1))

    [day] = own_audits.of(first, MARCH).days
    assert (day.verdicts, day.work, day.median_seconds) == (1, 1, None)
    mine, theirs = own_audits.of(first, MARCH), own_audits.of(other, MARCH)
    assert (mine.second_looks, mine.agreed, mine.held) == (1, 0, 0)
    assert (theirs.second_looks, theirs.agreed, theirs.held) == (1, 0, 1)
