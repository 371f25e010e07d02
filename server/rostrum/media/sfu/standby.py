"""Which of the hall's feeds is given: the backup while the main one does not come, or what was chosen by hand."""

from rostrum.assembly.feeds import Choice
from rostrum.media.sfu.source import Feed, Source

SILENT_S = 0.5
"""A feed of which nothing came for so long has stopped: longer than the pauses of a sound without speech (0.4 s)."""
STEADY_S = 3.0
"""For so long the main feed has to come without a gap before it is gone back to."""


class Standby:
    """Decides between the two feeds of one meeting's hall. To be asked some fifty times a second."""

    def __init__(self) -> None:
        self.on_backup = False
        self._gap_s = 0.0
        """When the main feed was last seen not to come."""

    def look(self, main: Feed | None, backup: Feed | None, now_s: float) -> bool:
        """Returns whether another feed is to be given from now on."""
        before, ready = self.on_backup, backup is not None and backup.flows(now_s, SILENT_S)
        if main is None or not main.flows(now_s, SILENT_S):
            self._gap_s = now_s
            self.on_backup = ready or (self.on_backup and backup is not None)
        elif self.on_backup:
            self.on_backup = ready and now_s - self._gap_s < STEADY_S
        return self.on_backup is not before

    def feed(self, choice: Choice, hall: Source | None, backup: Source | None) -> Feed | None:
        """The feed behind the hall. One that was chosen by hand and is not there leaves what there is."""
        spare = None if backup is None else backup.feed
        main = None if hall is None else hall.feed
        test = None if hall is None else hall.player
        match choice:
            case Choice.AUTO:
                return spare if self.on_backup and spare is not None else main
            case Choice.MAIN:
                return main
            case Choice.BACKUP:
                return spare or main
            case Choice.TEST:
                return test or main
