"""Who acts: a place in the session with its rights, or the machine itself."""

from dataclasses import dataclass
from enum import StrEnum

from rostrum.assembly.refusal import Refused, Why


class Right(StrEnum):
    """What a place may do. A right is granted by accreditation or appointment, never by a page."""

    ATTEND = "attend"
    SPEAK = "speak"
    VOTE = "vote"
    """To vote, and to object where consensus is sought: one vote for a delegation, whoever of it presses."""
    PRESIDE = "preside"
    ADMINISTER = "administer"
    """The secretariat: accreditation, links, the floor and the outbox."""
    SHOW_HALL = "show-hall"
    """The hall's screen: it shows the programme and sends nothing."""
    FEED_HALL = "feed-hall"
    """May send the hall's camera and sound."""
    INTERPRET = "interpret"
    """May sit in a booth: takes the air there, and signals to whoever speaks."""
    CAPTION = "caption"
    """Writes what is said."""
    CHECK_IN = "check-in"
    """The door: reads badges, and says who has come."""
    APPLY = "apply"
    """Anyone at all: the right of an applicant over their own application."""


@dataclass(frozen=True)
class Actor:
    """The one who sends a command. `place_id` is "system" for the machine and "applicant:<id>" for one who applies."""

    place_id: str
    delegation_id: str
    category: str
    rights: frozenset[Right]
    remote: bool = True

    def require(self, *any_of: Right) -> None:
        """Raise `Refused(NOT_ENTITLED)` unless the actor has one of the rights."""
        if not self.rights.intersection(any_of):
            raise Refused(Why.NOT_ENTITLED)


SYSTEM = Actor("system", "", "system", frozenset(Right), remote=False)
"""Appoints officers, convenes meetings from the command line and the demonstration."""


def applicant(application_id: str) -> Actor:
    """The actor that the holder of an application's link is."""
    return Actor(f"applicant:{application_id}", "", "applicant", frozenset({Right.APPLY}))


def joiner(application_id: str) -> Actor:
    """The actor that the holder of a delegation's join link is: may ask to be a member, and nothing else."""
    return Actor(f"joiner:{application_id}", "", "joiner", frozenset({Right.APPLY}))
