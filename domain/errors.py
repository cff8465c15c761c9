"""What can go wrong, named for the people it happens to. Only `api/errors.py` knows what HTTP makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one field: `code` for programs, `message` in Chinese for people."""

    field: str
    code: str
    message: str


class DomainError(Exception):
    """Base of every refusal. `code` is stable snake_case; `title` is Chinese and shown to people.

    `errors` lists all faults at once; `extra` holds further members of the problem document, never personal data.
    """

    code: ClassVar[str] = "refused"
    title: ClassVar[str] = "操作未被接受"

    def __init__(self, detail: str = "", *, errors: Sequence[Fault] = (), **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.errors = tuple(errors)
        self.extra = extra


class Invalid(DomainError):
    """The input is well-formed but breaks a rule; `errors` says which fields."""

    code = "invalid"
    title = "提交的内容有误"


class Unauthenticated(DomainError):
    """Nobody, or nobody any more: sign in again."""

    code = "unauthenticated"
    title = "请先登录"


class Forbidden(DomainError):
    """The actor may know of the thing, but may not do this to it."""

    code = "forbidden"
    title = "没有权限"


class NotFound(DomainError):
    """It does not exist, or the actor may not know that it does."""

    code = "not_found"
    title = "没有找到"


class Conflict(DomainError):
    """True a moment ago, no longer true now."""

    code = "conflict"
    title = "状态已变化，请刷新后重试"


class IllegalTransition(Conflict):
    """The job's table has no such move; `extra['available_actions']` says which there are."""

    code = "illegal_transition"
    title = "当前状态不能执行此操作"


class JobChanged(Conflict):
    """Somebody was faster: the offer is gone or the job has moved on."""

    code = "job_changed"
    title = "工单已被他人处理"


class StaleVersion(Conflict):
    """`If-Match` named an older version."""

    code = "stale_version"
    title = "数据已更新，请刷新后重试"


class KeyReused(DomainError):
    """The same Idempotency-Key came with another body."""

    code = "idempotency_key_reused"
    title = "重复请求的内容不一致"


class TooMany(DomainError):
    """A rate limit; `retry_after_s` in seconds."""

    code = "too_many_requests"
    title = "操作太频繁，请稍后再试"

    def __init__(self, retry_after_s: int, detail: str = "") -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class TooLarge(DomainError):
    """More bytes, pixels or rows than we take."""

    code = "too_large"
    title = "文件太大"


class Unavailable(DomainError):
    """A part we need is away (database, store, WeChat); nothing was lost, try again."""

    code = "unavailable"
    title = "服务暂时不可用，请稍后重试"
