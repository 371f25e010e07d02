"""The words of refusals when the secretariat decides; see `refusals`."""

from collections.abc import Mapping

from rostrum.assembly.refusal import Why


def _(message: str) -> str:
    """Marks a message for the catalogue; it is translated when it is shown."""
    return message


REVIEW_WORDS: Mapping[Why, tuple[str, str]] = {
    Why.APPLICATION_CHANGED: (
        _("The application has changed since you looked at it."),
        _("Look at it again, then decide. Nothing was decided."),
    ),
    Why.OWN_ORGANISATION: (
        _("You take no part in deciding on this application."),
        _("It is of your own organisation, or you have declared that you are concerned. Somebody else decides."),
    ),
    Why.SECOND_DECIDER: (
        _("Two people decide in this session."),
        _("One proposes, another confirms. Look at the application's page to see what is proposed."),
    ),
    Why.OWN_PROPOSAL: (
        _("You have proposed this yourself."),
        _("Somebody else of the secretariat confirms it or sends it back."),
    ),
    Why.PROPOSAL_STANDS: (
        _("Something has been proposed already."),
        _("Confirm it or send it back first."),
    ),
    Why.NO_PROPOSAL: (
        _("Nothing is proposed any more."),
        _("It may have been sent back, or the application has changed. Look at it again."),
    ),
    Why.ONE_DECIDES: (
        _("In this session one person decides."),
        _("Nothing needs to be proposed: decide."),
    ),
    Why.OWN_REFUSAL: (
        _("You took part in refusing this application."),
        _("Somebody else of the secretariat decides on the appeal."),
    ),
    Why.NO_APPEAL: (
        _("No appeal is possible here now."),
        _(
            "An appeal can be made once, within the period that the decision names. "
            "Reload the page to see how things stand."
        ),
    ),
    Why.NO_SUCH_BATCH: (
        _("There is no such decision in bulk, or it has been carried out."),
        _("Reload the page to see how things stand."),
    ),
    Why.NOTHING_CHOSEN: (
        _("Nothing was chosen."),
        _("Tick applications in the queue, at most 500, and choose what is to become of them."),
    ),
    Why.DECISION_WAITS: (
        _("A decision in bulk waits for this application."),
        _("Undo that one first, or wait until it is carried out."),
    ),
    Why.REVIEW_WRONG: (_("Decisions cannot be made in this way."), _("Check the form and send it again.")),
}
"""Refusal to (what is so, what to do), in English."""
