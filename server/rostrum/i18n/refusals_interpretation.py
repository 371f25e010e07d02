"""The words of refusals in interpretation."""

from collections.abc import Mapping

from rostrum.assembly.refusal import Why


def _(message: str) -> str:
    """Marks a message for the catalogue; it is translated when it is shown."""
    return message


INTERPRETATION: Mapping[Why, tuple[str, str]] = {
    Why.NO_SUCH_BOOTH: (_("There is no such booth."), _("Reload the page to see which booths there are.")),
    Why.NO_SUCH_LANGUAGE: (_("This language cannot be chosen here."), _("Choose one of those that the page offers.")),
    Why.NOT_IN_BOOTH: (
        _("You are not in this booth."),
        _("Sit down at its console first. If you are not in its team, ask the secretariat."),
    ),
    Why.IN_ANOTHER_BOOTH: (
        _("One of these interpreters is in another booth."),
        _("Take them out of that booth's team first."),
    ),
    Why.TEAM_TOO_LARGE: (_("A booth has three interpreters at most."), _("Take somebody out of the team.")),
    Why.AIR_TAKEN: (
        _("Your colleague is on air."),
        _("Offer to take over: the air passes when your colleague agrees."),
    ),
    Why.NOT_ON_AIR: (_("Nobody of this booth is on air."), _("Take the air.")),
    Why.BOOTH_LINE_GONE: (_("Your line is gone."), _("Restart your line, and wait until it is there again.")),
    Why.NO_HANDOVER: (_("There is no handover to answer."), _("Ask for one, or take the air if nobody has it.")),
    Why.HANDOVER_ASKED: (_("A handover has been asked for already."), _("Answer it, or take it back, first.")),
    Why.NOBODY_TO_TAKE: (
        _("Nobody in the booth can take over."),
        _("Wait until a colleague sits at the console with a line that works."),
    ),
    Why.RELAY_LOOPS: (
        _("That channel comes back to your own booth."),
        _("Choose another channel, or the floor."),
    ),
    Why.CHANNEL_TAKEN: (_("Another booth interprets into that language."), _("Stay with your own language.")),
    Why.TERM_WRONG: (
        _("This is no term in two languages."),
        _("Write it in two languages or more, in 200 characters at most. A list begins with the languages' codes."),
    ),
    Why.NO_SUCH_TERM: (_("This term is not in the glossary."), _("Somebody may have taken it out: search again.")),
    Why.GLOSSARY_FULL: (_("The glossary is full."), _("It holds 5,000 terms: take some out that nobody needs.")),
    Why.SOUND_FIGURES_WRONG: (
        _("These cannot be the figures of a microphone."),
        _("Try the microphone's sound again on the page before the meeting."),
    ),
    Why.SOUND_NOT_REFUSED: (_("No booth has refused this sound."), _("Nothing needs to be done.")),
    Why.SILENCE_OUT_OF_RANGE: (
        _("The time must be between 5 and 300 seconds."),
        _("Enter a number in that range."),
    ),
}
