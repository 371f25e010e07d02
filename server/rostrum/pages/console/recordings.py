"""A meeting's recording for the secretariat: looked at before everybody may, published, withdrawn."""

from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import web

from rostrum.assembly.chapters import Run, Span
from rostrum.assembly.taping import PublishTaping, WithdrawTaping
from rostrum.pages.acts import act
from rostrum.pages.addressed import meeting_of
from rostrum.pages.console.routes import ADMINISTER
from rostrum.pages.recording import player_of, send_captions, send_recording
from rostrum.pages.render import language_of, page
from rostrum.pages.route import Route, Visit
from rostrum.reads.recordings import Recorded, RunFiles
from rostrum.record.files import KeptFile

BACK = "/console/recordings"


@dataclass(frozen=True)
class RunRow:
    """A run as it is shown. Lengths in ms; `gap_ms`: nothing was recorded before it since the run before ended."""

    began_at: datetime
    length_ms: int
    gap_ms: int
    silent_ms: int
    dark_ms: int
    whole: bool
    """Its tracks are still kept."""


@dataclass(frozen=True)
class FileRow:
    """A channel and its file, where one is made."""

    channel: str
    file: KeptFile | None


async def recording(visit: Visit) -> web.StreamResponse:
    """The page."""
    recorded = await _recorded(visit)
    meeting_id = recorded.meeting.meeting_id
    return page(
        visit,
        "console/recording.html",
        at=f"/at/{visit.place_id}/console",
        here="meeting",
        meeting=recorded.meeting,
        files_at=f"/at/{visit.place_id}{BACK}/{meeting_id}",
        public_at=f"{visit.house.settings.external_url}/recordings/{meeting_id}",
        player=await player_of(visit.house, recorded, visit.request, language_of(visit.request)),
        runs=_rows(recorded.runs),
        files=[FileRow(channel, recorded.current(channel)) for channel in recorded.channels],
        zone=visit.house.settings.zone,
    )


async def _recorded(visit: Visit) -> Recorded:
    return await visit.house.recordings.of((await meeting_of(visit)).meeting_id)


def _rows(runs: tuple[RunFiles, ...]) -> list[RunRow]:
    rows, before = list[RunRow](), None
    for one in runs:
        run = one.run
        rows.append(
            RunRow(
                datetime.fromtimestamp(run.began_ms / 1000, UTC),
                run.ended_ms - run.began_ms,
                0 if before is None else max(0, run.began_ms - before),
                _length_ms(run, run.silent),
                _length_ms(run, run.dark),
                len(one.files) > 1,
            )
        )
        before = run.ended_ms
    return rows


def _length_ms(run: Run, spans: tuple[Span, ...]) -> int:
    ends = (run.ended_ms if span.to_ms is None else min(span.to_ms, run.ended_ms) for span in spans)
    return sum(max(0, end - max(span.from_ms, run.began_ms)) for span, end in zip(spans, ends, strict=True))


async def file(visit: Visit) -> web.StreamResponse:
    """A channel's file, published or not."""
    return await send_recording(visit.request, visit.house, await _recorded(visit), visit.request.match_info["channel"])


async def captions(visit: Visit) -> web.StreamResponse:
    """A language's captions at the times of the recording."""
    return await send_captions(visit.house, await _recorded(visit), visit.request.match_info["language"])


ROUTES = (
    Route("GET", "/console/recordings/{meeting_id}", recording, ADMINISTER),
    Route("GET", "/console/recordings/{meeting_id}/{channel}.webm", file, ADMINISTER),
    Route("GET", "/console/recordings/{meeting_id}/{language}.vtt", captions, ADMINISTER),
    act("/publication", needs=ADMINISTER, make=lambda _: PublishTaping(), back=BACK),
    act("/withdrawal", needs=ADMINISTER, make=lambda _: WithdrawTaping(), back=BACK),
)
