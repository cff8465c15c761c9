"""Tables and constraints; no rules. Importing this package registers every table."""

from models import (
    catalogue,
    clock,
    complaint,
    day_plan,
    dealer,
    job,
    money,
    notice,
    offer,
    order,
    person,
    photo,
    promise,
    remote,
    run,
    session,
    site,
)
from models.base import Base, db

__all__ = [
    "Base",
    "catalogue",
    "clock",
    "complaint",
    "day_plan",
    "db",
    "dealer",
    "job",
    "money",
    "notice",
    "offer",
    "order",
    "person",
    "photo",
    "promise",
    "remote",
    "run",
    "session",
    "site",
]
