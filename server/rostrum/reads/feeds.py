"""Everything that is sent in a meeting, as the technician sees it: each feed's health, and whether it is given now."""

from collections.abc import Sequence
from dataclasses import dataclass

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.actor import Right
from rostrum.assembly.interpretation import Interpretation
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.program import HALL, HALL_BACKUP, program
from rostrum.media.engine import PeerHealth
from rostrum.reads.names import Name, Names


@dataclass(frozen=True)
class FeedRow:
    """One feed. `kind`: main, backup, place or interpreter; `peer` None: nobody sends it; `given`: to anybody now."""

    kind: str
    name: Name | None
    peer: PeerHealth | None
    given: bool

    @property
    def stands(self) -> str:
        """In a word: absent, connecting, silent (connected, and nothing comes), away or comes."""
        if self.peer is None:
            return "absent"
        if self.peer.state != "connected":
            return str(self.peer.state)
        return "comes" if self.peer.bitrate_bps else "silent"


async def feed_rows(
    meeting: Meeting, session: Accreditation, interpretation: Interpretation, names: Names, peers: Sequence[PeerHealth]
) -> Sequence[FeedRow]:
    """The hall's two feeds first, whether they are sent or not; then places."""
    sent = {one.source: one for one in peers if one.meeting_id == meeting.meeting_id and one.source is not None}
    on_air = program(meeting, interpretation=interpretation).on_air
    rows = [
        FeedRow("main", None, sent.get(HALL), HALL in on_air),
        FeedRow("backup", None, sent.get(HALL_BACKUP), False),
    ]
    senders = {one.place_id for one in sent.values()}
    known = await names.of(place for place_id, place in session.places.items() if place_id in senders)
    for source, peer in sent.items():
        place = session.places.get(peer.place_id or "")
        if source not in (HALL, HALL_BACKUP) and place is not None:
            kind = "interpreter" if Right.INTERPRET in place.rights else "place"
            rows.append(FeedRow(kind, known[place.place_id], peer, source in on_air))
    return rows
