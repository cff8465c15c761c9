"""What is sold and how it is installed: categories, products, evidence checklists, price lists.

Checklists and price lists are versioned: a job keeps the version it was made with.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime

from sqlalchemy import Connection, func, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from domain.charges import item_faults
from domain.errors import Fault, Invalid, NotFound
from domain.guides import read as read_guide
from models.catalogue import Category, Checklist, PriceItem, PriceList, Product, Slot
from services.parts import examples, guides
from services.uow import use_case


@dataclass(frozen=True, slots=True)
class CategoryGiven:
    """A kind of product; `certificates` its installer needs: gas, wiring."""

    code: str
    name: str
    certificates: tuple[str, ...] = ()
    needs_authorisation: bool = False


@dataclass(frozen=True, slots=True)
class Guide:
    """The least of a guide: what is free, the film, the steps. The other parts stay as they are."""

    included: tuple[str, ...] = ()
    video_url: str | None = None
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProductGiven:
    """One SKU; `job_kind` install or deliver_install; months and days are whole numbers.

    `guide`, where given, becomes the next version of the product's guide, in force at once (services/guides.py).
    """

    sku: str
    category_code: str
    name: str
    job_kind: str = "install"
    needs_installation: bool = True
    self_install_allowed: bool = False
    lead_days: int = 1
    warranty_months: int = 24
    guide: Guide | None = None


@dataclass(frozen=True, slots=True)
class SlotGiven:
    """One shot of a checklist; `phase` before, during or after; `example` the link of a picture sent before."""

    code: str
    name: str
    hint: str
    phase: str
    required: bool = True
    camera_only: bool = True
    min_side: int = 480
    example: str | None = None


@dataclass(frozen=True, slots=True)
class PriceGiven:
    """One extra; `price_fen` per unit, `charge_type` one of Tmall's ten, `categories` of work it is for (none: all)."""

    code: str
    name: str
    unit: str
    price_fen: int
    charge_type: int
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Versioned:
    """A new version of a checklist or price list."""

    id: int
    version: int


@use_case
def put_category(tx: Connection, given: CategoryGiven) -> CategoryGiven:
    """Make or rename a category."""
    values = asdict(given) | {"certificates": list(given.certificates)}
    made = upsert(Category).values(values)
    renewed = {name: made.excluded[name] for name in values if name != "code"}
    tx.execute(made.on_conflict_do_update(index_elements=["code"], set_=renewed))
    return given


@use_case
def put_product(tx: Connection, given: ProductGiven) -> ProductGiven:
    """Make or change a product; jobs already made keep what they were made with."""
    if tx.execute(select(Category.code).where(Category.code == given.category_code)).first() is None:
        raise Invalid(errors=[Fault("category_code", "unknown_category", "没有这个品类")])
    values = {name: value for name, value in asdict(given).items() if name != "guide"}
    made = upsert(Product).values(values)
    renewed = {name: made.excluded[name] for name in values if name != "sku"}
    tx.execute(made.on_conflict_do_update(index_elements=["sku"], set_=renewed))
    if given.guide is not None:
        row = guides.product(tx, given.sku)
        before = read_guide(row.guide)
        content = replace(before, **{field.name: getattr(given.guide, field.name) for field in fields(Guide)})
        if content != before:
            guides.straight(tx, given.sku, content)
    return given


@use_case
def new_checklist(tx: Connection, category_code: str, slots: Sequence[SlotGiven], now: datetime) -> Versioned:
    """The next version of a category's checklist, in force from now for new jobs."""
    if (
        tx.execute(select(Category.code).where(Category.code == category_code).with_for_update()).first()
        is None
    ):
        raise NotFound
    codes = [slot.code for slot in slots]
    if len(set(codes)) != len(codes):
        raise Invalid(errors=[Fault("slots", "slot_repeated", "拍照项代码重复")])
    pictures = examples.named(tx, [slot.example for slot in slots])
    newest = select(func.coalesce(func.max(Checklist.version), 0)).where(
        Checklist.category_code == category_code
    )
    version = tx.execute(newest).scalar_one() + 1
    values = {"category_code": category_code, "version": version, "effective_from": now}
    checklist_id = tx.execute(insert(Checklist).values(values).returning(Checklist.id)).scalar_one()
    rows = [
        asdict(slot) | {"checklist_id": checklist_id, "position": at, "example": picture}
        for at, (slot, picture) in enumerate(zip(slots, pictures, strict=True), 1)
    ]
    tx.execute(insert(Slot), rows)
    return Versioned(checklist_id, version)


_PRICES = 0x7072_6963  # one new price list at a time


@use_case
def new_price_list(
    tx: Connection, items: Sequence[PriceGiven], now: datetime, effective_from: datetime | None = None
) -> Versioned:
    """The next version of the price list of extras, for jobs and promises made from `effective_from` (now) on.

    Versions are kept and never change: a job keeps the one it was made with. No earlier than now: what was shown
    yesterday was another list.
    """
    faults = list(item_faults([(item.code, item.charge_type) for item in items]))
    if effective_from is not None and effective_from < now:
        faults.append(Fault("effective_from", "in_past", "生效时间不能早于现在"))
    if faults:
        raise Invalid(errors=faults)
    tx.exec_driver_sql("SELECT pg_advisory_xact_lock(%(key)s)", {"key": _PRICES})
    version = tx.execute(select(func.coalesce(func.max(PriceList.version), 0))).scalar_one() + 1
    made = insert(PriceList).values(version=version, effective_from=effective_from or now)
    list_id = tx.execute(made.returning(PriceList.id)).scalar_one()
    tx.execute(insert(PriceItem), [asdict(item) | {"price_list_id": list_id} for item in items])
    return Versioned(list_id, version)
