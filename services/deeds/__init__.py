"""A deed: one action on one job, inside the transaction of the use case that calls it.

`act` is the only way a job changes. The files beside it are the deeds by place: dispatch, desk, site, charges,
customer, audit; each says what must be known (`prepare`) and what changes (`effect`).
"""

from services.deeds.acting import Acted, act

__all__ = ["Acted", "act"]
