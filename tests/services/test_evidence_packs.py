"""A job's evidence as a file: what goes out to whom, that each look is on record, and that the pack proves itself."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from channels import verify_pack
from demo import postgres
from domain.errors import Forbidden, Invalid, NotFound
from domain.packs import Kind, PackEmpty, WrongPlatform
from models import db
from models.order import Channel
from models.site import Charge
from services import evidence_packs, pack_layouts, photos, subjects
from services.command_line import application
from services.evidence_packs import prepare, printed, zipped
from services.pack_layouts import SectionSlots
from services.parts import photo_store
from services.parts.pack_manifest import Manifest, Wish
from tests import worlds
from tests.databases import TEMPLATE
from tests.photographing import (
    HOUR,
    booked,
    decoder,  # noqa: F401  # a fixture
    picture,
    shot,
    stream,
    submitted,
)
from tests.rows import change, rows
from tests.services.money import put
from tests.settings import config_for
from tests.uploads import pictures
from tests.worlds import World
from uploads.decode import Decoder
from uploads.store import rendition_key

BEFORE = bytes(range(32))
BRAND = Wish(Kind.BRAND)
ORIGINALS = Wish(Kind.BRAND, originals=True)
WHOLE = Wish(Kind.BRAND, originals=True, reason="complaint")


class Unpacked:
    """A pack as its reader has it."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            self.files = {name: packed.read(name) for name in packed.namelist()}
        self.manifest: dict[str, Any] = json.loads(self.files["manifest.json"])

    def faults(self, folder: Path) -> list[str]:
        """What the stand-alone verifier says, with the keys as the route tells them."""
        (folder / "pack.zip").write_bytes(self.data)
        keys = json.dumps({"keys": [{"public_key": key.public_key} for key in evidence_packs.keys().keys]})
        return verify_pack.check(folder / "pack.zip", verify_pack.read_keys(keys.encode()))[1]

    def photo(self, photo_id: int) -> dict[str, Any]:
        """One photo of the manifest."""
        [found] = [photo for photo in self.manifest["photos"] if photo["id"] == photo_id]
        return dict(found)

    def sections(self) -> dict[str, list[int]]:
        """Photos by section."""
        return {section["code"]: section["photos"] for section in self.manifest["sections"]}


@dataclass
class Case:
    """A submitted job of four photos, of which one was withdrawn; ids by slot."""

    world: World
    job_id: int = 0
    ids: dict[str, int] = field(default_factory=dict)
    phone: bytes = b""

    def made(self, who: str, wish: Wish = BRAND, **about: Any) -> Manifest:
        """What this person is let have."""
        now = self.world.now + 9 * HOUR
        return prepare(self.world.actor(who, **about), self.job_id, wish, now, subjects.reveal)

    def pack(self, who: str, wish: Wish = BRAND) -> Unpacked:
        """The ZIP of it."""
        return Unpacked(b"".join(zipped(self.made(who, wish))))


@pytest.fixture(scope="module", name="case")
def made_case(
    postgres_server: str,
    decoder: Decoder,  # noqa: F811
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Case]:
    """One world for all tests here: what one changes it puts back."""
    folder = tmp_path_factory.mktemp("packs")
    name = f"p_{folder.parent.name}_{folder.name}".replace("-", "_").lower()
    url = postgres.clone(postgres_server, TEMPLATE, name)
    with application("tests", config_for(url, folder, pack_keys_before=(BEFORE,))) as app:
        app.extensions[photo_store.DECODER] = decoder
        case = Case(worlds.build(), phone=pictures.phone_jpeg(orientation=6))
        case.job_id = booked(case.world)
        heic = pictures.encoded(pictures.scene(), "HEIF")
        shots = {"gone": picture(), "site": case.phone, "nameplate": heic, "finished": picture()}
        for slot, data in shots.items():
            given = shot(slot, "site" if slot == "gone" else slot)
            taken = photos.take_photo(
                case.world.actor("installer1"), case.job_id, given, stream(data), case.world.now + HOUR
            )
            case.ids[slot] = taken.id
        photos.discard(case.world.actor("installer1"), case.ids["gone"], case.world.now + HOUR)
        submitted(case.world, case.job_id)
        yield case
        db.engine.dispose()
    postgres.drop(postgres_server, name)


@contextmanager
def sold_on(platform: str) -> Iterator[None]:
    """The job's shop is one of this platform for a while."""
    change(Channel, platform=platform)
    yield
    change(Channel, platform="own")


def views() -> int:
    [row] = rows("SELECT count(*) AS n FROM photo_view")
    return int(row.n)


def test_a_pack_proves_itself_and_every_photo_in_it_counts_as_looked_at(case: Case, tmp_path: Path) -> None:
    """The brand's pack: all photos by phase, the withdrawn one too, findings, serial numbers, the chain."""
    before = views()
    pack = case.pack("auditor")

    ids = case.ids
    assert pack.faults(tmp_path) == []
    assert pack.sections() == {
        "before": [ids["site"]], "during": [ids["nameplate"]], "after": [ids["finished"]],
        "withdrawn": [ids["gone"]],
    }  # fmt: skip
    assert views() - before == 4
    [logged] = rows(
        "SELECT reason, data FROM access_event WHERE kind = 'evidence_pack' ORDER BY id DESC LIMIT 1"
    )
    assert (logged.reason, logged.data) == ("brand", {"photos": 4})
    assert pack.manifest["serial_numbers"] == [{"position": 1, "serial_number": "SN-00001", "source": None}]
    assert len(pack.manifest["events"]) == case.world.row(case.job_id).event_seq
    assert pack.manifest["event_head"] == case.world.row(case.job_id).event_hash.hex()
    assert all(photo["variant"] == "rendition_1280" for photo in pack.manifest["photos"])


def test_what_is_personal_stays_behind(case: Case) -> None:
    """Name, phone and address are masked; no file and no line holds a point or a camera's own words."""
    pack = case.pack("auditor")
    customer = pack.manifest["job"]["customer"]
    assert (customer["name"], customer["phone"], customer["masked"]) == ("张*", "138****1111", True)
    assert all(photo["place"] is None for photo in pack.manifest["photos"])
    assert not any(word in pack.data for word in (b"13800001111", b"SECRET-XMP", pictures.SCRIPT, b"121.4"))


def test_originals_go_out_without_their_metadata_under_both_hashes(case: Case, tmp_path: Path) -> None:
    """The manifest keeps the hash that came in beside the hash of what is in the pack."""
    pack = case.pack("auditor", ORIGINALS)
    photo = pack.photo(case.ids["site"])
    sent = pack.files[photo["file"]]

    assert pack.faults(tmp_path) == []
    assert photo["variant"] == "original_without_metadata"
    assert photo["sha256"] == hashlib.sha256(case.phone).hexdigest() != hashlib.sha256(sent).hexdigest()
    assert not any(word in sent for word in (b"HUAWEI", b"SECRET-XMP", pictures.SCRIPT))
    assert pack.photo(case.ids["finished"])["variant"] == "original"
    assert pack.photo(case.ids["nameplate"])["variant"] == "rendition_1280"  # a HEIC cannot be taken apart


def test_against_a_reason_an_admin_gets_all_of_it_and_that_is_on_record(case: Case, tmp_path: Path) -> None:
    """Contact, points and untouched originals, as a revealed contact is: counted, with the reason kept."""
    pack = case.pack("admin", WHOLE)
    photo = pack.photo(case.ids["site"])

    assert pack.faults(tmp_path) == []
    assert pack.files[photo["file"]] == case.phone
    assert photo["place"]["point"]["lng"] == pytest.approx(121.4001)
    assert pack.manifest["job"]["customer"]["phone"] == "13800001111"
    [said] = rows("SELECT reason FROM access_event WHERE kind = 'revealed' AND job_id = :j", j=case.job_id)
    assert said.reason == "complaint"


def test_who_may_not_have_it_gets_nothing_and_nothing_is_recorded(case: Case) -> None:
    """Another channel's agent does not find the job; an agent gets no originals, an auditor no contact."""
    before = views()
    with pytest.raises(NotFound):
        case.made("agent", channel_ids=frozenset({999}))
    for who, wish in (("agent", ORIGINALS), ("auditor", WHOLE)):
        with pytest.raises(Forbidden):
            case.made(who, wish)
    assert views() == before


def test_a_platforms_pack_says_what_is_missing_and_nothing_of_suspicion(case: Case, tmp_path: Path) -> None:
    """JD asks for four before and four after: three and two are missing. Findings and verdicts stay at home."""
    with sold_on("jd"):
        pack = case.pack("agent", Wish(Kind.JD))
        with pytest.raises(WrongPlatform):
            case.made("agent", Wish(Kind.TMALL_DONE))
    assert pack.faults(tmp_path) == []
    assert pack.sections() == {
        "before": [case.ids["site"]],
        "after": [case.ids["finished"], case.ids["nameplate"]],
    }
    assert [lack["text"] for lack in pack.manifest["missing"]] == [
        "安装前照片应有 4 张，现有 1 张，还差 3 张",
        "安装后照片应有 4 张，现有 2 张，还差 2 张",
    ]
    told = [pack.manifest[name] for name in ("score", "flagged", "findings", "audit")]
    assert told == [None, None, [], None]
    assert all(photo["findings"] == [] and photo["exif_device"] is None for photo in pack.manifest["photos"])


def test_a_disputed_extra_has_a_section_of_its_own_with_its_photo_first(case: Case) -> None:
    """Tmall takes at most three pictures of each; the one that was taken for the extra leads."""
    now = case.world.now
    charge = put(
        Charge, job_id=case.job_id, item_code="drill", charge_type=6, quantity=1, unit_fen=5000, amount_fen=5000,
        status="disputed", collected_by="dealer", created_at=now, disputed_at=now, agreed_how="tap", decided_at=now,
        photo_id=case.ids["site"],
    )  # fmt: skip
    with sold_on("tmall"):
        pack = case.pack("auditor", Wish(Kind.TMALL_DISPUTE))
    rows("DELETE FROM charge WHERE id = :c", c=charge)
    ids = case.ids
    assert pack.sections() == {f"dispute-{charge}": [ids["site"], ids["nameplate"], ids["finished"]]}
    [extra] = pack.manifest["charges"]
    assert (extra["agreed_how"], extra["amount_fen"], extra["photo_id"]) == ("tap", 5000, ids["site"])


def test_a_channel_says_which_slots_fill_its_packs(case: Case) -> None:
    """By an administrator, slot by slot; an unknown one, or the brand's own pack, is refused."""
    admin, now = case.world.actor("admin"), case.world.now
    wanted = SectionSlots("own-shop", "jd", "before", ("nameplate",))
    pack_layouts.put(admin, wanted, now)
    with sold_on("jd"):
        assert case.pack("agent", Wish(Kind.JD)).sections()["before"] == [case.ids["nameplate"]]
    assert pack_layouts.listed(admin).channels == (wanted,)
    pack_layouts.put(admin, SectionSlots("own-shop", "jd", "before", ()), now)
    assert pack_layouts.listed(admin).channels == ()
    with pytest.raises(Invalid) as refused:
        pack_layouts.put(admin, SectionSlots("no-shop", "brand", "before", ("roof",)), now)
    assert {fault.field for fault in refused.value.errors} == {"channel_code", "section", "slots"}


def test_a_job_without_a_photo_has_no_platforms_pack_but_one_of_the_brands(case: Case) -> None:
    """The refusal says what is missing; the brand's pack says it in itself."""
    bare = Case(case.world, booked(case.world, phone="13800003333", address="南大街 9 号"))
    with sold_on("jd"), pytest.raises(PackEmpty, match="还差 4 张"):
        bare.made("agent", Wish(Kind.JD))
    pack = bare.pack("agent")
    assert {lack["code"] for lack in pack.manifest["missing"]} == {"site", "nameplate", "finished"}


def test_a_file_the_store_has_lost_is_named_and_the_rest_goes_out(case: Case, tmp_path: Path) -> None:
    """Found out while the pack is being sent: it still ends with a manifest that holds."""
    store, made = photo_store.store(), case.made("auditor")
    [lost] = [photo for photo in made.photos if photo.id == case.ids["finished"]]
    key = rendition_key(lost.sha256, 1280)
    with store.open(key) as file:
        kept = file.read()
    store.delete(key)
    pack = Unpacked(b"".join(zipped(made)))
    store.put(io.BytesIO(kept), key)

    assert pack.faults(tmp_path) == []
    assert pack.photo(lost.id)["variant"] == "none"
    [said] = pack.manifest["missing"]
    assert said["text"] == f"照片 {lost.id}（完工全景）存储中找不到，包内没有文件"


def test_an_erased_photo_has_its_line_and_no_file(case: Case, tmp_path: Path) -> None:
    """Its hash, slot and times stay; nobody looked at it."""
    before, photo_id = views(), case.ids["site"]
    rows("UPDATE photo SET erased_at = received_at WHERE id = :p", p=photo_id)
    pack = case.pack("auditor")
    rows("UPDATE photo SET erased_at = NULL WHERE id = :p", p=photo_id)

    assert pack.faults(tmp_path) == []
    assert (pack.photo(photo_id)["file"], views() - before) == (None, 3)
    assert [lack["text"] for lack in pack.manifest["missing"]] == [
        f"照片 {photo_id}（安装前现场）已删除，包内没有文件"
    ]


def test_no_database_is_needed_while_a_pack_goes_out(case: Case) -> None:
    """A slow reader holds no connection: the bytes are made where no application is at hand."""
    made = case.made("auditor")
    pieces = zipped(made)
    with ThreadPoolExecutor(1) as elsewhere:
        assert elsewhere.submit(b"".join, pieces).result().endswith(b"\x00\x00")


def test_the_pdf_shows_every_photo_and_carries_its_font(case: Case) -> None:
    """Drawn by another process; characters are embedded, so that it reads the same where no Chinese font is."""
    with printed(case.made("agent")) as file:
        data = file.read()
    assert data.startswith(b"%PDF-")
    assert data.count(b"/DCTDecode") == 4
    assert b"NotoSansSC" in data
    assert b"/FontFile3" in data


def test_keys_that_packs_were_signed_with_before_stay_published(case: Case) -> None:
    """Old packs can be verified after the key has changed."""
    now, before = evidence_packs.keys().keys
    assert (now.current, before.current) == (True, False)
    assert before.key_id == verify_pack.key_id(BEFORE) != now.key_id
