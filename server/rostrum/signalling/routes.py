"""WHIP (RFC 9725) and WHEP: the HTTP side of the media engine.

`routes` gives the handlers of
    POST | OPTIONS  /whip/{meeting_id}      begin to send; `?take=yes` takes a source over that is sent from elsewhere
    POST | OPTIONS  /whep/{meeting_id}      begin to watch; `?channel=fr` with a language's channel
    PATCH | DELETE | OPTIONS  /media/{peer_id}
    POST  /media/{peer_id}/wish      {"most": "none" | "small" | "medium" | "full"}: how much of pictures is wanted
    POST  /media/{peer_id}/tune      {"channel": "floor" | a language's code}: watch with this channel from now on
    POST  /media/{peer_id}/silence   {"silent": true | false}: whether the sender's own sound is dropped at once
    POST  /media/{peer_id}/report    {"frozen": 0 to 1, "height": pixels}: how it looks at the page's end; answered with
                                     {"word": "good" | "fair" | "poor" | "away", "reason": one of `Reason`, "picture"}
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Annotated, TypeVar

from aiohttp import web
from multidict import CIMultiDict
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from rostrum.assembly.interpretation import FLOOR, WORKING_LANGUAGES
from rostrum.media.engine import (
    Answer,
    Engine,
    EtagMismatch,
    NoSuchPeer,
    OfferRejected,
    PeerHealth,
    PeerState,
    SourceInUse,
    Wish,
)
from rostrum.media.lines import Lines
from rostrum.media.quality import Seen
from rostrum.signalling.crowd import Crowd, NoRoom
from rostrum.signalling.grant import Authorise, Grant
from rostrum.signalling.problem import TITLES, problem
from rostrum.signalling.relay import Relay

BODY_LIMIT_BYTES = 64 * 1024
SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"

_PICTURE = re.compile(r"m=\s*video", re.IGNORECASE)
_ACCEPT_POST = {"Accept-Post": SDP}
_ACCEPT_PATCH = {"Accept-Patch": FRAGMENT}


def routes(
    engine: Engine, authorise: Authorise, relay: Relay | None = None, lines: Lines | None = None
) -> list[web.RouteDef]:
    """The routes of one engine. `relay`: none where the operator set up no TURN server."""
    signalling = _Signalling(engine, authorise, relay or Relay(), lines or Lines(engine))
    return [
        web.post("/whip/{meeting_id}", signalling.publish),
        web.options("/whip/{meeting_id}", signalling.offer_options),
        web.post("/whep/{meeting_id}", signalling.subscribe),
        web.options("/whep/{meeting_id}", signalling.offer_options),
        web.patch("/media/{peer_id}", signalling.patch),
        web.delete("/media/{peer_id}", signalling.delete),
        web.options("/media/{peer_id}", signalling.resource_options),
        web.post("/media/{peer_id}/wish", signalling.wish),
        web.post("/media/{peer_id}/tune", signalling.tune),
        web.post("/media/{peer_id}/silence", signalling.silence),
        web.post("/media/{peer_id}/report", signalling.report),
    ]


class _Wished(BaseModel):
    most: Wish


CHANNELS = (FLOOR, *WORKING_LANGUAGES)


def _channel(name: str) -> str:
    if name not in CHANNELS:
        raise ValueError(name)
    return name


class _Tuned(BaseModel):
    channel: Annotated[str, AfterValidator(_channel)]


class _Silenced(BaseModel):
    model_config = ConfigDict(strict=True)

    silent: bool


class _Reported(BaseModel):
    model_config = ConfigDict(strict=True)

    frozen: float = Field(0.0, ge=0.0, le=1.0, allow_inf_nan=False)
    height: int = Field(0, ge=0, le=10_000)


Said = TypeVar("Said", _Wished, _Tuned, _Silenced, _Reported)


class _Refusal(Exception):
    """Ends a handler with a problem document."""

    def __init__(self, code: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(code)
        self.response = problem(code, headers)


class _Signalling:
    def __init__(self, engine: Engine, authorise: Authorise, relay: Relay, lines: Lines) -> None:
        self._engine = engine
        self._authorise = authorise
        self._relay = relay
        self._lines = lines
        self._owners: dict[str, tuple[str, str | None]] = {}
        self._crowd = Crowd()
        engine.listen(self._peer_changed)

    def _peer_changed(self, health: PeerHealth) -> None:
        if health.state is PeerState.CLOSED:
            self._owners.pop(health.peer_id, None)
            self._crowd.left(health.peer_id)

    async def publish(self, request: web.Request) -> web.Response:
        try:
            grant = await self._grant(request)
            source = grant.may_publish
            if source is None:
                raise _Refusal("forbidden")
            offer = await _offer(request)
            # Wherever it stands in the text: who sends sound alone has no such words.
            if grant.sound_only and _PICTURE.search(offer):
                raise _Refusal("picture-not-wanted")
            take_over = request.query.get("take") == "yes"
            answer = await self._engine.publish(
                grant.meeting_id, source, offer, place_id=grant.place_id, take_over=take_over
            )
        except _Refusal as refusal:
            return refusal.response
        except SourceInUse:
            return problem("source-in-use")
        except ConnectionError:
            return problem("not-ready")
        except OfferRejected as rejected:
            return _rejected(rejected)
        return self._created(grant, answer)

    async def subscribe(self, request: web.Request) -> web.Response:
        try:
            grant = await self._grant(request)
            if grant.audience is None:
                raise _Refusal("forbidden")
            channel = request.query.get("channel", FLOOR)
            if channel not in CHANNELS:
                raise _Refusal("no-such-channel")
            audience = replace(grant.audience, language=channel)
            offer = await _offer(request)
            with self._crowd.coming(grant) as place:
                answer = await self._engine.subscribe(grant.meeting_id, audience, offer, place_id=grant.place_id)
                place.taken(answer.peer_id)
        except NoRoom:
            return problem("full")
        except _Refusal as refusal:
            return refusal.response
        except ConnectionError:
            return problem("not-ready")
        except OfferRejected as rejected:
            return _rejected(rejected)
        return self._created(grant, answer)

    def _created(self, grant: Grant, answer: Answer) -> web.Response:
        self._owners[answer.peer_id] = (grant.meeting_id, grant.holder)
        headers = CIMultiDict({"Location": f"/media/{answer.peer_id}", "ETag": f'"{answer.etag}"', **_ACCEPT_PATCH})
        headers["Cache-Control"] = "no-store"
        for link in self._links(grant):
            headers.add("Link", link)
        return web.Response(status=201, text=answer.sdp, content_type=SDP, headers=headers)

    def _links(self, grant: Grant) -> list[str]:
        return self._relay.links(grant.holder or "hall")

    async def offer_options(self, request: web.Request) -> web.Response:
        """Tells what can be posted, and to the holder of a token which relays to use (RFC 9725 section 4.6)."""
        headers = CIMultiDict({**_ACCEPT_POST, "Allow": "POST, OPTIONS", "Cache-Control": "no-store"})
        if "Authorization" in request.headers:
            try:
                grant = await self._grant(request)
            except _Refusal as refusal:
                return refusal.response
            for link in self._links(grant):
                headers.add("Link", link)
        return web.Response(status=204, headers=headers)

    async def resource_options(self, _: web.Request) -> web.Response:
        return web.Response(status=204, headers={**_ACCEPT_PATCH, "Allow": "PATCH, DELETE, OPTIONS"})

    async def patch(self, request: web.Request) -> web.Response:
        try:
            _, peer_id = await self._owned(request)
            if request.content_type != FRAGMENT:
                raise _Refusal("unsupported-type", _ACCEPT_PATCH)
            condition = request.headers.get("If-Match")
            if condition is None:
                raise _Refusal("precondition-required")
            etag = None if condition.strip() == "*" else condition.strip().removeprefix("W/").strip('"')
            fragment, new_etag = await self._engine.restart_ice(peer_id, await _text(request), etag)
        except _Refusal as refusal:
            return refusal.response
        except NoSuchPeer:
            return problem("no-such-resource")
        except EtagMismatch:
            return problem("etag-mismatch")
        except ConnectionError:
            return problem("not-ready")
        except OfferRejected as rejected:
            return _rejected(rejected)
        if not fragment:
            return web.Response(status=204)
        return web.Response(text=fragment, content_type=FRAGMENT, headers={"ETag": f'"{new_etag}"'})

    async def delete(self, request: web.Request) -> web.Response:
        try:
            _, peer_id = await self._owned(request)
            await self._engine.remove(peer_id)
        except _Refusal as refusal:
            return refusal.response
        except (NoSuchPeer, ConnectionError):
            return problem("no-such-resource")
        return web.Response(status=200)

    async def wish(self, request: web.Request) -> web.Response:
        return await self._said_of(request, _Wished, lambda peer_id, _, said: self._engine.wish(peer_id, said.most))

    async def tune(self, request: web.Request) -> web.Response:
        async def tune(peer_id: str, grant: Grant, said: _Tuned) -> None:
            if grant.audience is None:
                raise _Refusal("forbidden")
            await self._engine.tune(peer_id, replace(grant.audience, language=said.channel))

        return await self._said_of(request, _Tuned, tune)

    async def silence(self, request: web.Request) -> web.Response:
        return await self._said_of(
            request, _Silenced, lambda peer_id, _, said: self._engine.silence(peer_id, said.silent)
        )

    async def _said_of(
        self, request: web.Request, kind: type[Said], act: Callable[[str, Grant, Said], Awaitable[None]]
    ) -> web.Response:
        """What a client says of its own session, done."""
        try:
            grant, peer_id = await self._owned(request)
            await act(peer_id, grant, await _said(request, kind))
        except _Refusal as refusal:
            return refusal.response
        except NoSuchPeer:
            return problem("no-such-resource")
        except ConnectionError:
            return problem("not-ready")
        return web.Response(status=204)

    async def report(self, request: web.Request) -> web.Response:
        try:
            _, peer_id = await self._owned(request)
            said = await _said(request, _Reported)
            line = self._lines.report(peer_id, Seen(said.frozen, said.height))
            if line is None:
                raise _Refusal("no-such-resource")
        except _Refusal as refusal:
            return refusal.response
        answer = {"word": line.quality.word.name.lower(), "reason": line.quality.reason, "picture": line.peer.picture}
        return web.json_response(answer, headers={"Cache-Control": "no-store"})

    async def _grant(self, request: web.Request) -> Grant:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise _Refusal("unauthorised")
        grant = await self._authorise(token.strip())
        if grant is None:
            raise _Refusal("unauthorised")
        if request.match_info.get("meeting_id", grant.meeting_id) != grant.meeting_id:
            raise _Refusal("forbidden")
        return grant

    async def _owned(self, request: web.Request) -> tuple[Grant, str]:
        """A token's grant, and a session that its holder made; another's is as if it were not there."""
        grant = await self._grant(request)
        peer_id = request.match_info["peer_id"]
        if self._owners.get(peer_id) != (grant.meeting_id, grant.holder):
            raise _Refusal("no-such-resource")
        return grant, peer_id


async def _offer(request: web.Request) -> str:
    if request.content_type != SDP:
        raise _Refusal("unsupported-type", _ACCEPT_POST)
    accepted = request.headers.get("Accept", "*/*")
    if not any(part.split(";")[0].strip() in (SDP, "application/*", "*/*") for part in accepted.split(",")):
        raise _Refusal("not-acceptable")
    return await _text(request)


async def _said(request: web.Request, kind: type[Said]) -> Said:
    if request.content_type != "application/json":
        raise _Refusal("unsupported-json")
    try:
        return kind.model_validate_json(await _body(request))
    except ValidationError:
        raise _Refusal("malformed-json") from None


async def _text(request: web.Request) -> str:
    try:
        return (await _body(request)).decode("utf-8")
    except UnicodeDecodeError:
        raise _Refusal("malformed-sdp") from None


async def _body(request: web.Request) -> bytes:
    data = bytearray()
    async for chunk in request.content.iter_chunked(8192):
        data += chunk
        if len(data) > BODY_LIMIT_BYTES:
            raise _Refusal("too-large")
    return bytes(data)


def _rejected(rejected: OfferRejected) -> web.Response:
    return problem(rejected.code if rejected.code in TITLES else "malformed-sdp")
