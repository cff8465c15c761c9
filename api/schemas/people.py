"""What comes in about sessions and people."""

from __future__ import annotations

from enum import StrEnum

from api.schemas.base import BigId, Body, Choice, Flag, PageQuery, PlainText
from api.schemas.jobs import Words
from domain.consents import VERSIONS
from services.people import Wish

CODE = r"[!-~]+"


class StaffRole(StrEnum):
    """The roles one can be invited to: `domain.actors.STAFF_ROLES`."""

    INSTALLER = "installer"
    DISPATCHER = "dispatcher"
    DEALER_OWNER = "dealer_owner"
    AGENT = "agent"
    AUDITOR = "auditor"
    FINANCE = "finance"
    ADMIN = "admin"


class Purpose(StrEnum):
    """What a consent is for."""

    PHONE = "phone"
    PLACE = "place"
    PHOTO = "photo"


class RevealReason(StrEnum):
    """Why a contact is opened; a list, because the log may hold nothing that people typed."""

    CONTACT = "contact"
    ADDRESS = "address"
    COMPLAINT = "complaint"
    SAFETY = "safety"
    PAYMENT = "payment"
    OTHER = "other"


class BindingStatus(StrEnum):
    """Where a binding stands."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    ENDED = "ended"


class WechatBody(Body):
    """A fresh wx.login code."""

    code = PlainText(200, pattern=CODE, required=True)


class PasswordBody(Body):
    """Console sign-in."""

    login = PlainText(64, required=True)
    password = PlainText(128, required=True)
    otp = PlainText(10, load_default=None, allow_none=True)


class LinkBody(Body):
    """The token of a customer's link."""

    token = PlainText(128, 20, pattern=r"[A-Za-z0-9_-]+", required=True)


class ClaimBody(Body):
    """Order number and the last four digits of its phone; `job_id` where the order has several jobs."""

    order_number = PlainText(64, required=True)
    phone_last4 = PlainText(4, 4, pattern="[0-9]{4}", required=True)
    job_id = BigId(load_default=None, allow_none=True)


class PhoneBody(Body):
    """A getPhoneNumber code; `consent_version`: the text the person has just agreed to (GET /consents)."""

    phone_code = PlainText(200, pattern=CODE, required=True)
    consent_version = Words(VERSIONS, load_default=None, allow_none=True)


class BindBody(Body):
    """Everything a person brings to be bound to a role; all of it optional."""

    makes = Wish
    invitation = PlainText(100, load_default=None, allow_none=True)
    phone_code = PlainText(200, pattern=CODE, load_default=None, allow_none=True)
    consent_version = Words(VERSIONS, load_default=None, allow_none=True)
    name = PlainText(40, load_default=None, allow_none=True)


class NameBody(Body):
    """One's own name."""

    name = PlainText(40, required=True)


class RoleBody(Body):
    """The binding to act in from now on."""

    binding_id = BigId(required=True)


class ConsentBody(Body):
    """A yes or no to one purpose, for one version of the text."""

    purpose = Choice(Purpose, required=True)
    version = Words(VERSIONS, required=True)
    given = Flag(required=True)


class OwnPasswordBody(Body):
    """One's own console login; a change needs the current password."""

    login = PlainText(64, required=True)
    password = PlainText(128, required=True)
    current_password = PlainText(128, load_default=None, allow_none=True)


class OtpBody(Body):
    """A one-time code."""

    code = PlainText(10, required=True)


class InvitationBody(Body):
    """A post and the phone that must be verified for it."""

    role = Choice(StaffRole, required=True)
    dealer_id = BigId(load_default=None, allow_none=True)
    desk_id = BigId(load_default=None, allow_none=True)
    phone = PlainText(20, required=True)


class InvitationCodeBody(Body):
    """The code as it was told when the invitation was issued."""

    code = PlainText(100, required=True)


class PeopleQuery(PageQuery):
    """Bindings of one dealer, or in one status."""

    dealer_id = BigId(load_default=None)
    status = Choice(BindingStatus, load_default=None)


class DealerPeopleQuery(PageQuery):
    """Bindings in one status."""

    status = Choice(BindingStatus, load_default=None)


class RevealBody(Body):
    """Why."""

    reason = Choice(RevealReason, required=True)


class AccessQuery(PageQuery):
    """Of one person, who did it or whom it concerns; of one job; of one kind (`revealed`, `notes_read` …)."""

    person_id = BigId(load_default=None)
    job_id = BigId(load_default=None)
    kind = PlainText(40, pattern=r"[a-z_]+", load_default=None)
