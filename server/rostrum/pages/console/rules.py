"""The rules of procedure of the session, as data: read, and changed by decision for meetings that do not sit."""

from collections.abc import Mapping
from dataclasses import replace

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.assembly.amendment import AmendProcedure
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.rules.errors import RulesError
from rostrum.assembly.rules.parsing import TIME_MAX_S, check
from rostrum.assembly.rules.procedure import Closing, Order, Procedure, RepliesWhen
from rostrum.assembly.sitting import AdoptRules, MeetingState
from rostrum.desk import ACCREDITATION, MEETING
from rostrum.identity.secrets import new_id
from rostrum.pages.apply.form import tidy
from rostrum.pages.console.routes import session_of
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit

ADMINISTER = frozenset({Right.ADMINISTER})
TEXT_MAX = 4000
NUMBERS: Mapping[str, int] = {
    "interleave_after": 100, "reply_number": 20, "first_reply_s": TIME_MAX_S, "second_reply_s": TIME_MAX_S,
    "final_warning_s": TIME_MAX_S, "group_limit_s": TIME_MAX_S, "silence_s": 3600, "undo_s": 3600, "members": 1000,
}  # fmt: skip
"""Fields with a whole number, and the largest."""
CHOICES: Mapping[str, tuple[str, ...]] = {
    "order": tuple(Order),
    "closing": tuple(Closing),
    "replies_when": tuple(RepliesWhen),
}
WAITING = (MeetingState.SCHEDULED, MeetingState.SUSPENDED)
"""Meetings that do not sit now, and will."""
SWITCHES = ("closing_stops_points", "present_only", "cut_off", "recording_ends")


async def rules(visit: Visit) -> web.StreamResponse:
    """The procedure as it is, in a form."""
    return await _page(visit, values_of((await session_of(visit)).rules.procedure), {})


async def amend(visit: Visit) -> web.StreamResponse:
    """What was decided, for the session and every meeting of it that does not sit."""
    post = await visit.request.post()
    values = {name: str(tidy(value)) for name, value in post.items() if isinstance(value, str)}
    session = await session_of(visit)
    errors = wrong(values)
    procedure = session.rules.procedure if errors else filled(session.rules.procedure, values)
    try:
        check(procedure)
    except RulesError as error:
        errors[{"interleave_categories": "interleave_after"}.get(error.path[-1], "text")] = "contradiction"
    if errors:
        return await _page(visit, values, errors)
    house, now, text_id = visit.house, visit.house.clock(), new_id()
    write = house.dossiers.seal(
        text_id,
        session_id=session.session_id,
        subject=session.session_id,
        kind="decision",
        fields={"text": values["text"]},
        created_at=now,
        purge_at=now + house.lives.written,
    )
    command = AmendProcedure(procedure, text_id)
    held = await house.desk.act(ACCREDITATION, session.session_id, command, visit.actor, also=[write])
    for meeting_id in await house.desk.identifiers(MEETING):
        meeting = (await house.desk.load(MEETING, meeting_id)).state
        if meeting.session_id != session.session_id or meeting.state not in WAITING:
            continue
        adopted = replace(meeting.rules, procedure=held.state.rules.procedure)
        try:
            await house.desk.act(MEETING, meeting_id, AdoptRules(adopted, text_id), visit.actor)
        except Refused as refused:
            # It was opened this very moment: it goes on by the rules it was opened under.
            if refused.why is not Why.MEETING_ALREADY_OPEN:
                raise
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/console/rules?changed=yes")


def values_of(procedure: Procedure) -> dict[str, str]:
    """The form's values for a procedure."""
    speakers, time, reply = procedure.speakers, procedure.time, procedure.reply
    numbers = {
        "interleave_after": speakers.interleave_after,
        "reply_number": reply.number,
        "first_reply_s": reply.limit_ms(1) // 1000,
        "second_reply_s": reply.limit_ms(2) // 1000,
        "final_warning_s": time.final_warning_ms // 1000,
        "group_limit_s": time.group_limit_ms // 1000,
        "silence_s": procedure.vote.silence_ms // 1000,
        "undo_s": time.undo_ms // 1000,
        "members": procedure.quorum.members,
    }
    switches = {
        "closing_stops_points": speakers.closing_stops_points,
        "present_only": speakers.present_only,
        "cut_off": time.cut_off,
        "recording_ends": time.recording_ends,
    }
    return {
        **{name: str(number) for name, number in numbers.items()},
        **{name: "yes" for name, on in switches.items() if on},
        "order": speakers.order,
        "closing": speakers.closing,
        "replies_when": reply.when,
    }


def wrong(values: Mapping[str, str]) -> dict[str, str]:
    """Fields that cannot be read, with a code of what is wrong."""
    errors = {}
    for name, most in NUMBERS.items():
        text = values.get(name, "")
        if not (text.isdecimal() and len(text) < 7 and int(text) <= most):
            errors[name] = "number"
    for name, options in CHOICES.items():
        if values.get(name) not in options:
            errors[name] = "choice"
    if not 0 < len(values.get("text", "")) <= TEXT_MAX:
        errors["text"] = "text"
    return errors


def filled(procedure: Procedure, values: Mapping[str, str]) -> Procedure:
    """The procedure with what the form says; `values` are those of a form in which nothing is wrong."""
    number = {name: int(values[name]) for name in NUMBERS}
    on = {name: values.get(name) == "yes" for name in SWITCHES}
    speakers = replace(
        procedure.speakers,
        order=Order(values["order"]),
        closing=Closing(values["closing"]),
        interleave_after=number["interleave_after"],
        closing_stops_points=on["closing_stops_points"],
        present_only=on["present_only"],
    )
    time = replace(
        procedure.time,
        final_warning_ms=number["final_warning_s"] * 1000,
        group_limit_ms=number["group_limit_s"] * 1000,
        undo_ms=number["undo_s"] * 1000,
        cut_off=on["cut_off"],
        recording_ends=on["recording_ends"],
    )
    reply = replace(
        procedure.reply,
        number=number["reply_number"],
        limits_ms=(number["first_reply_s"] * 1000, number["second_reply_s"] * 1000),
        when=RepliesWhen(values["replies_when"]),
    )
    quorum = replace(procedure.quorum, members=number["members"])
    vote = replace(procedure.vote, silence_ms=number["silence_s"] * 1000)
    return replace(procedure, speakers=speakers, time=time, reply=reply, quorum=quorum, vote=vote)


async def _page(visit: Visit, values: Mapping[str, str], errors: Mapping[str, str]) -> web.StreamResponse:
    return page(
        visit,
        "console/rules.html",
        status=422 if errors else 200,
        at=f"/at/{visit.place_id}/console",
        session=await session_of(visit),
        values=values,
        wrong=errors,
        changed=visit.request.query.get("changed") == "yes",
        numbers=NUMBERS,
    )


ROUTES = (
    Route("GET", "/console/rules", rules, ADMINISTER),
    Route("POST", "/console/rules", amend, ADMINISTER),
)
