"""How long what people write is kept, and what ends with it. Everything kept has a date from its first day.

The periods that an operator may set are `Lives`, made from the settings; the others belong to how the house works.
"""

from dataclasses import dataclass
from datetime import timedelta

LINK_LIFE = timedelta(days=60)
"""A personal link, from its issue: the session and the weeks before it."""
ENDED_LINK_LIFE = timedelta(days=30)
"""Devices, passkeys and the secret of a link that has ended, from then: as long as its page says that it has."""
UPLOAD_LIFE = timedelta(days=1)
"""An upload that was begun and not finished, from the last that came of it."""


@dataclass(frozen=True)
class Lives:
    """How long what is kept.

    `written`: what applicants, officials and delegations wrote or sent, and minutes of lines, from that day;
    `protected`: wishes for protection, and with them everything else about the person, from the wish;
    `draft`: an application that was not sent, from its last change; `mail`: a mail that is done, from then;
    `tracks`: what was recorded of a meeting, as it came, `programme`: what was made of it to be given, `video`: a video
    statement, each from its beginning.
    """

    written: timedelta = timedelta(days=365)
    protected: timedelta = timedelta(days=180)
    draft: timedelta = timedelta(days=30)
    mail: timedelta = timedelta(days=30)
    tracks: timedelta = timedelta(days=365)
    programme: timedelta = timedelta(days=365)
    video: timedelta = timedelta(days=365)
