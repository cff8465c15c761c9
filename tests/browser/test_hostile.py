"""No text that anybody sends becomes more than text, on any page that shows it to anybody."""

from __future__ import annotations

import re

from tests.browser.hostile import FILE
from tests.browser.tour import Tour

# Texts that a rule of the domain refuses, whatever the schema says; a new field that isn't kept must say here why.
CODES = "names something that must exist, or a code that must be right"
REFUSED = dict.fromkeys(
    (
        ("agreement:sign", "sha256"),
        ("complaint:photograph", "client_id"),
        ("dealer:plan", "lines.0.category_code"),
        ("declaration:make", "division_code"),
        ("installer_pay:settle", "category"),
        ("invitation:manage", "code"),
        ("invitation:manage", "phone"),
        ("job:add_charge", "item"),
        ("job:approve_charge", "code"),
        ("job:confirm", "code"),
        ("job:record_answers", "answers.0.answer"),
        ("job:record_answers", "answers.0.question"),
        ("job:submit", "serial_numbers.0"),
        ("job:take_photo", "client_id"),
        ("job:take_photo", "content_type"),
        ("job:take_photo", "slot"),
        ("job:waive_slot", "slot"),
        ("order:place", "lines.0.sku"),
        ("order:place", "phone"),
        ("order:place", "promise_id"),
        ("promise:make", "address"),
        ("promise:make", "channel"),
        ("promise:make", "lines.0.sku"),
        ("promise:make", "phone"),
        ("promise:make", "sku"),
        ("subscription:hint", "answers.0.template_id"),
    ),
    CODES,
) | {
    ("job:record_answers", "note"): "the job must be a call after the work, and its questions answered",
    ("job:supplement", "note"): "a photo must have been added since the audit asked for one",
    ("service:answer", "note"): "a repair must have been quoted",
}

# What stands on a page that the tour opens, as whoever sent it wrote it.
SHOWN = (
    ("breach:appeal", "reason"),
    ("job:cancel", "note"),
    ("job:complaint_opened", "note"),
    ("job:complaint_replied", "note"),
    ("job:dispute", "note"),
    ("job:rate", "note"),
    ("me:update", "name"),
    ("order:place", "address"),
    ("order:place", "receiver"),
    ("penalty:appeal", "reason"),
    ("review:tell", "text"),
    ("statement:answer", "reason"),
)
NUMBER = re.compile(r"q\d+q")


def test_every_text_that_the_contract_takes_from_outside_was_sent(tour: Tour) -> None:
    """Each was kept as it was sent, or refused by a rule that is named above; none made a failure."""
    assert {where: words for where, words in tour.said.refused.items() if words.startswith("5")} == {}
    assert tour.said.refused.keys() - REFUSED.keys() == set()
    assert len(tour.said.stored) > 50


def test_no_page_makes_more_of_a_text_than_a_text(tour: Tour) -> None:
    """No script ran or was kept from running, no element, no link, no dialogue and no request came of any text."""
    assert tour.ran == []
    assert tour.failed == []


def test_what_was_said_stands_there_as_it_was_said(tour: Tour) -> None:
    """Letter by letter, on some page of the desk: nothing was cut out of it or taken for a formula or a template."""
    unseen = [where for where in SHOWN if NUMBER.findall(tour.said.stored[where])[0] not in tour.numbers]
    assert unseen == []
    assert f"q{FILE}q" in tour.numbers, "a file's name"


def test_no_table_that_is_handed_out_holds_a_formula(tour: Tour) -> None:
    """Reports, statements, lists of bad rows: what begins like a formula is text in CSV and XLSX."""
    assert len(tour.files) > 20
    assert {file: cells for file, cells in tour.files.items() if cells} == {}
