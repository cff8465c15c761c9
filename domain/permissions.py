"""Who may knock at which door: every route names one permission, and this table says who holds it.

Deny by default: a name that is not here fails when the route is declared, and so does an empty set. What a
caller may do to one particular job or dealer is asked again by the service with the loaded row.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from domain.actions import Action
from domain.actors import BRAND_ROLES, DEALER_ROLES, Role
from domain.lifecycle import roles_for


class Standing(StrEnum):
    """Callers that are not a person in a role.

    `public`: nobody needs to be known, credentials are not even read. `guest`: a WeChat identity not bound to
    a person yet. `shop`: a shop system with a signing key, bounded to its channel.
    """

    PUBLIC = "public"
    GUEST = "guest"
    SHOP = "shop"


Caller = Role | Standing

PUBLIC: frozenset[Caller] = frozenset({Standing.PUBLIC})
STAFF: frozenset[Caller] = DEALER_ROLES | BRAND_ROLES
PEOPLE: frozenset[Caller] = STAFF | {Role.CUSTOMER}
SIGNED_IN: frozenset[Caller] = PEOPLE | {Standing.GUEST}

# One permission per action, held by whoever the lifecycle's table lets do it in any status.
_ACTIONS: Mapping[str, frozenset[Caller]] = {
    f"job:{action}": frozenset[Caller](roles_for(action) - {Role.SYSTEM})
    for action in Action
    if roles_for(action) - {Role.SYSTEM}
}
_DESK = frozenset({Role.DISPATCHER, Role.DEALER_OWNER})

# `<noun>:<verb>`, alphabetical. A permission is added together with its route.
PERMISSIONS: Mapping[str, frozenset[Caller]] = {
    **_ACTIONS,
    "access:read": frozenset({Role.ADMIN}),
    "agreement:publish": frozenset({Role.ADMIN}),
    "agreement:read": frozenset({Role.ADMIN, Role.DEALER_OWNER, Role.FINANCE}),
    "agreement:sign": frozenset({Role.DEALER_OWNER}),
    "alliance:leave": frozenset({Role.ADMIN, Role.DEALER_OWNER}),
    "audit:answer_appeal": frozenset({Role.ADMIN, Role.AUDITOR}),
    "audit:appeal": frozenset({Role.DEALER_OWNER}),
    "audit:judge": frozenset({Role.ADMIN, Role.AUDITOR}),  # an admin only where two auditors differ
    "audit:read": frozenset({Role.ADMIN, Role.AUDITOR}),
    "audit:see": frozenset({Role.ADMIN, Role.AUDITOR, Role.DEALER_OWNER}),
    "bank_account:propose": frozenset({Role.DEALER_OWNER, Role.FINANCE}),
    "bank_account:read": frozenset({Role.DEALER_OWNER, Role.FINANCE}),
    "bank_account:verify": frozenset({Role.FINANCE}),
    "binding:decide": frozenset({Role.ADMIN, Role.DEALER_OWNER}),
    "breach:acknowledge": _DESK | {Role.ADMIN, Role.AGENT},  # the brand's: what no dealer was late with
    "breach:appeal": frozenset({Role.DEALER_OWNER}),
    "breach:excuse": frozenset({Role.ADMIN, Role.AGENT}),
    "breach:explain": frozenset({Role.INSTALLER}),
    "breach:read": STAFF,  # an installer what was late at the door of his own jobs
    "calendar:edit": frozenset({Role.ADMIN}),
    "calendar:read": STAFF,
    "catalogue:read": PEOPLE,
    "catalogue:write": frozenset({Role.ADMIN}),
    "cause:state": frozenset({Role.ADMIN, Role.AGENT}),
    "channel:read": _DESK | BRAND_ROLES,  # dealers: the shops they operate
    "channel:write": frozenset({Role.ADMIN}),
    "channel_charge:allocate": frozenset({Role.ADMIN, Role.FINANCE}),
    "channel_charge:import": frozenset({Role.FINANCE}),
    "channel_charge:read": frozenset({Role.ADMIN, Role.DEALER_OWNER, Role.FINANCE}),  # owners: of their shops
    "clock_policy:edit": frozenset({Role.ADMIN}),
    "clock_policy:read": STAFF,
    "complaint:photograph": frozenset({Role.CUSTOMER}),
    "complaint:read": _DESK | BRAND_ROLES,  # finance: those with a compensation, masked
    "coverage:review": frozenset({Role.ADMIN, Role.AGENT}),
    "dealer:certify": frozenset({Role.ADMIN}),
    "dealer:plan": _DESK | {Role.ADMIN},
    "dealer:read": _DESK | BRAND_ROLES,
    "dealer:write": frozenset({Role.ADMIN}),
    "declaration:make": frozenset({Role.DEALER_OWNER, Role.FINANCE}),  # finance: from paper
    "declaration:read": frozenset({Role.ADMIN, Role.DEALER_OWNER, Role.FINANCE}),
    "declaration:verify": frozenset({Role.FINANCE}),  # not by who entered it; the service asks who
    "desk:read": _DESK,
    "dispatch:read": frozenset({Role.ADMIN, Role.AGENT}),
    "dispatch_rule:write": frozenset({Role.ADMIN}),
    "division:read": PUBLIC,
    "docs:read": PUBLIC,
    "earning:read": frozenset({Role.INSTALLER}),
    "evidence_pack:arrange": frozenset({Role.ADMIN}),
    "evidence_pack:read": frozenset({Role.ADMIN, Role.AGENT, Role.AUDITOR}),
    "evidence_pack:verify": PUBLIC,  # whoever holds a pack must be able to doubt it
    "evidence_policy:edit": frozenset({Role.ADMIN}),
    "evidence_policy:read": frozenset({Role.ADMIN, Role.AUDITOR}),
    "fee_rule:read": frozenset({Role.ADMIN, Role.FINANCE}),
    "fee_rule:write": frozenset({Role.FINANCE}),
    "guide:publish": frozenset({Role.ADMIN}),
    "guide:read": STAFF,
    "guide:write": frozenset({Role.ADMIN, Role.AGENT}),
    "health:read": PUBLIC,
    "hold:lift": frozenset({Role.ADMIN}),
    "hold:read": frozenset({Role.ADMIN, Role.AGENT}),
    "inbox:mark": PEOPLE,
    "inbox:read": PEOPLE,
    "installer:read": _DESK | {Role.ADMIN, Role.AGENT},
    "installer_pay:settle": frozenset({Role.DEALER_OWNER}),
    "invitation:manage": frozenset({Role.ADMIN, Role.DEALER_OWNER}),
    "job:find": frozenset({Role.ADMIN, Role.AGENT}),
    "job:hold_data": frozenset({Role.ADMIN, Role.AGENT}),
    "job:qr": frozenset({Role.ADMIN, Role.AGENT}),  # never the dealer: with it one can speak as the customer
    "job:read": PEOPLE,
    "job:read_events": _DESK | {Role.ADMIN, Role.AGENT, Role.AUDITOR},
    "job:read_notes": DEALER_ROLES | {Role.ADMIN, Role.AGENT, Role.AUDITOR},
    "job:read_voices": frozenset({Role.CUSTOMER}),
    "job:return_visit": frozenset({Role.ADMIN, Role.AGENT}),
    "job:reveal": DEALER_ROLES | {Role.ADMIN, Role.AGENT},
    "job:unlink": frozenset({Role.ADMIN, Role.AGENT}),
    "ledger:close": frozenset({Role.FINANCE}),
    "ledger:correct": frozenset({Role.FINANCE}),  # one proposes, another one approves; the service asks who
    "ledger:oversee": frozenset({Role.ADMIN, Role.FINANCE}),
    "ledger:read": frozenset({Role.ADMIN, Role.DEALER_OWNER, Role.FINANCE}),
    "me:bind": SIGNED_IN,
    "me:consent": SIGNED_IN,
    "me:manage": PEOPLE,
    "me:read": SIGNED_IN,
    "me:secure": STAFF,
    "me:switch": PEOPLE,
    "me:update": PEOPLE,
    "metrics:read": PUBLIC,  # the view itself answers loopback only
    "offer:accept": _DESK,
    "offer:decline": _DESK,
    "offer:read": _DESK,
    "order:import": frozenset({Role.ADMIN, Role.AGENT}),
    "order:place": frozenset({Role.ADMIN, Role.AGENT, Standing.SHOP}),
    "order:read": _DESK | BRAND_ROLES | {Standing.SHOP},  # dealers: of the shops they operate
    "order:tell": frozenset({Role.ADMIN, Role.AGENT, Standing.SHOP}),
    "outbox:read": frozenset({Role.ADMIN}),
    "outbox:settle": frozenset({Role.ADMIN}),
    "payment:start": frozenset({Role.CUSTOMER}),
    "payout:make": frozenset({Role.FINANCE}),
    "penalty:answer": frozenset({Role.ADMIN, Role.FINANCE}),  # not by who laid it on; the service asks who
    "penalty:appeal": frozenset({Role.DEALER_OWNER}),
    "penalty:impose": frozenset({Role.ADMIN, Role.FINANCE}),
    "penalty:read": frozenset({Role.ADMIN, Role.DEALER_OWNER, Role.FINANCE}),
    "people:read": frozenset({Role.ADMIN, Role.DEALER_OWNER}),
    "photo:browse": frozenset({Role.ADMIN, Role.AUDITOR}),
    "photo:compare": frozenset({Role.ADMIN, Role.AUDITOR}),  # names other dealers' jobs
    "photo:read": DEALER_ROLES | {Role.ADMIN, Role.AGENT, Role.AUDITOR, Role.CUSTOMER},
    "photo:search_again": frozenset({Role.ADMIN}),
    "photo_file:read": PUBLIC,  # the signed link is the permission
    "price_alert:close": frozenset({Role.ADMIN, Role.AGENT, Role.FINANCE}),
    "price_alert:read": frozenset({Role.ADMIN, Role.AGENT, Role.FINANCE}),
    "price_guard:write": frozenset({Role.ADMIN, Role.FINANCE}),
    "promise:decide": PUBLIC,  # the promise's signed id is the permission
    "promise:make": PUBLIC,
    "promise:prove": frozenset({Role.ADMIN, Role.AGENT}),
    "promise:read": PUBLIC,
    "rebinding:decide": PEOPLE,  # the person too, in a session of the old account; the service asks again
    "rebinding:read": frozenset({Role.ADMIN, Role.AGENT, Role.DEALER_OWNER}),
    "remote_fee:judge": frozenset(
        {Role.ADMIN, Role.AGENT}
    ),  # shows where the customer lives; each look is recorded
    "report:read": BRAND_ROLES,
    "report:read_money": frozenset({Role.ADMIN, Role.FINANCE}),
    "report:read_own": BRAND_ROLES | {Role.DEALER_OWNER},  # an owner the rows of his own
    "retention:read": frozenset({Role.ADMIN}),
    "review:handle": frozenset({Role.ADMIN, Role.AGENT}),
    "review:import": frozenset({Role.ADMIN, Role.AGENT}),
    "review:read": _DESK | BRAND_ROLES,  # dealers: of their own jobs and shops, without the name
    "review:tell": frozenset({Role.ADMIN, Role.AGENT, Standing.SHOP}),
    "route:oversee": _DESK,
    "route:read": frozenset({Role.INSTALLER}),
    "run:read": frozenset({Role.ADMIN, Role.FINANCE}),  # finance: the runs of money
    "run:request": frozenset({Role.ADMIN, Role.FINANCE}),
    "sale_cost:write": frozenset({Role.FINANCE}),
    "serial_number:edit": frozenset({Role.ADMIN}),
    "serial_number:read": frozenset({Role.ADMIN, Role.AGENT, Role.AUDITOR}),
    "service:answer": frozenset({Role.ADMIN, Role.AGENT, Role.CUSTOMER}),
    "service:decide": frozenset({Role.ADMIN, Role.AGENT}),
    "service:read": _DESK | BRAND_ROLES | {Role.CUSTOMER, Role.INSTALLER},
    "service:request": frozenset({Role.ADMIN, Role.AGENT, Role.CUSTOMER, Standing.SHOP}),
    "session:create": PUBLIC,
    "session:end": SIGNED_IN,
    "session:oversee": frozenset({Role.ADMIN, Role.DEALER_OWNER}),  # owners: their own people's
    "slot_example:read": PUBLIC,  # shows nobody's home
    "statement:answer": frozenset({Role.DEALER_OWNER}),
    "statement:approve": frozenset({Role.FINANCE}),
    "statement:attach": frozenset({Role.DEALER_OWNER, Role.FINANCE}),
    "statement:read": frozenset({Role.ADMIN, Role.DEALER_OWNER, Role.FINANCE}),
    "statement:settle": frozenset({Role.FINANCE}),
    "subscription:hint": SIGNED_IN,  # a guest too: leave is given by an account, before there is a person
    "suggestion:decide": frozenset({Role.ADMIN, Role.AGENT}),
    "tax_rule:write": frozenset({Role.FINANCE}),
    "transfer:take": frozenset({Role.DEALER_OWNER}),
    "waiting:read": frozenset({Role.ADMIN, Role.AGENT}),
    "wechat:pay": PUBLIC,  # the signature is the permission
    "wechat:push": PUBLIC,  # the signature is the permission
    "year:arrange": frozenset({Role.FINANCE}),
    "year:oversee": frozenset({Role.ADMIN, Role.FINANCE}),
    "year:read": frozenset({Role.ADMIN, Role.DEALER_OWNER, Role.FINANCE}),
}


def holders(permission: str) -> frozenset[Caller]:
    """Who holds `permission`; KeyError for an unknown name, ValueError for one that nobody holds."""
    found = PERMISSIONS[permission]
    if not found:
        raise ValueError(f"{permission} is held by nobody")
    if Role.SYSTEM in found:
        raise ValueError(f"{permission}: the system does not come through a door")
    if Standing.PUBLIC in found and len(found) > 1:
        raise ValueError(f"{permission} is public: nobody else needs naming")
    return found
