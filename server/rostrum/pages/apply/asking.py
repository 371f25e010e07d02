"""One page of questions: shown, answered, gone on with in another language."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web

from rostrum.i18n.zones import zone_choices
from rostrum.pages.apply.form import Checked, check, typed
from rostrum.pages.apply.questions import Page, time_zones
from rostrum.pages.apply.words import CHOICES, LABELS, choices, label
from rostrum.pages.render import language_of, locale_of, page
from rostrum.pages.route import Guest


@dataclass(frozen=True)
class Setting:
    """What stands around a page of questions. `back`: where "back" leads; `kept`: whether it can be left unfinished."""

    titles: Mapping[str, str]
    back: str
    kept: bool
    whose: str = ""
    context: Mapping[str, object] = field(default_factory=dict)


def asked(guest: Guest, question: Page, setting: Setting, checked: Checked) -> web.StreamResponse:
    """A page of questions with the values given, and what is wrong with them."""
    locale = locale_of(guest)
    zoned = "time_zone" in question.group.model_fields
    return page(
        guest,
        question.template,
        status=422 if checked.errors else 200,
        language_form="answers",
        setting=setting,
        values={"language": language_of(guest.request), **question.start, **checked.values},
        errors=checked.errors,
        labels={name: label(name, locale) for name in LABELS},
        choices={name: choices(name, locale) for name in CHOICES},
        zones=zone_choices(locale, time_zones(), guest.house.clock()) if zoned else [],
        **setting.context,
    )


async def answer(guest: Guest, question: Page, setting: Setting) -> Checked | web.StreamResponse:
    """What was answered, or the page to answer with: the same in another language, or with what is wrong.

    `kept` of the answer is None where the page is left unfinished, to be come back to.
    """
    post = await guest.request.post()
    values = typed(question.group, post)
    if post.get("do") == "language":
        return asked(guest, question, setting, Checked(values, {}, None))
    if post.get("do") == "later" and setting.kept:
        return Checked(values, {}, None)
    checked = check(question.group, values, locale_of(guest), setting.context)
    return asked(guest, question, setting, checked) if checked.kept is None else checked
