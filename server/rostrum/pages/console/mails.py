"""The mails of a session: what waits, what was sent, what came back, and what can be done about it."""

from collections.abc import Mapping, Sequence

from aiohttp import web
from email_validator import EmailNotValidError, validate_email

from rostrum.identity.secrets import new_id
from rostrum.pages.apply.form import tidy
from rostrum.pages.console.routes import ADMINISTER, session_of
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit
from rostrum.record.outbox import Mail, MailState, NewMail

ADDRESS_MAX = 254


async def outbox(visit: Visit) -> web.StreamResponse:
    """The newest mails, of all states or of one."""
    asked = visit.request.query.get("state", "")
    state = MailState(asked) if asked in set(MailState) else None
    return await _page(visit, await visit.house.outbox.recent(visit.session_id, state=state), state=state)


async def search(visit: Visit) -> web.StreamResponse:
    """The mails to an address. It comes in the form's body, so that it stands in no address and no log."""
    address = str(tidy((await visit.request.post()).get("address", "")))[:ADDRESS_MAX]
    found = await visit.house.outbox.search(visit.session_id, address) if address else []
    return await _page(visit, found, address=address)


async def send_now(visit: Visit) -> web.StreamResponse:
    """Try a mail at once that waits, is held, or was given up."""
    house = visit.house
    raise _back(visit, await house.outbox.send_now(visit.session_id, _asked(visit), house.clock()))


async def cancel(visit: Visit) -> web.StreamResponse:
    """Take a mail back that was not sent."""
    raise _back(visit, await visit.house.outbox.cancel(visit.session_id, _asked(visit)))


async def again(visit: Visit) -> web.StreamResponse:
    """Send a mail that did not arrive once more, to the address as it is mended."""
    house = visit.house
    mail = await house.outbox.find(visit.session_id, _asked(visit))
    if mail is None or mail.state not in {MailState.BOUNCED, MailState.FAILED}:
        raise _back(visit, done=False)
    typed = str(tidy((await visit.request.post()).get("address", "")))[:ADDRESS_MAX]
    try:
        address = validate_email(typed, check_deliverability=False).normalized
    except EmailNotValidError:
        return await _page(visit, [mail], wrong={mail.mail_id: typed})
    copy = NewMail(new_id(), mail.session_id, address, mail.language, mail.letter, mail.discreet)
    await house.outbox.add(copy, house.clock())
    raise _back(visit, done=True)


def _asked(visit: Visit) -> str:
    return visit.request.match_info["mail_id"]


def _back(visit: Visit, done: bool) -> web.HTTPException:
    """To the list, which says so where the mail was no longer what the page had shown."""
    return web.HTTPSeeOther(f"/at/{visit.place_id}/console/outbox{'' if done else '?late=yes'}")


async def _page(
    visit: Visit,
    mails: Sequence[Mail],
    *,
    state: MailState | None = None,
    address: str = "",
    wrong: Mapping[str, str] | None = None,
) -> web.StreamResponse:
    session = await session_of(visit)
    return page(
        visit,
        "console/outbox.html",
        status=422 if wrong else 200,
        shown_at=f"/at/{visit.place_id}/console/outbox",
        at=f"/at/{visit.place_id}/console",
        session=session,
        mails=mails,
        counts=await visit.house.outbox.count(session.session_id),
        states=list(MailState),
        state=state,
        address=address,
        wrong=wrong or {},
        late=visit.request.query.get("late") == "yes",
        folder=None if visit.house.settings.smtp_url else visit.house.settings.data / "outbox",
    )


ROUTES = (
    Route("GET", "/console/outbox", outbox, ADMINISTER),
    Route("POST", "/console/outbox", search, ADMINISTER),
    Route("POST", "/console/outbox/{mail_id}/attempt", send_now, ADMINISTER),
    Route("POST", "/console/outbox/{mail_id}/cancellation", cancel, ADMINISTER),
    Route("POST", "/console/outbox/{mail_id}/copy", again, ADMINISTER),
)
