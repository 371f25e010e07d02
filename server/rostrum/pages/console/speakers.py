"""The secretariat's side of the list: inscriptions for the hall, moves, groups, who is in the hall, when it closes."""

from datetime import timedelta

from aiohttp import web

from rostrum.assembly.entry import Kind, Rank
from rostrum.assembly.groups import AddGroupTime, FormGroup
from rostrum.assembly.presence import MarkPresence
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.speakers import AnnounceClosure, ConfirmEntry, InscribeSpeaker, MoveEntry, MoveReason
from rostrum.desk import ACCREDITATION
from rostrum.identity.secrets import new_id
from rostrum.pages.acts import Acting, Sent
from rostrum.pages.addressed import meeting_of
from rostrum.pages.console.decisions import by_secretariat
from rostrum.pages.console.floor import run
from rostrum.pages.following import ADMINISTER, RUN, shared_model
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit

NAME_MAX = 200


async def _inscribe(sent: Sent) -> Acting:
    """A place that is chosen, or a name that is typed and sealed."""
    kind, rank = sent.field("kind") or Kind.STATEMENT, sent.field("rank") or Rank.OTHER
    if kind not in set(Kind) or rank not in set(Rank):
        raise Refused(Why.NOT_A_STATEMENT)
    entry_id, group_id, answers = new_id(), sent.field("group_id") or None, sent.field("answers") or None
    session = (await sent.visit.house.desk.load(ACCREDITATION, sent.meeting.session_id)).state
    place_id = sent.field("place")
    if place_id:
        place = session.places.get(place_id)
        if place is None or place.closed:
            raise Refused(Why.NO_SUCH_PLACE)
        return Acting(
            InscribeSpeaker(
                entry_id, place.place_id, place.delegation_id, place.category, place.remote,
                None, Kind(kind), Rank(rank), group_id, answers,
            )
        )  # fmt: skip
    category = sent.field("category")
    if category not in session.rules.categories:
        raise Refused(Why.TEXT_MISSING)
    person = sent.field("typed_person")[:NAME_MAX]
    fields = {"given_name": person, "organisation": sent.required("typed_delegation", NAME_MAX)}
    dossier_id, write = sent.sealed("speaker", fields)
    command = InscribeSpeaker(
        entry_id, "", f"typed-{entry_id}", category, False, dossier_id, Kind(kind), Rank(rank), group_id, answers
    )
    return Acting(command, [write])


async def move_page(visit: Visit) -> web.StreamResponse:
    """Where a speaker is moved to, and why: a page of its own, so that the list does not change under the hand."""
    return await _entry_page(visit, "console/move.html")


async def rank_page(visit: Visit) -> web.StreamResponse:
    """Of which rank a statement is and for which group, as its delegation stated it, to confirm or correct."""
    return await _entry_page(visit, "console/rank.html")


async def _entry_page(visit: Visit, template: str) -> web.StreamResponse:
    model = await shared_model(visit.house, await meeting_of(visit))
    entry = next((each for each in model.waiting if each.entry_id == visit.request.match_info["entry_id"]), None)
    if entry is None:
        raise Refused(Why.NO_SUCH_ENTRY)
    return page(visit, template, meeting=model, entry=entry)


def _confirm(sent: Sent) -> ConfirmEntry:
    rank = sent.field("rank")
    if rank not in set(Rank):
        raise Refused(Why.TEXT_MISSING)
    return ConfirmEntry(sent.at("entry_id"), Rank(rank), sent.field("group_id") or None)


def _move(sent: Sent) -> MoveEntry:
    reason = sent.field("reason")
    if reason not in set(MoveReason):
        raise Refused(Why.REASON_MISSING)
    return MoveEntry(sent.at("entry_id"), sent.field("before") or None, MoveReason(reason))


def _form_group(sent: Sent) -> Acting:
    dossier_id, write = sent.sealed("group", {"organisation": sent.required("name", NAME_MAX)})
    budget_ms = sent.minutes_ms("minutes") if sent.field("minutes") else None
    return Acting(FormGroup(new_id(), dossier_id, budget_ms), [write])


def _announce(sent: Sent) -> AnnounceClosure:
    return AnnounceClosure(sent.visit.house.clock() + timedelta(milliseconds=sent.minutes_ms("minutes")))


ROUTES = (
    Route("GET", "/console/meetings/{meeting_id}/list/{entry_id}/place", move_page, RUN),
    Route("GET", "/console/meetings/{meeting_id}/list/{entry_id}/rank", rank_page, ADMINISTER),
    by_secretariat("/list/{entry_id}/rank", make=_confirm),
    by_secretariat("/list/inscription", make=_inscribe),
    run("/list/{entry_id}/move", make=_move),
    run("/list/announcement", make=_announce),
    run("/groups", make=_form_group),
    run("/groups/{group_id}/time", make=lambda sent: AddGroupTime(sent.at("group_id"), sent.minutes_ms("minutes"))),
    by_secretariat(
        "/presence", make=lambda sent: MarkPresence(sent.field("delegation_id"), sent.field("here") == "yes")
    ),
)
