"""What a check of somebody's own microphone has shown, told to those who must know before they speak."""

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.assembly.interpretation import ReportSound
from rostrum.assembly.refusal import Refused, Why
from rostrum.assembly.sound_check import SoundVerdict
from rostrum.desk import INTERPRETATION
from rostrum.pages.addressed import meeting_of
from rostrum.pages.route import Route, Visit, done


async def report(visit: Visit) -> web.StreamResponse:
    """Take the verdict and the figures; `ReportSound` has their units. Raises `Refused(SOUND_FIGURES_WRONG)`."""
    meeting, post = await meeting_of(visit), await visit.request.post()
    try:
        command = ReportSound(
            SoundVerdict(str(post.get("verdict"))),
            int(str(post.get("bandwidth_hz"))),
            float(str(post.get("level_lufs"))),
            float(str(post.get("snr_db"))),
            post.get("clipped") == "yes",
        )
    except ValueError:
        raise Refused(Why.SOUND_FIGURES_WRONG) from None
    await visit.house.desk.act(INTERPRETATION, meeting.meeting_id, command, visit.actor)
    return done(visit.request, f"/at/{visit.place_id}/check/{meeting.meeting_id}")


ROUTES = (Route("POST", "/check/{meeting_id}/sound", report, frozenset({Right.SPEAK, Right.INTERPRET})),)
