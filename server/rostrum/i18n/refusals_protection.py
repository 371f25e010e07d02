"""The words of refusals where people are protected."""

from collections.abc import Mapping

from rostrum.assembly.refusal import Why


def _(message: str) -> str:
    """Marks a message for the catalogue; it is translated when it is shown."""
    return message


PROTECTION: Mapping[Why, tuple[str, str]] = {
    Why.PROTECTION_CHANGED: (
        _("This person's protection was changed meanwhile."),
        _("Reload the page, look at how it stands, and set it again."),
    ),
    Why.PROTECTION_THEIRS: (
        _("Only the person themselves can be protected less."),
        _("Ask them: they lift it on their own page, or say yes to your question there."),
    ),
    Why.DELAY_OUT_OF_RANGE: (
        _("The delay is out of range."),
        _("Enter a whole number of hours from 0 to 1,440 (60 days)."),
    ),
    Why.NOTHING_TO_LIFT: (
        _("No protection waits to be lifted here."),
        _("Reload the page to see how things stand."),
    ),
}
