"""What each category may do: the session's own table, changed by decision after a look at whom it touches."""

import re
from collections.abc import Mapping, Set
from dataclasses import replace

from aiohttp import web
from multidict import MultiMapping

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.actor import Right
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.rules import ALL_DOCUMENTS, ALL_MEETINGS, ALL_SEATS, CODE, Category
from rostrum.assembly.sitting import AdoptRules, MeetingState
from rostrum.assembly.standing import LIMIT_MAX_MS, MEMBERS_MAX, ChangeStanding, Touched, touched
from rostrum.desk import ACCREDITATION, MEETING
from rostrum.i18n.refusals import WORDS
from rostrum.identity.secrets import new_id
from rostrum.pages.apply.form import tidy
from rostrum.pages.console.routes import ADMINISTER, session_of
from rostrum.pages.render import locale_of, page
from rostrum.pages.route import Route, Visit
from rostrum.pages.trouble import Trouble

NEW = "new"
"""In place of a code in the address: a category that there is not yet."""
RIGHTS = tuple(right for right in Right if right is not Right.APPLY)
TEXT_MAX = 4000
WAITING = (MeetingState.SCHEDULED, MeetingState.SUSPENDED)
SETS: Mapping[str, Set[str]] = {
    "rights": frozenset(RIGHTS), "meetings": ALL_MEETINGS, "documents": ALL_DOCUMENTS, "seats": ALL_SEATS,
}  # fmt: skip
"""Fields with several ticks, and what can be ticked."""


async def table(visit: Visit) -> web.StreamResponse:
    """Every category and what it may."""
    session = await session_of(visit)
    held: dict[str, int] = {}
    for place in session.places.values():
        if not place.closed:
            held[place.category] = held.get(place.category, 0) + 1
    return page(
        visit,
        "console/standing.html",
        at=f"/at/{visit.place_id}/console",
        categories=session.rules.categories,
        held=held,
        rights=RIGHTS,
        changed="changed" in visit.request.query,
    )


async def category(visit: Visit) -> web.StreamResponse:
    """One category in a form."""
    session, code = await session_of(visit), visit.request.match_info["code"]
    blank = Category(frozenset({Right.ATTEND}), session.rules.default_limit_ms, applies=True)
    values, ticked = _values(blank if code == NEW else _known(session, code))
    return await _page(visit, code, values, ticked, {})


async def change(visit: Visit) -> web.StreamResponse:
    """First whom it would touch; then, confirmed, the change itself."""
    session, code = await session_of(visit), visit.request.match_info["code"]
    if code != NEW:
        _known(session, code)
    post = await visit.request.post()
    values = {name: str(tidy(value)) for name, value in post.items() if isinstance(value, str) and name not in SETS}
    ticked = {name: frozenset(map(str, post.getall(name, []))) & known for name, known in SETS.items()}
    wrong = _wrong(session, code, values, ticked, post)
    if wrong:
        words = {name: locale_of(visit).gettext(message) for name, message in wrong.items()}
        return await _page(visit, code, values, ticked, words)
    named = values["code"] if code == NEW else code
    command = ChangeStanding(named, _read(values, ticked), new_id())
    if values.get("do") != "confirm":
        effect = touched(session.rules, session.places, session.applications, named, command.category)
        return await _page(visit, code, values, ticked, {}, effect=effect)
    try:
        await _run(visit, session, command, values["text"])
    except Refused as refused:
        if refused.why is not Why.OWN_STANDING:
            raise
        return await _page(visit, code, values, ticked, {"rights": locale_of(visit).gettext(WORDS[refused.why][0])})
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/console/standing?changed=yes")


async def _run(visit: Visit, session: Accreditation, command: ChangeStanding, text: str) -> None:
    """The session's table at once, and the lengths of statements in every meeting that does not sit."""
    house, now = visit.house, visit.house.clock()
    write = house.dossiers.seal(
        command.text_id,
        session_id=session.session_id,
        subject=session.session_id,
        kind="decision",
        fields={"text": text},
        created_at=now,
        purge_at=now + house.lives.written,
    )
    held = await house.desk.act(ACCREDITATION, session.session_id, command, visit.actor, also=[write])
    for meeting_id in await house.desk.identifiers(MEETING):
        meeting = (await house.desk.load(MEETING, meeting_id)).state
        if meeting.session_id != session.session_id or meeting.state not in WAITING:
            continue
        adopted = replace(meeting.rules, categories=held.state.rules.categories)
        try:
            await house.desk.act(MEETING, meeting_id, AdoptRules(adopted, command.text_id), visit.actor)
        except Refused as refused:
            # It was opened this very moment: it goes on by the lengths it was opened under.
            if refused.why is not Why.MEETING_ALREADY_OPEN:
                raise


def _known(session: Accreditation, code: str) -> Category:
    found = session.rules.categories.get(code)
    if found is None:
        raise Trouble(Why.NOT_FOUND, status=404)
    return found


def _values(found: Category) -> tuple[dict[str, str], dict[str, frozenset[str]]]:
    """The form's values and ticks for a category."""
    values = {
        "limit_s": str(found.limit_ms // 1000),
        "members_max": str(found.members_max),
        "evidence": ", ".join(found.evidence),
        "applies": "yes" if found.applies else "",
        "retired": "yes" if found.retired else "",
    }
    rights = frozenset(str(right) for right in found.rights)
    ticked = {"rights": rights, "meetings": found.meetings, "documents": found.documents, "seats": found.seats}
    return values, ticked


def _read(values: Mapping[str, str], ticked: Mapping[str, frozenset[str]]) -> Category:
    """The category that a form without mistakes means."""
    return Category(
        frozenset(Right(right) for right in ticked["rights"]),
        int(values["limit_s"]) * 1000,
        values.get("applies") == "yes",
        int(values["members_max"]),
        tuple(_codes(values.get("evidence", ""))),
        ticked["meetings"],
        ticked["documents"],
        ticked["seats"],
        values.get("retired") == "yes",
    )


def _codes(text: str) -> list[str]:
    return text.replace(",", " ").split()


def _(message: str) -> str:
    """Marks a message for the catalogue; it is translated when it is shown."""
    return message


def _wrong(
    session: Accreditation,
    code: str,
    values: Mapping[str, str],
    ticked: Mapping[str, frozenset[str]],
    post: MultiMapping[object],
) -> dict[str, str]:
    """Field to what is wrong with it, in English."""
    wrong: dict[str, str] = {}
    new = values.get("code", "")
    if code == NEW and (new == NEW or not CODE.fullmatch(new) or new in session.rules.categories):
        wrong["code"] = _("Enter a short name that is not taken: small letters a to z and hyphens.")
    if any(set(map(str, post.getall(name, []))) - known for name, known in SETS.items()):
        wrong["rights"] = _("Choose from the list.")
    if not ticked["seats"]:
        wrong["seats"] = _("Choose one way to take part at least.")
    if not _is_number(values.get("limit_s", ""), 1, LIMIT_MAX_MS // 1000):
        wrong["limit_s"] = _("Enter a whole number of seconds, at most an hour.")
    if not _is_number(values.get("members_max", ""), 0, MEMBERS_MAX):
        wrong["members_max"] = _("Enter a whole number, at most 10,000; 0 for no limit.")
    if not all(re.fullmatch(r"[a-z-]{1,40}", each) for each in _codes(values.get("evidence", ""))):
        wrong["evidence"] = _("Enter short names of small letters and hyphens, with commas between.")
    if values.get("retired") == "yes" and values.get("applies") == "yes":
        wrong["retired"] = _("A category that is retired cannot be applied for.")
    if not 0 < len(values.get("text", "").strip()) <= TEXT_MAX:
        wrong["text"] = _("Write what was decided, in at most 4,000 characters.")
    return wrong


def _is_number(text: str, least: int, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6 and least <= int(text) <= most


async def _page(
    visit: Visit,
    code: str,
    values: Mapping[str, str],
    ticked: Mapping[str, frozenset[str]],
    errors: Mapping[str, str],
    effect: Touched | None = None,
) -> web.StreamResponse:
    session = await session_of(visit)
    places = [] if effect is None else [session.places[each.place_id] for each in effect.places]
    return page(
        visit,
        "console/standing_category.html",
        status=422 if errors else 200,
        at=f"/at/{visit.place_id}/console",
        code=code,
        new=code == NEW,
        values=values,
        ticked=ticked,
        errors=errors,
        effect=effect,
        names=await visit.house.names.of(places),
        rights=RIGHTS,
    )


ROUTES = (
    Route("GET", "/console/standing", table, ADMINISTER),
    Route("GET", "/console/standing/{code}", category, ADMINISTER),
    Route("POST", "/console/standing/{code}", change, ADMINISTER),
)
