"""The telephone return visit (回访): its questions, and when a closed job earns one by rule (domain.md §7).

Answers are codes, so that they can be counted and hold nothing personal; what the customer says in words is a note.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from domain.actions import Command
from domain.errors import Fault
from domain.facts import Facts
from domain.job import JobState

VERSION = 1
POOR = 3


@dataclass(frozen=True, slots=True)
class Option:
    """An answer that may be given."""

    code: str
    words: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question: `code` for reports, `text` as it is asked."""

    code: str
    text: str
    options: tuple[Option, ...]


_YES_NO = (Option("yes", "是"), Option("no", "否"), Option("unknown", "说不清"))
QUESTIONS: tuple[Question, ...] = (
    Question("on_time", "师傅是否按约定时间上门？", _YES_NO),
    Question("fees_shown", "额外收费是否事先说明并经您同意？", (*_YES_NO, Option("none", "没有额外收费"))),
    Question("works", "产品现在是否正常使用？", _YES_NO),
    Question("cleaned", "师傅离开前是否清理现场？", _YES_NO),
    Question("again", "您是否愿意推荐我们的安装服务？", _YES_NO),
)
_BY_CODE = {question.code: question for question in QUESTIONS}


def faults(answers: Mapping[str, str]) -> Iterator[Fault]:
    """Everything wrong with some answers; a part of the list may be answered now and the rest later."""
    for code, answer in answers.items():
        if code not in _BY_CODE:
            yield Fault(f"answers.{code}", "unknown_question", "没有这个问题")
        elif answer not in (options := [option.code for option in _BY_CODE[code].options]):
            yield Fault(f"answers.{code}", "unknown_value", f"可选：{'、'.join(options)}")


def missing(answered: Collection[str]) -> tuple[str, ...]:
    """The questions still to be asked, in their order."""
    return tuple(question.code for question in QUESTIONS if question.code not in answered)


_HARM = frozenset({("works", "no"), ("fees_shown", "no")})


def needs_voice(answers: Mapping[str, str]) -> bool:
    """Whether somebody must ring all the same: it does not work, or money was taken without a word."""
    return not _HARM.isdisjoint(answers.items())


def earns_call(rating: int | None, upheld_complaints: int) -> bool:
    """Whether somebody is called once the job is closed: three stars or fewer, or a complaint that was upheld."""
    return upheld_complaints > 0 or (rating is not None and rating <= POOR)


def questions_answered(_job: JobState, _command: Command, facts: Facts) -> Iterator[Fault]:
    """A return visit is closed when every question was asked."""
    for code in facts.questions_missing:
        yield Fault(f"answers.{code}", "unanswered", "该问题尚未回答")
