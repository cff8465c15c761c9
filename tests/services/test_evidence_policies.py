"""Rules that photos are judged by, as an administrator writes them; serial numbers' forms and where a number was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from domain.actions import Action, Command
from domain.errors import Invalid, NotFound
from domain.lifecycle import Barred
from services import evidence_policies, serial_numbers
from services.evidence_policies import PolicyStands, PolicyWanted
from services.lifecycle import perform
from services.parts import photo_store
from services.photos import take_photo
from tests.photographing import (
    DOOR,
    HOUR,
    booked,
    decoder,  # noqa: F401  # a fixture
    picture,
    rows,
    shot,
    stream,
)
from tests.worlds import SKU, World
from uploads.decode import Decoder

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def shared_decoder(app: Flask, decoder: Decoder) -> None:  # noqa: F811
    """The application with the module's decoder."""
    app.extensions[photo_store.DECODER] = decoder


def taken(world: World, job_id: int, client_id: str, slot: str = "site") -> int:
    who = world.actor("installer1")
    return take_photo(who, job_id, shot(client_id, slot), stream(picture()), world.now + HOUR).id


def test_a_finding_keeps_the_version_it_was_made_with(world: World) -> None:
    """A version for the category from now on; photos before it stay as they were judged."""
    job_id = booked(world)
    [job] = rows("SELECT category_code FROM job WHERE id = :j", j=job_id)
    admin = world.actor("admin")
    before = taken(world, job_id, "c-1")
    wanted = PolicyWanted({"dark_below": 255, "weight_too_dark": 12}, job.category_code)
    line = evidence_policies.write(admin, wanted, "冬季室内偏暗", world.now + timedelta(minutes=30))
    after = taken(world, job_id, "c-2")

    assert (line.version, line.made_by, line.settings) == (2, admin.person_id, dict(wanted.settings))
    assert rows("SELECT 1 FROM photo_finding WHERE photo_id = :p", p=before) == []
    [found] = rows("SELECT code, weight, policy_version FROM photo_finding WHERE photo_id = :p", p=after)
    assert tuple(found) == ("too_dark", 12, 2)
    [evidence] = rows("SELECT score, policy_version FROM job_evidence WHERE job_id = :j", j=job_id)
    assert tuple(evidence) == (12, 2)


def test_versions_are_listed_and_never_altered(world: World) -> None:
    """What ships comes first with every number; a version of one moment stands once; none begins in the past."""
    admin, now = world.actor("admin"), world.now
    evidence_policies.write(admin, PolicyWanted({"flag_at": 50}, None, now + DAY), "试行", now)
    with pytest.raises(PolicyStands):
        evidence_policies.write(admin, PolicyWanted({"flag_at": 60}, None, now + DAY), "再试", now)
    for wrong in (
        PolicyWanted({}, None, now - DAY),
        PolicyWanted({"flag_at": 20}),
        PolicyWanted({}, "no-such"),
    ):
        with pytest.raises(Invalid):
            evidence_policies.write(admin, wrong, "x", now)
    ships, second = evidence_policies.listed(0, 10)
    assert (ships.version, ships.settings["flag_at"], second.settings) == (1, 40, {"flag_at": 50})
    assert [line.version for line in evidence_policies.listed(1, 10)] == [2]
    with pytest.raises(IntegrityError):
        rows("DELETE FROM evidence_policy RETURNING 1")


def test_the_preview_judges_the_last_month_again(world: World) -> None:
    """Counts by today's rules and by the wanted ones, and which settings it could not show; nothing is written."""
    job_id = booked(world)
    taken(world, job_id, "c-1")
    taken(world, job_id, "c-2", "nameplate")
    wanted = PolicyWanted({"dark_below": 255, "flag_at": 20, "soft_cap": 19, "travel_kmh": 200})
    shown = evidence_policies.preview(wanted, world.now + 2 * HOUR)
    assert (shown.jobs, shown.photos) == (1, 2)
    assert (shown.too_dark_now, shown.too_dark_then) == (0, 2)
    assert (shown.flagged_now, shown.flagged_then) == (0, 0)
    assert shown.not_shown == ("travel_kmh",)
    assert evidence_policies.preview(wanted, world.now + 40 * DAY).jobs == 0
    assert len(evidence_policies.listed(0, 10)) == 1


def test_a_products_numbers_have_its_form(world: World) -> None:
    """Submit names the form that is asked for; the number that fits is taken in capitals."""
    admin, installer = world.actor("admin"), world.actor("installer1")
    assert serial_numbers.set_form(admin, SKU, "TZ##-*", world.now).pattern == "TZ##-*"
    assert serial_numbers.form_of(SKU).pattern == "TZ##-*"
    job_id = booked(world)
    perform(installer, job_id, Command(Action.CHECK_IN, fix=DOOR), world.now + HOUR)
    for number, slot in enumerate(("site", "nameplate", "finished")):
        taken(world, job_id, f"c-{number}", slot)
    with pytest.raises(Barred) as refused:
        perform(installer, job_id, Command(Action.SUBMIT, serial_numbers=("SN-00001",)), world.now + HOUR)
    [fault] = refused.value.errors
    assert (fault.field, fault.code) == ("serial_numbers.0", "serial_form")
    assert "TZ##-*" in fault.message
    done = Command(Action.SUBMIT, serial_numbers=("tz26-77",), serial_sources=("scanned",))
    perform(installer, job_id, done, world.now + HOUR)

    history = serial_numbers.history(world.actor("agent"), "Tz26-77")
    [stop] = history.jobs
    assert (history.serial_number, stop.job_id, stop.source, stop.noted) == (
        "TZ26-77",
        job_id,
        "scanned",
        False,
    )
    assert serial_numbers.history(world.actor("auditor"), "TZ26-78").jobs == ()
    assert serial_numbers.set_form(admin, SKU, None, world.now).pattern is None


def test_forms_of_nothing_are_refused(world: World) -> None:
    """An unknown product, and a pattern that is none."""
    with pytest.raises(NotFound):
        serial_numbers.set_form(world.actor("admin"), "NO-SUCH", "TZ####", world.now)
    with pytest.raises(Invalid):
        serial_numbers.set_form(world.actor("admin"), SKU, "(a+)+", world.now)


def test_an_agent_of_other_channels_learns_nothing_of_a_number(world: World) -> None:
    """The history ends at the horizon."""
    job_id = booked(world)
    rows("UPDATE job_unit SET serial_number = 'SN-12345' WHERE job_id = :j RETURNING 1", j=job_id)
    assert len(serial_numbers.history(world.actor("agent"), "SN-12345").jobs) == 1
    stranger = world.actor("agent", channel_ids=frozenset({world.channel_id + 1}))
    assert serial_numbers.history(stranger, "SN-12345").jobs == ()
