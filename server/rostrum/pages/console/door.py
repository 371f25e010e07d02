"""What a door's page asks for by script: the signed list that it judges by without a line, and what it read."""

import base64
import json
from datetime import UTC, datetime, timedelta

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rostrum.assembly.refusal import Why
from rostrum.identity.badges import number_hash, number_of, session_digest
from rostrum.pages.console.badge_reads import CODE_MAX, counted, is_live, judge
from rostrum.pages.console.check_in import DOOR
from rostrum.pages.console.routes import session_of
from rostrum.pages.render import fragment, language_of
from rostrum.pages.route import Route, Visit
from rostrum.pages.trouble import Trouble
from rostrum.webroot import web_root

READS_MAX = 50
"""Reads of one request; a page that has more sends them one request after the other."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FAR_MS = 253_402_300_799_000
"""The end of the year 9999, the last moment that can be written."""
WORKER = "static/js/console/door_worker.js"


class _Read(BaseModel):
    model_config = ConfigDict(strict=True)

    id: str = Field(max_length=64)
    code: str = Field(max_length=CODE_MAX)
    at: int = Field(ge=0, le=FAR_MS)


class _Reads(BaseModel):
    reads: list[_Read] = Field(max_length=READS_MAX)


async def listed(visit: Visit) -> web.StreamResponse:
    """The badges that are revoked and the numbers that are good, all as digests, signed with the key of badges."""
    house, session = visit.house, await session_of(visit)
    badges = {house.badger.badge_id(place.place_id): is_live(session, place) for place in session.places.values()}
    told = {
        "session": session_digest(session.session_id).hex(),
        "at": _ms(house.clock()),
        "revoked": sorted(badge_id for badge_id, live in badges.items() if not live),
        "numbers": sorted(number_hash(session.session_id, number_of(each)) for each, live in badges.items() if live),
    }
    text = json.dumps(told)
    signature = base64.urlsafe_b64encode(house.badger.sign_list(text)).decode()
    return web.json_response({"list": text, "signature": signature, "count": counted(session)})


async def read(visit: Visit) -> web.StreamResponse:
    """What was read, now or while there was no line, each with its own time. Raises `Trouble`."""
    try:
        sent = _Reads.model_validate_json(await visit.request.read())
    except ValidationError as error:
        raise Trouble(Why.TEXT_MISSING) from error
    answers = []
    for each in sent.reads:
        answer = await judge(visit, each.code.strip(), EPOCH + timedelta(milliseconds=each.at))
        answers.append(
            {
                "id": each.id,
                "state": answer.state,
                "html": fragment(visit.house, language_of(visit.request), "console/_verdict.html", answer=answer),
                "name": "" if answer.name is None else answer.name.person or answer.name.delegation,
                "revokedAt": None if answer.revoked_at is None else _ms(answer.revoked_at),
            }
        )
    return web.json_response({"answers": answers, "count": counted(await session_of(visit))})


def _ms(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(milliseconds=1)


async def worker(visit: Visit) -> web.StreamResponse:
    """The script that keeps the page, and is good for this page alone."""
    headers = {"Service-Worker-Allowed": f"/at/{visit.place_id}/console/check-in"}
    text = (web_root() / WORKER).read_text("utf-8")
    return web.Response(text=text, content_type="text/javascript", headers=headers)


ROUTES = (
    Route("GET", "/console/check-in/list", listed, DOOR),
    Route("POST", "/console/check-in/reads", read, DOOR),
    Route("GET", "/console/check-in/worker.js", worker, DOOR),
)
