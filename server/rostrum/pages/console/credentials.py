"""Credentials in the console: the roll of states, where each stands, letters, findings, objections, arrears."""

from collections.abc import Mapping

from aiohttp import web

from rostrum.assembly.credentials import (
    Credentials,
    CredentialsCommand,
    ExamineCredentials,
    KeepRoll,
    ObjectToCredentials,
    PermitVote,
    SeatDelegation,
    SetArrears,
)
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.rules.roll import states_parties
from rostrum.assembly.state_credentials import CREDENTIALS_MACHINE, Form, Signatory, StateCredentials
from rostrum.desk import CREDENTIALS
from rostrum.i18n.states import in_order, state_name, states
from rostrum.identity.secrets import new_id
from rostrum.pages.apply.form import tidy
from rostrum.pages.console.routes import ADMINISTER, NOTE_MAX, session_of
from rostrum.pages.files.arrival import FILE_REFUSALS, Arrival
from rostrum.pages.files.form import receive
from rostrum.pages.files.letters import communication, purpose_of
from rostrum.pages.render import language_of, page
from rostrum.pages.route import Route, Visit
from rostrum.pages.trouble import STATUS, Trouble
from rostrum.reads.credentials import LETTERS, delegations_of, letters_of, matched, rows, subject_of
from rostrum.record.files import Owner
from rostrum.record.journal import Write
from rostrum.uploads.intake import Ready


async def table(visit: Visit) -> web.StreamResponse:
    """Every state, and where it stands."""
    held, session = await credentials_of(visit), await session_of(visit)
    delegations = await delegations_of(session, visit.house.names)
    wanted = visit.request.query.get("state", "")
    listed = rows(held, delegations, language_of(visit.request))
    return page(
        visit,
        "console/credentials.html",
        at=f"/at/{visit.place_id}/console",
        credentials=held,
        rows=[row for row in listed if not wanted or row.credentials.state == wanted],
        all_rows=listed,
        wanted=wanted,
        to_match=len(matched(held, delegations)),
    )


async def roll(visit: Visit) -> web.StreamResponse:
    """Which states are parties: a tick for each."""
    held = await credentials_of(visit)
    ticked = tuple(held.states) or states_parties()
    return _ticks(visit, "console/credentials_roll.html", tuple(states()), ticked)


async def keep_roll(visit: Visit) -> web.StreamResponse:
    """Keep the roll."""
    codes = tuple(str(code) for code in (await visit.request.post()).getall("code", []))
    if not codes or not states().keys() >= set(codes):
        raise Refused(Why.NO_SUCH_STATE)
    await act(visit, KeepRoll(visit.session_id, codes))
    raise web.HTTPSeeOther(_home(visit))


async def arrears(visit: Visit) -> web.StreamResponse:
    """Which states are in arrears: a tick for each."""
    held = await credentials_of(visit)
    ticked = tuple(code for code, each in held.states.items() if each.in_arrears)
    return _ticks(visit, "console/credentials_arrears.html", tuple(held.states), ticked)


async def set_arrears(visit: Visit) -> web.StreamResponse:
    """Keep who is in arrears."""
    codes = tuple(str(code) for code in (await visit.request.post()).getall("code", []))
    await act(visit, SetArrears(codes))
    raise web.HTTPSeeOther(_home(visit))


async def match(visit: Visit) -> web.StreamResponse:
    """Tie every delegation that has a state's very name to that state."""
    held, session = await credentials_of(visit), await session_of(visit)
    for code, delegation_id in matched(held, await delegations_of(session, visit.house.names)).items():
        await act(visit, SeatDelegation(code, delegation_id))
    raise web.HTTPSeeOther(_home(visit))


async def state(visit: Visit) -> web.StreamResponse:
    """One state, and what can be done about it."""
    return await _state_page(visit)


async def seat(visit: Visit) -> web.StreamResponse:
    """Say which delegation speaks for the state."""
    found, session = await _state(visit), await session_of(visit)
    chosen = str((await visit.request.post()).get("delegation", ""))
    if chosen and chosen not in await delegations_of(session, visit.house.names):
        raise Refused(Why.NOT_ENTITLED)
    await act(visit, SeatDelegation(found.code, chosen or None))
    raise web.HTTPSeeOther(_at(visit, found.code))


async def letter(visit: Visit) -> web.StreamResponse:
    """Take a letter in: with its file, or on paper alone."""
    found = await _state(visit)
    try:
        ready, fields = await receive(arrival(visit, found.code))
        if ready is None:
            await act(visit, communication(found.code, fields, None))
    except Refused as refused:
        if refused.why not in FILE_REFUSALS:
            raise
        return await _state_page(visit, wrong=refused.why)
    raise web.HTTPSeeOther(_at(visit, found.code))


async def examine(visit: Visit) -> web.StreamResponse:
    """What the committee found."""
    found, post = await _state(visit), await visit.request.post()
    in_order_ = post.get("finding") == "in-order"
    words = str(tidy(post.get("words", "")))
    if not in_order_ and not 0 < len(words) <= NOTE_MAX:
        return await _state_page(visit, missing="words")
    note_id = None if in_order_ else new_id()
    await act(visit, ExamineCredentials(found.code, in_order_, note_id), *_note(visit, found.code, note_id, words))
    raise web.HTTPSeeOther(_at(visit, found.code))


async def object_to(visit: Visit) -> web.StreamResponse:
    """A state objects."""
    found, post = await _state(visit), await visit.request.post()
    words = str(tidy(post.get("grounds", "")))
    if not 0 < len(words) <= NOTE_MAX:
        return await _state_page(visit, missing="grounds")
    note_id = new_id()
    command = ObjectToCredentials(found.code, str(post.get("by", "")), note_id)
    await act(visit, command, *_note(visit, found.code, note_id, words))
    raise web.HTTPSeeOther(_at(visit, found.code))


async def permit(visit: Visit) -> web.StreamResponse:
    """The Assembly lets a state in arrears vote, or no longer."""
    found = await _state(visit)
    permitted = (await visit.request.post()).get("permitted") == "yes"
    await act(visit, PermitVote(found.code, permitted))
    raise web.HTTPSeeOther(_at(visit, found.code))


async def credentials_of(visit: Visit) -> Credentials:
    """The credentials of the visitor's session."""
    return (await visit.house.desk.load(CREDENTIALS, visit.session_id)).state


async def act(visit: Visit, command: CredentialsCommand, *also: Write) -> None:
    """Act on the credentials of the visitor's session."""
    await visit.house.desk.act(CREDENTIALS, visit.session_id, command, visit.actor, also=also)


def arrival(visit: Visit, code: str) -> Arrival:
    """How the file of a letter comes to a state."""

    async def owner(fields: Mapping[str, str]) -> Owner:
        return Owner(visit.session_id, subject_of(code), LETTERS, purpose_of(fields))

    async def keep(ready: Ready) -> None:
        form, _, signatory = ready.file.owner.purpose.partition(".")
        fields = {"form": form, "signatory": signatory}
        await act(visit, communication(code, fields, ready.file.file_id), *ready.writes)

    return Arrival(visit.request, visit.house, owner, keep, visit.house.lives.written)


async def _state(visit: Visit) -> StateCredentials:
    found = (await credentials_of(visit)).states.get(visit.request.match_info["code"])
    if found is None:
        raise Trouble(Why.NO_SUCH_STATE)
    return found


async def _state_page(visit: Visit, *, wrong: Why | None = None, missing: str = "") -> web.StreamResponse:
    held, session, found = await credentials_of(visit), await session_of(visit), await _state(visit)
    language = language_of(visit.request)
    delegations = await delegations_of(session, visit.house.names)
    taken = {each.delegation_id for each in held.states.values()} - {found.delegation_id}
    note = {} if found.note_id is None else await visit.house.dossiers.get(found.note_id) or {}
    status = 422 if missing else 200 if wrong is None else STATUS.get(wrong, 409)
    return page(
        visit,
        "console/credentials_state.html",
        status=status,
        shown_at=_at(visit, found.code),
        at=f"/at/{visit.place_id}/console",
        found=found,
        name=state_name(found.code, language),
        others=[(code, state_name(code, language)) for code in in_order(held.states, language) if code != found.code],
        delegations=[(each, name) for each, name in sorted(delegations.items(), key=_by_name) if each not in taken],
        letters=await letters_of(visit.house.files, visit.session_id, found.code),
        note=str(note.get("text", "")),
        objector=state_name(found.objected_by, language) if found.objected_by else "",
        moves=sorted(event.__name__ for event in CREDENTIALS_MACHINE[found.state]),
        committee=bool(held.committee),
        letter_kinds=list(Form),
        signatories=list(Signatory),
        wrong=wrong,
        missing=missing,
        intake=visit.house.intake,
    )


def _by_name(pair: tuple[str, str]) -> str:
    return pair[1].casefold()


def _ticks(visit: Visit, template: str, codes: tuple[str, ...], ticked: tuple[str, ...]) -> web.StreamResponse:
    language = language_of(visit.request)
    return page(
        visit,
        template,
        at=f"/at/{visit.place_id}/console",
        options=[(code, state_name(code, language)) for code in in_order(codes, language)],
        ticked=frozenset(ticked),
    )


def _note(visit: Visit, code: str, note_id: str | None, words: str) -> tuple[Write, ...]:
    if note_id is None:
        return ()
    now = visit.house.clock()
    seal = visit.house.dossiers.seal(
        note_id,
        session_id=visit.session_id,
        subject=subject_of(code),
        kind="credentials-note",
        fields={"text": words},
        created_at=now,
        purge_at=now + visit.house.lives.written,
    )
    return (seal,)


def _home(visit: Visit) -> str:
    return f"/at/{visit.place_id}/console/credentials"


def _at(visit: Visit, code: str) -> str:
    return f"{_home(visit)}/states/{code}"


ROUTES = (
    Route("GET", "/console/credentials", table, ADMINISTER),
    Route("GET", "/console/credentials/roll", roll, ADMINISTER),
    Route("POST", "/console/credentials/roll", keep_roll, ADMINISTER),
    Route("GET", "/console/credentials/arrears", arrears, ADMINISTER),
    Route("POST", "/console/credentials/arrears", set_arrears, ADMINISTER),
    Route("POST", "/console/credentials/matching", match, ADMINISTER),
    Route("GET", "/console/credentials/states/{code}", state, ADMINISTER),
    Route("POST", "/console/credentials/states/{code}/delegation", seat, ADMINISTER),
    Route("POST", "/console/credentials/states/{code}/letter", letter, ADMINISTER, streams=True),
    Route("POST", "/console/credentials/states/{code}/finding", examine, ADMINISTER),
    Route("POST", "/console/credentials/states/{code}/objection", object_to, ADMINISTER),
    Route("POST", "/console/credentials/states/{code}/permission", permit, ADMINISTER),
)
