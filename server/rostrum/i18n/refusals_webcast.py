"""The words of refusals about the webcast."""

from collections.abc import Mapping

from rostrum.assembly.refusal import Why


def _(message: str) -> str:
    """Marks a message for the catalogue; it is translated when it is shown."""
    return message


WEBCAST: Mapping[Why, tuple[str, str]] = {
    Why.NO_WEBCAST: (
        _("There is no webcast of this meeting."),
        _("Only public meetings can be watched by everybody, and only those for which the secretariat says so."),
    ),
    Why.WEBCAST_FULL: (
        _("As many people watch with a low delay as can."),
        _("The page goes over to the stream with a longer delay by itself."),
    ),
}
