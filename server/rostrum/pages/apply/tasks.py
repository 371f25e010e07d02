"""The application as a list of tasks, each with its state. A further page of an application is a further entry here."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rostrum.assembly.delegation import MemberState
from rostrum.house import House
from rostrum.i18n import Locale
from rostrum.pages.apply.form import Group, answered, valid
from rostrum.pages.apply.paper import MemberPaper, Paper, Words, members_of
from rostrum.pages.apply.questions import MEMBER_PAGES, SECTIONS, Page
from rostrum.reads.files import evidence_of
from rostrum.record.draft_members import DraftState


class TaskState(StrEnum):
    """How far a task is."""

    UNTOUCHED = "untouched"
    DOING = "doing"
    DONE = "done"


@dataclass(frozen=True)
class Task:
    """One entry of the list. `path` continues the application's address; `optional`: not asked for before sending."""

    name: str
    words: str
    path: str
    state: TaskState
    hint: str = ""
    optional: bool = False


TaskOf = Callable[[House, Paper, Locale], Awaitable[Task]]


def group_state(group: type[Group], values: Words, context: dict[str, object] | None = None) -> TaskState:
    """How far a group of questions is answered."""
    if not any(values.get(name) for name in group.model_fields) and not answered(group, values):
        return TaskState.UNTOUCHED
    complete = answered(group, values) and valid(group, values, context)
    return TaskState.DONE if complete else TaskState.DOING


def member_complete(member: MemberPaper) -> bool:
    """Whether everything that is asked about a member has been answered."""
    return not unanswered(member)


def unanswered(member: MemberPaper) -> list[Page]:
    """The pages on a member that are still to be answered."""
    return unanswered_in({**member.fields, **member.protected})


def unanswered_in(values: Words) -> list[Page]:
    """The pages on a person that these answers leave to be answered."""
    return [page for page in MEMBER_PAGES if group_state(page.group, values) is not TaskState.DONE]


def _section(page: Page, words: Callable[[Locale], str]) -> TaskOf:
    async def task(_house: House, paper: Paper, locale: Locale) -> Task:
        context: dict[str, object] = {"categories": paper.session.rules.applying}
        return Task(page.name, words(locale), f"/{page.name}", group_state(page.group, paper.fields, context))

    return task


async def _members(house: House, paper: Paper, locale: Locale) -> Task:
    members = await members_of(house, paper)
    named = [member for member in members if member.state is MemberState.ENDORSED]
    drafted = await house.draft_members.of(paper.application_id)
    mending = any(one.state is DraftState.MENDING for one in drafted)
    if not named:
        state = TaskState.DOING if members or mending else TaskState.UNTOUCHED
    else:
        # Who waits for the focal point goes along as that: it holds up nobody else.
        whole = all(member_complete(member) for member in named) and not mending
        state = TaskState.DONE if whole and _fits(paper, len(named)) else TaskState.DOING
    hint = locale.ngettext("%(num)s person", "%(num)s people", len(named)) % {"num": locale.number(len(named))}
    return Task("members", locale.gettext("People who are to take part"), "/members", state, hint)


def _fits(paper: Paper, count: int) -> bool:
    return not paper.members_max or count <= paper.members_max


async def _evidence(house: House, paper: Paper, locale: Locale) -> Task:
    asked = paper.session.rules.evidence(paper.category)
    files = await evidence_of(house.files, paper.application_id)
    shown = {kept.owner.purpose for kept in files}
    state = TaskState.DOING if files else TaskState.UNTOUCHED
    if files and shown.issuperset(asked):
        state = TaskState.DONE
    hint = ""
    if asked:
        words = locale.gettext("%(shown)s of %(asked)s that are asked for")
        hint = words % {"shown": locale.number(len(shown.intersection(asked))), "asked": locale.number(len(asked))}
    return Task("evidence", locale.gettext("Evidence"), "/evidence", state, hint, optional=True)


TASKS: tuple[TaskOf, ...] = (
    _section(SECTIONS[0], lambda locale: locale.gettext("What you apply as")),
    _section(SECTIONS[1], lambda locale: locale.gettext("The organisation")),
    _section(SECTIONS[2], lambda locale: locale.gettext("Whom we write to")),
    _section(SECTIONS[3], lambda locale: locale.gettext("Why you want to take part")),
    _members,
    _evidence,
    _section(SECTIONS[4], lambda locale: locale.gettext("What is kept, and your agreement")),
)
"""The tasks in their order. Whatever else is asked later has its entry, and its page, beside these."""


async def tasks(house: House, paper: Paper, locale: Locale) -> Sequence[Task]:
    """All tasks of an application."""
    return [await task(house, paper, locale) for task in TASKS]
