"""The words of refusals where something is written or recorded in a meeting."""

from collections.abc import Mapping

from rostrum.assembly.refusal import Why


def _(message: str) -> str:
    """Marks a message for the catalogue; it is translated when it is shown."""
    return message


CAPTIONS: Mapping[Why, tuple[str, str]] = {
    Why.CAPTIONS_TAKEN: (
        _("Somebody else writes the captions of this language now."),
        _("Agree with them, then press “Write here”. What you typed stays in your field."),
    ),
    Why.MEETING_NOT_OPEN: (_("The meeting has not been opened."), _("Open the meeting first.")),
    Why.TEXT_MISSING: (_("Something is missing, or too long."), _("Fill in every field and send the form again.")),
    Why.NOT_RECORDED_CLOSED: (
        _("Only public meetings are recorded."),
        _("Nothing is kept of what is said in this one."),
    ),
    Why.ALREADY_RECORDED: (_("The meeting is recorded already."), _("Reload the page to see how things stand.")),
    Why.NOT_RECORDED: (_("The meeting is not recorded."), _("Reload the page to see how things stand.")),
    Why.NO_TAPING: (
        _("There is no recording of this meeting."),
        _("Only public meetings are recorded, and their recordings are there once they are published."),
    ),
    Why.NO_SUCH_CUE: (_("There is no such caption."), _("Reload the page to see how things stand.")),
}
"""By their codes."""
