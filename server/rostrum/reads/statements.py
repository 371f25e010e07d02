"""Video statements that were delivered, as everybody is given them: with captions at their times, and the text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rostrum.assembly.accreditation import Accreditation
from rostrum.assembly.captions import Cue
from rostrum.assembly.meeting import Meeting
from rostrum.assembly.papers import StatementText
from rostrum.assembly.release import OPEN
from rostrum.assembly.statement import Statement, StatementState
from rostrum.assembly.statement_queue import Stretch, played_ms
from rostrum.reads.captions import in_file_at
from rostrum.reads.guards import Guards
from rostrum.reads.names import Name


@dataclass(frozen=True)
class Delivered:
    """A statement that is given. `texts`: those that everybody may read. `captions`: the languages of its captions,
    none where it is only listed."""

    statement: Statement
    meeting: Meeting
    name: Name
    texts: Sequence[StatementText]
    captions: Sequence[str] = ()

    @property
    def item_titles(self) -> Mapping[str, str]:
        """Of the item that it was made on."""
        items = (item for item in self.meeting.agenda if item.item_id == self.statement.item_id)
        return next((item.titles for item in items), {})


def is_given(one: Statement, session: Accreditation, guards: Guards) -> bool:
    """Whether everybody may have it: it was played to its end, and neither the secretariat nor a wish holds it back."""
    return one.state is StatementState.PLAYED and not one.withheld and guards.of(session, one.place_id) == OPEN


def cues_of(cues: Iterable[Cue], entry_id: str | None, played: Sequence[Stretch]) -> list[Cue]:
    """Captions of a statement's turn at the times of its file, counted from `ORIGIN`."""
    found = []
    for cue in cues:
        at_ms = played_ms(played, cue.start)
        if at_ms is not None and any(turn.entry_id == entry_id for turn in cue.turns):
            found.append(in_file_at(cue, at_ms))
    return sorted(found, key=lambda one: one.start)
