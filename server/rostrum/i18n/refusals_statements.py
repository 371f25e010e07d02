"""The words of refusals about video statements."""

from collections.abc import Mapping

from rostrum.assembly.refusal import Why


def _(message: str) -> str:
    """Marks a message for the catalogue; it is translated when it is shown."""
    return message


STATEMENTS: Mapping[Why, tuple[str, str]] = {
    Why.NO_SUCH_STATEMENT: (
        _("There is no such video statement."),
        _("It may have been taken back or replaced. Reload the page."),
    ),
    Why.STATEMENT_LATE: (
        _("The time for video statements of this meeting is over."),
        _("Ask the secretariat, or speak in the meeting."),
    ),
    Why.STATEMENT_DELIVERED: (
        _("This delegation's video statement has been played."),
        _("It stands as it was played."),
    ),
    Why.STATEMENT_ON_AIR: (
        _("This video statement is being played."),
        _("Wait until it is over."),
    ),
    Why.STATEMENT_NOT_THERE_YET: (
        _("This video statement is not at that point."),
        _("Reload the page to see how it stands."),
    ),
    Why.STATEMENT_TOO_LARGE: (
        _("The video is larger than is taken."),
        _("Save it with a smaller picture or a lower bit rate, and send it again. The page says how large it may be."),
    ),
    Why.VOICE_ONLY: (
        _("No picture of you is taken in, as you asked."),
        _("Hand in the text, or change your wishes for protection first."),
    ),
}
