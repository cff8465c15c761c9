"""Two dealers with a channel, people, a customer and one of every object each, who must not know of each other.

`Kinds` below is the map from the name of a path converter to an object of a realm. A route whose converter
stands in neither `KINDS` nor `OPEN` fails `tests/api/test_ownership.py`: add it here together with the route.
Ids of the foreign realm begin at `FOREIGN`, so that they can be recognised in any answer.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, text

from domain.actions import Action, Command
from domain.actors import SYSTEM
from domain.alliance import fingerprint
from models import db
from models.aftercare import Review, ReviewImport, ServiceRequest, Suggestion
from models.alliance import Agreement, DeclarationFile, OfflineDeclaration, Penalty
from models.audit import Audit
from models.banking import BankAccount, BankTemplate, PayoutBatch
from models.channel_charge import ChannelCharge
from models.clock import Breach
from models.complaint import Complaint
from models.installer_pay import InstallerEarning
from models.money import (
    FeePreview,
    FeeRule,
    LedgerAccount,
    LedgerCorrection,
    LedgerEntry,
    LedgerLeg,
    Statement,
    StatementLine,
)
from models.notice import InboxItem, Outbox
from models.order import Channel, OrderImport
from models.person import Invitation
from models.photo import Photo
from models.profit_share import CostImport, PriceAlert
from models.promise import CoverageImport
from models.retention import LegalHold
from models.session import RebindRequest, Session, WechatIdentity
from models.settling import StatementContest, StatementPaper
from models.site import Charge
from models.wechat_bill import WechatBill
from services.lifecycle import perform
from services.parts.notes import write
from services.personal import new_subject
from services.queries.sessions import hashed
from tests.photographing import DOOR, take_over
from tests.services.money import RULE
from tests.services.test_payouts import TEMPLATE
from tests.worlds import World

FOREIGN = 5_000_000
MISSING = 9_000_000_000

# Converters that name nobody's object: the same for everyone who may knock.
OPEN: Mapping[str, str] = {
    "code": "water_heater",
    "year": "2026",
    "version": "1",
    "other_version": "1",
    "token": "no-such-token",
    "sha256": "0" * 64,
    "sku": "EWH-60",
    "serial": "SN-00001",
    "name": "no-such-file.js",
    "address": "jobs/1",
}


def put(table: Any, **values: Any) -> int:
    """Insert a row; its id."""
    with db.engine.begin() as tx:
        return int(tx.execute(insert(table).values(**values).returning(table.id)).scalar_one())


def execute(statement: Any) -> None:
    """Anything else, at once."""
    with db.engine.begin() as tx:
        tx.execute(statement)


@dataclass
class Realm:
    """One dealer's part of the world; `objects` is an id per kind of converter."""

    world: World
    number: int
    channel_id: int = 0
    phone: str = ""
    objects: dict[str, int] = field(default_factory=dict)

    @property
    def dealer_id(self) -> int:
        """The dealer of this realm."""
        return self.world.dealers[self.number - 1]

    def person(self, role: str) -> int:
        """owner, dispatcher or installer of the realm."""
        return self.world.people[f"{role}{self.number}"]


def far_away() -> None:
    """From now on every new row has an id from FOREIGN on."""
    with db.engine.begin() as tx:
        for name in tx.execute(text("SELECT schemaname || '.' || sequencename FROM pg_sequences")).scalars():
            tx.execute(text(f"SELECT setval('{name}', {FOREIGN})"))


def realm(world: World, number: int) -> Realm:
    """Everything of dealer `number`: see `KINDS`."""
    made = Realm(world, number, phone=f"1380000{number:04d}")
    made.channel_id = world.channel_id = put(
        Channel, code=f"ch{number}", name=f"第{number}店", platform="own", operator_dealer_id=made.dealer_id
    )
    _job(made)
    _offer(made)
    _money(made)
    _year(made)
    _people(made)
    for name, kind in KINDS.items():
        assert kind in made.objects, f"{name}: a realm has no {kind}"
    return made


def _job(made: Realm) -> None:
    """A job on site, with everything that can hang on it."""
    world, now = made.world, made.world.now
    job_id = world.job(phone=made.phone, address=f"建设路 {made.number} 号")
    take_over(world, job_id, made.number)
    installer = world.actor(f"installer{made.number}")
    perform(installer, job_id, Command(Action.CHECK_IN, fix=DOOR), now + timedelta(minutes=30))
    row = world.row(job_id)
    base: dict[str, Any] = {"job_id": job_id}
    shot = {"client_id": "c-1", "sha256": secrets.token_bytes(32), "size_bytes": 1, "format": "JPEG"}
    seen = {"width": 1000, "height": 1000, "brightness": 100, "sharpness": 100, "capture": "camera"}
    made.objects["photo"] = put(
        Photo, **base, slot_code="site", subject_id=row.subject_id, received_at=now,
        installer_id=made.person("installer"), **shot, **seen,
    )  # fmt: skip
    priced = {"charge_type": 6, "quantity": 1, "unit_fen": 5000, "amount_fen": 5000}
    made.objects["charge"] = put(
        Charge, **base, item_code="drill", collected_by="dealer", created_at=now, **priced
    )
    made.objects["complaint"] = put(
        Complaint, **base, category="attitude", opened_at=now, opened_by_role="customer", compensation_fen=500
    )
    made.objects["hold"] = put(LegalHold, **base, reason="court", placed_at=now)
    raised = {"due_at": now, "raised_at": now, "dealer_id": made.dealer_id}
    who_pays = {"cover": "goods", "verdict": "inside", "payer": "brand", "text": "在保修期内"}
    made.objects["service"] = put(
        ServiceRequest, **base, channel_id=made.channel_id, subject_id=row.subject_id, created_at=now, **who_pays,
    )  # fmt: skip
    told = {"score": 1, "reviewed_at": now, "fingerprint": b"", "bad": True, "created_at": now}
    made.objects["review"] = put(
        Review, **base, channel_id=made.channel_id, platform_id="R-1", subject_id=row.subject_id,
        order_line_id=row.order_line_id, **told,
    )  # fmt: skip
    tally = {"cases": 9, "jobs": 60, "brand_cases": 9, "brand_jobs": 600, "lower_bp": 800, "brand_bp": 150}
    said = {"cause": "late", "arithmetic": "9 ÷ 60", "sentence": "请提前预约", "counted_at": now}
    made.objects["suggestion"] = put(
        Suggestion, sku="EWH-60", region="", month=date(2026, made.number, 1), **tally, **said
    )
    counts = dict.fromkeys((f"rows_{name}" for name in ("read", "new", "changed", "same", "bad", "loose")), 0)
    made.objects["review_import"] = put(
        ReviewImport, channel_id=made.channel_id, subject_id=row.subject_id, filename="r.csv", created_at=now,
        **counts,
    )  # fmt: skip
    lot = {
        "why": "random",
        "inclusion_bp": 1000,
        "rate_bp": 1000,
        "seed": "",
        "ticket": 1,
        "risk": 0,
        "second": False,
    }
    decided = {"verdict": "work", "failed": True, "drawn_at": now, "decided_at": now}
    execute(insert(Audit).values(**base, dealer_id=made.dealer_id, **lot, **decided))
    made.objects["breach"] = put(
        Breach, **base, clock_id=job_id, kind="arrive", family="dealer", level=2, **raised
    )
    with db.engine.begin() as tx:
        line = text("SELECT order_id FROM order_line WHERE id = :line")
        made.objects["order"] = tx.execute(line, {"line": row.order_line_id}).scalar_one()
    made.objects["job"] = job_id


def _offer(made: Realm) -> None:
    """An offer to this dealer alone, still open."""
    world = made.world
    job_id = world.job(phone=made.phone, address=f"胜利路 {made.number} 号")
    perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=(made.dealer_id,)), world.now)
    with db.engine.begin() as tx:
        made.objects["offer"] = tx.execute(
            text("SELECT id FROM offer WHERE job_id = :job"), {"job": job_id}
        ).scalar_one()


def _money(made: Realm) -> None:
    """A statement with one line, which is a ledger entry; an order file."""
    now, job_id, dealer = made.world.now, made.objects["job"], made.dealer_id
    month = date(2026, 2, 1)
    with db.engine.begin() as tx:
        known = tx.execute(
            text("SELECT id FROM ledger_account WHERE code = 'brand_service_expense'")
        ).scalar()
    brand = known or put(LedgerAccount, code="brand_service_expense", kind="brand_service_expense")
    payable = put(LedgerAccount, code=f"dealer_payable:{dealer}", kind="dealer_payable", dealer_id=dealer)
    with db.engine.begin() as tx:
        fact = {"natural_key": f"job:{job_id}:base_fee:unit:1", "month": month, "kind": "base_fee"}
        entry = insert(LedgerEntry).values(
            **fact, job_id=job_id, memo="基础安装费", posted_at=now, task="fees"
        )
        entry_id = tx.execute(entry.returning(LedgerEntry.id)).scalar_one()
        legs = [
            {"entry_id": entry_id, "account_id": account, "amount_fen": fen, "month": month}
            for account, fen in ((brand, 8000), (payable, -8000))
        ]
        tx.execute(insert(LedgerLeg).values(legs))  # all in one statement: they must sum to zero
    statement_id = put(
        Statement, dealer_id=dealer, month=month, total_fen=8000, payout_fen=8000, drawn_at=now
    )
    line = {"entry_id": entry_id, "dealer_id": dealer, "statement_id": statement_id, "amount_fen": 8000}
    execute(insert(StatementLine).values(**line))
    doubt = {"statement_id": statement_id, "entry_id": entry_id, "dealer_id": dealer, "contested_at": now}
    doubt_id = put(StatementContest, **doubt, reason="重复", photo_ids=[])
    kept = {"media": "application/pdf", "sha256": "", "size_bytes": 5, "data": b"%PDF-", "added_at": now}
    paper = {"statement_id": statement_id, "contest_id": doubt_id, "added_by": made.person("owner"), **kept}
    correction = put(
        LedgerCorrection,
        entry_id=entry_id,
        reason="重复",
        proposed_by=made.world.people["auditor"],
        proposed_at=now,
    )
    asked = {"proposed_by": made.world.people["auditor"], "proposed_at": now}
    template = put(BankTemplate, name="工行", data=TEMPLATE, made_at=now)
    rule_id = put(FeeRule, version=made.number, effective_from=now, rule=RULE)
    job = {"kind": "payment", "job_id": job_id, "words": "安装服务收费", "made_at": now}
    made.objects |= {
        "wechat_bill": put(WechatBill, number=f"TZP{made.number}", amount_fen=1, state="failed", **job),
        "statement": statement_id,
        "entry": entry_id,
        "correction": correction,
        "paper": put(StatementPaper, **paper),
        "bank_account": put(
            BankAccount, dealer_id=dealer, sealed=b"1", masked="1", state="proposed", **asked
        ),
        "fee_preview": put(FeePreview, fee_rule_id=rule_id, month=month, asked_at=now),
        "payout_batch": put(
            PayoutBatch, key=f"k{made.number}", template_id=template, sha256=b"1", made_at=now
        ),
    }
    with db.engine.begin() as tx:
        subject_id, _ = new_subject(tx)
    made.objects["import"] = put(
        OrderImport, channel_id=made.channel_id, subject_id=subject_id, filename="a.csv", sha256=b"1",
        size_bytes=1, state="done",
    )  # fmt: skip
    counts = dict.fromkeys(("rows_read", "rows_added", "rows_ended", "rows_same", "rows_bad"), 0)
    made.objects["coverage_import"] = put(CoverageImport, filename="c.csv", created_at=now, **counts)
    counts = dict.fromkeys(("rows_read", "costs_new", "costs_same", "rows_bad"), 0)
    made.objects["cost_import"] = put(CostImport, filename="c.csv", created_at=now, **counts)
    sale = {"order_line_id": made.world.row(job_id).order_line_id, "channel_id": made.channel_id}
    made.objects["price_alert"] = put(
        PriceAlert, **sale, breach="below_floor", text="低于底价", raised_at=now
    )
    made.objects["channel_charge"] = put(
        ChannelCharge, channel_id=made.channel_id, number="P1", charged_on=now.date(), reason="late", amount_fen=1,
        created_at=now,
    )  # fmt: skip


def _year(made: Realm) -> None:
    """A declaration with a paper, a penalty; the agreement is everybody's."""
    now, dealer, person = made.world.now, made.dealer_id, made.person("owner")
    brand = made.world.people["auditor"]
    if made.number == 1:
        words = {"text": "协议", "sha256": fingerprint("协议"), "effective_from": now.date()}
        put(Agreement, version=1, published_by=brand, published_at=now, **words)
    declared = put(
        OfflineDeclaration, dealer_id=dealer, year=2026, division_code="370602", declared_fen=1,
        declared_by=person, declared_at=now,
    )  # fmt: skip
    made.objects |= {"declaration": declared}
    made.objects["file"] = put(
        DeclarationFile, declaration_id=declared, media="application/pdf", sha256="", size_bytes=5, data=b"%PDF-",
        added_by=person, added_at=now,
    )  # fmt: skip
    with db.engine.begin() as tx:
        note = write(tx, made.objects["job"], made.world.row(made.objects["job"]).subject_id, None, "", now)
    made.objects["penalty"] = put(
        Penalty, dealer_id=dealer, job_id=made.objects["job"], reason="other", note_id=note, evidence={"photo_ids": [],
        "complaint_id": None}, takes="statement", amount_fen=1, year=2026, due_month=date(2026, 4, 1),
        imposed_by=brand, imposed_at=now,
    )  # fmt: skip


def _people(made: Realm) -> None:
    """The dealer, an installer with a binding, a way in that was offered, a change of WeChat that was asked for."""
    world, now = made.world, made.world.now
    installer = made.person("installer")
    later = now + timedelta(days=7)
    made.objects |= {
        "dealer": made.dealer_id,
        "person": installer,
        "binding": world.bindings[f"installer{made.number}"],
        "invitation": put(
            Invitation, token_hash=secrets.token_bytes(32), role="installer", dealer_id=made.dealer_id,
            expected_phone_lookup=b"1", issued_by=made.person("owner"), issued_at=now, expires_at=later,
        ),
        "rebinding": put(
            RebindRequest, identity_id=_identity(made), person_id=installer, status="pending", created_at=now
        ),
    }  # fmt: skip
    person = made.person("owner")
    worked = {"month": now.date().replace(day=1), "worked_on": now.date(), "text": "奖励", "reason": "bonus"}
    put(
        InstallerEarning,
        dealer_id=made.dealer_id,
        installer_id=installer,
        amount_fen=1,
        made_at=now,
        **worked,
    )
    made.objects |= {
        "session": session(world, "dealer_owner", person)[1],
        "person_session": session(world, "installer", installer)[1],
        "item": inbox_item(world, person),
        "outbox": owed(world, "parked"),
    }


def _identity(made: Realm) -> int:
    now = made.world.now
    return put(WechatIdentity, app_id="wx", openid=secrets.token_hex(8), first_seen=now, last_login=now)


def owed(world: World, state: str) -> int:
    """A notice in the outbox."""
    key = secrets.token_hex(8)
    return put(Outbox, kind="notice", dedupe_key=key, payload={}, state=state, created_at=world.now)


def inbox_item(world: World, person_id: int) -> int:
    """Something this person was told."""
    words = {"template": "job_offered", "title": "新工单", "body": "请查看"}
    return put(InboxItem, outbox_id=owed(world, "sent"), person_id=person_id, created_at=world.now, **words)


def session(world: World, role: str, person_id: int | None, **more: Any) -> tuple[str, int]:
    """(token, id) of a session in the person's binding of this role, or of a customer's link."""
    token, now = secrets.token_urlsafe(32), world.now
    binding_id = None
    if person_id is not None:
        with db.engine.begin() as tx:
            binding_id = tx.execute(
                text("SELECT id FROM role_binding WHERE person_id = :person AND role = :role"),
                {"person": person_id, "role": role},
            ).scalar_one()
    until = now + timedelta(days=365)
    times = {"created_at": now, "last_seen": now, "idle_expires_at": until, "expires_at": until}
    values = {"kind": "phone", "role": role, "person_id": person_id, "binding_id": binding_id, **more}
    return token, put(Session, token_hash=hashed(token), **values, **times)


# The name of a converter → the kind of object it names.
KINDS: Mapping[str, str] = {
    "job_id": "job",
    "offer_id": "offer",
    "charge_id": "charge",
    "complaint_id": "complaint",
    "hold_id": "hold",
    "photo_id": "photo",
    "breach_id": "breach",
    "order_id": "order",
    "service_id": "service",
    "review_id": "review",
    "suggestion_id": "suggestion",
    "review_import_id": "review_import",
    "import_id": "import",
    "coverage_import_id": "coverage_import",
    "statement_id": "statement",
    "entry_id": "entry",
    "correction_id": "correction",
    "paper_id": "paper",
    "cost_import_id": "cost_import",
    "price_alert_id": "price_alert",
    "account_id": "bank_account",
    "bill_id": "wechat_bill",
    "batch_id": "payout_batch",
    "preview_id": "fee_preview",
    "declaration_id": "declaration",
    "file_id": "file",
    "penalty_id": "penalty",
    "channel_charge_id": "channel_charge",
    "dealer_id": "dealer",
    "person_id": "person",
    "binding_id": "binding",
    "invitation_id": "invitation",
    "request_id": "rebinding",
    "session_id": "session",
    "person_session_id": "person_session",
    "item_id": "item",
    "outbox_id": "outbox",
}
PERSONAL = frozenset({"session", "item"})  # whose it is, is a person, whatever his role
