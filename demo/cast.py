"""People and how they get in: through WeChat (the stand-in plays the taps), invitations, passwords, and links.

Whoever is bound already simply signs in; so a second story goes on with the same people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from demo import people
from demo.caller import Caller, Json, Refused
from demo.network import Person
from demo.stage import Stage
from domain.consents import current

CONSENT = current("phone").version
ATTEMPTS = 4


@dataclass
class Member:
    """Somebody signed in: what he is in the product, and whether this story brought him in."""

    person: Person
    caller: Caller
    person_id: int
    dealer_id: int | None = None
    joined_now: bool = False

    @property
    def name(self) -> str:
        """As people call him."""
        return self.person.name


def wechat_account(stage: Stage, alias: str, name: str, phone: str) -> None:
    """Make the person known to the stand-in, also when it starts again; harmless when it is."""
    account = {"alias": alias, "nickname": name, "phone": phone}
    people.keep(stage.people, [account])
    stage.sim.setup(users=[account])


def phone_of(stage: Stage, alias: str) -> tuple[Caller, str]:
    """The person's mini-program, signed in, and the role it is in: `guest` while unbound."""
    role = ""

    def sign_in(caller: Caller) -> None:
        nonlocal role
        opened = _afresh(lambda: caller.open("/sessions/wechat", {"code": stage.sim.login_code(alias)}))
        caller.bearer(opened["token"])
        role = str(opened["role"])

    caller = Caller(stage.line, sign_in, device=f"phone-of-{alias}")
    sign_in(caller)
    return caller, role


def console(stage: Stage, login: str, password: str) -> Caller:
    """A browser at the console, signed in by password."""

    def sign_in(caller: Caller) -> None:
        opened = caller.open("/sessions/password", {"login": login, "password": password})
        caller.console(opened["csrf_token"])

    caller = Caller(stage.line, sign_in)
    sign_in(caller)
    return caller


def link(stage: Stage, token: str, device: str = "") -> Caller:
    """A customer's browser behind the link of a message: one job, no account."""

    def sign_in(caller: Caller) -> None:
        caller.bearer(caller.open("/sessions/link", {"token": token})["token"])

    caller = Caller(stage.line, sign_in, device)
    sign_in(caller)
    return caller


def join(stage: Stage, person: Person, inviter: Caller, dealer_id: int | None = None) -> Member:
    """Bring somebody in: invitation, WeChat login, phone and binding; or just the login when bound before."""
    wechat_account(stage, person.alias, person.name, person.phone)
    caller, role = phone_of(stage, person.alias)
    fresh = role != person.role
    if fresh:
        post: Json = {"role": person.role, "phone": person.phone}
        if dealer_id is not None:
            post["dealer_id"] = dealer_id
        invited = inviter.post("/invitations", post)
        wish = {"invitation": invited["code"], "consent_version": CONSENT, "name": person.name}
        bound = _afresh(
            lambda: caller.post("/me/bindings", {**wish, "phone_code": stage.sim.phone_code(person.alias)})
        )
        if bound["status"] != "active":
            raise RuntimeError(f"{person.name}: {bound}")
    me = caller.get("/me")
    return Member(person, caller, int(me["person_id"]), dealer_id, fresh)


def customer(stage: Stage, alias: str, name: str, phone: str) -> Caller:
    """A customer who does open the mini-program and shows the phone of the order."""
    wechat_account(stage, alias, name, phone)
    caller, role = phone_of(stage, alias)
    if role == "guest":
        said = {"consent_version": CONSENT}
        _afresh(lambda: caller.post("/me/phone", {**said, "phone_code": stage.sim.phone_code(alias)}))
    return caller


def _afresh(attempt: Callable[[], Json]) -> Json:
    """WeChat's codes are good once: one lost with a dying worker is fetched again, as a thumb presses twice."""
    for _ in range(ATTEMPTS - 1):
        try:
            return attempt()
        except Refused as refusal:
            if refusal.code != "wechat_code_spent":
                raise
    return attempt()
