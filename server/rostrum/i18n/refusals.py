"""The words of every refusal: what is so, and what to do. A test fails where one is missing."""

from collections.abc import Mapping

from rostrum.assembly.refusal import Why
from rostrum.i18n.refusals_captions import CAPTIONS
from rostrum.i18n.refusals_files import FILES
from rostrum.i18n.refusals_interpretation import INTERPRETATION
from rostrum.i18n.refusals_protection import PROTECTION
from rostrum.i18n.refusals_statements import STATEMENTS
from rostrum.i18n.refusals_webcast import WEBCAST
from rostrum.i18n.review_refusals import REVIEW_WORDS


def _(message: str) -> str:
    """Marks a message for the catalogue; it is translated when it is shown."""
    return message


WORDS: Mapping[Why, tuple[str, str]] = {
    **FILES,
    **INTERPRETATION,
    **PROTECTION,
    **STATEMENTS,
    **CAPTIONS,
    **WEBCAST,
    Why.NOT_ENTITLED: (
        _("This page is not open to you."),
        _("Open the personal link that you were sent. If you did, ask the secretariat what your place allows."),
    ),
    Why.ALREADY_EXISTS: (_("This has been done already."), _("Reload the page to see how things stand.")),
    Why.FORM_NOT_OURS: (
        _("The form was not sent from this page."),
        _("Open the page again and send the form from there. Nothing was changed."),
    ),
    Why.TOO_MANY_TRIES: (_("There were too many tries from your address."), _("Wait a minute, then try again.")),
    Why.NOT_FOUND: (_("There is no page at this address."), _("Check the address, or open your link again.")),
    Why.TOO_LARGE: (_("What you sent is too large."), _("Shorten it and send it again.")),
    Why.BROKEN: (
        _("Something broke on our side."),
        _("Nothing that was confirmed is lost. Try again; if it happens again, tell the secretariat."),
    ),
    Why.ACCREDITATION_NOT_OPEN: (
        _("Accreditation to this session is not open."),
        _("See on the first page which sessions are."),
    ),
    Why.NO_SUCH_APPLICATION: (
        _("This link leads to no application."),
        _("Copy the whole link from the mail, or ask the secretariat for it."),
    ),
    Why.APPLICATION_DECIDED: (_("This application has been decided."), _("Reload the page to see the decision.")),
    Why.APPLICATION_WITHDRAWN: (_("This application has been withdrawn."), _("You can apply again.")),
    Why.NO_QUESTION_OPEN: (_("No question waits for an answer."), _("Reload the page to see how things stand.")),
    **REVIEW_WORDS,
    Why.GRACE_BEFORE_DEADLINE: (
        _("The grace would end before the deadline."),
        _("Choose a later end of the grace, or none."),
    ),
    Why.NO_MEMBERS: (_("Nobody is named."), _("Name at least one person who is to take part.")),
    Why.NO_SUCH_MEMBER: (
        _("This person is not on the delegation's list."),
        _("They may have been taken off meanwhile. Reload the page to see the list."),
    ),
    Why.MEMBER_DECIDED: (
        _("This has been decided for this person."),
        _("Reload the page to see how things stand."),
    ),
    Why.MEMBERS_CHANGED: (
        _("The list of members has changed while you were reading it."),
        _("Look at it again, then decide."),
    ),
    Why.TOO_MANY_MEMBERS: (
        _("These are more people than an organisation of this category may name."),
        _("Take somebody off the list first."),
    ),
    Why.TOO_MANY_WAIT: (
        _("Too many people wait for this delegation's approval."),
        _("Ask the person who gave you the link to look through those who wait."),
    ),
    Why.STANDING_WRONG: (_("This category cannot be given this standing."), _("Check the form and send it again.")),
    Why.OWN_STANDING: (
        _("You cannot take from your own category the right to run the session."),
        _("Leave that right ticked, and change the others."),
    ),
    Why.SEAT_NOT_OFFERED: (
        _("This category does not take part in this way."),
        _("Choose the other way to take part, in the hall or from far away."),
    ),
    Why.CATEGORY_RETIRED: (
        _("No new places are given in this category."),
        _("Choose another category, or have the secretariat offer this one again."),
    ),
    Why.REASON_MISSING: (_("A reason is missing."), _("Choose one from the list and add your words.")),
    Why.NO_SUCH_PLACE: (_("There is no such place."), _("Reload the page to see how things stand.")),
    Why.PLACE_CLOSED: (
        _("This place has been closed."),
        _("Ask the secretariat if you think that this is a mistake."),
    ),
    Why.NO_SUCH_LINK: (
        _("This link is not known."),
        _("Copy the whole link from the mail: a letter may be missing at its end."),
    ),
    Why.LINK_REVOKED: (_("This link has been revoked."), _("Ask the secretariat for a new one.")),
    Why.LINK_EXPIRED: (_("This link has expired."), _("Ask the secretariat for a new one.")),
    Why.LINK_BOUND: (
        _("This link is in use on another device or in another browser."),
        _("Open it there, or open the link here again and let this device in from the other one."),
    ),
    Why.NO_SUCH_DEVICE: (
        _("This device does not wait here and is not on the list."),
        _("A device that asks waits for ten minutes. Let it ask again, or reload the page to see the list."),
    ),
    Why.TOO_MANY_DEVICES: (
        _("There are as many devices as a personal link may have, or too many that ask."),
        _("Remove one on the page of your devices, or wait ten minutes."),
    ),
    Why.DEVICE_REMOVED: (
        _("This device was removed from your personal link."),
        _("Open the link here again and let it in from another of your devices, or ask the secretariat for a new one."),
    ),
    Why.LAST_DEVICE: (
        _("This is the only device that your link leads in from."),
        _("Let another one in first, or ask the secretariat for a new link. The new one closes the old one."),
    ),
    Why.NO_ADDRESS: (
        _("No mail address is known for this person."),
        _("Ask the secretariat for a new link: it can hand one over in person."),
    ),
    Why.KEY_NOT_PROVED: (
        _("This browser could not show that it is the one it says it is."),
        _("Open your personal link again in the browser in which you used it first."),
    ),
    Why.DEVICE_UNPROVED: (
        _("This browser has to show again that it is yours."),
        _("Reload the page: it does so by itself where JavaScript is on. Or open your personal link again."),
    ),
    Why.NO_SUCH_PASSKEY: (
        _("This passkey is not known here."),
        _("Choose another one, or open your personal link. A new link ends the passkeys that came with the old one."),
    ),
    Why.PASSKEY_FAILED: (
        _("The passkey could not be checked."),
        _("Reload the page and try again. Each try can be used once, within five minutes."),
    ),
    Why.PASSKEY_NEEDED: (
        _("This needs a passkey."),
        _("Open the page of your passkeys and confirm there that it is you, then do this again."),
    ),
    Why.EXPIRY_PAST: (_("The link would have expired before it was sent."), _("Choose a later date.")),
    Why.NO_SUCH_STATE: (
        _("This state is not on the roll of the session."),
        _("Ask the secretariat to put it there, if it is one of the States Parties."),
    ),
    Why.DELEGATION_SPEAKS_ALREADY: (
        _("This delegation speaks for another state already."),
        _("Take it off there first."),
    ),
    Why.NOT_AT_THIS_POINT: (
        _("This cannot be done as the credentials stand now."),
        _("Reload the page to see how they stand."),
    ),
    Why.ORIGINAL_ON_PAPER: (
        _("What is sent over the network counts as a copy."),
        _(
            "Send it as a copy, and hand the original to the secretariat. Until then the delegation takes part "
            "provisionally."
        ),
    ),
    Why.SIGNATORY_NOT_ENTITLED: (
        _("Credentials are not in order with this signature."),
        _(
            "They need the head of state or government, the minister for foreign affairs, or somebody whom one of them "
            "has authorised. Until such a letter is there, the delegation takes part provisionally."
        ),
    ),
    Why.COMMITTEE_OF_NINE: (
        _("The Credentials Committee has nine members, each another State Party."),
        _("Choose nine states."),
    ),
    Why.NO_COMMITTEE: (_("The Credentials Committee has not been appointed."), _("Appoint its nine members first.")),
    Why.NOT_ALL_EXAMINED: (
        _("Some credentials have been received and not examined."),
        _("Examine them first, then make the report."),
    ),
    Why.OBJECTION_BY_NOBODY: (
        _("An objection comes from another State Party."),
        _("Choose the state that objects."),
    ),
    Why.NO_SUCH_REPORT: (_("There is no such report."), _("Reload the page to see the reports.")),
    Why.REPORT_PAST: (
        _("The Assembly has decided on this report, or there is a newer one."),
        _("Reload the page to see the newest."),
    ),
    Why.SIGNATORY_MISSING: (
        _("The form does not say what the letter is and who signed it."),
        _("Choose both, then send the letter again."),
    ),
    Why.FONT_MISSING: (
        _("The server has no font for this language."),
        _("Ask whoever runs it to install one; the operator's guide names them."),
    ),
    Why.NOT_IN_ARREARS: (_("This state is not in arrears."), _("Nothing needs to be done: it has its vote.")),
    Why.NO_SUCH_MEETING: (_("There is no such meeting."), _("Open your personal link again.")),
    Why.MEETING_ALREADY_OPEN: (_("The meeting is open already."), _("Nothing needs to be done.")),
    Why.MEETING_CLOSED: (_("The meeting is closed."), _("What happened in it can still be read.")),
    Why.MEETING_CANCELLED: (
        _("The meeting has been cancelled."),
        _("The programme shows the meetings that take place."),
    ),
    Why.NOT_ADMITTED: (
        _("This meeting is not open to your category."),
        _("The programme shows the meetings that you can attend. Ask the secretariat if you think that this is wrong."),
    ),
    Why.NO_SUCH_DOCUMENT: (
        _("There is no such document for you here."),
        _("It may have been withdrawn, or is not meant for your category. The meeting's page lists those that are."),
    ),
    Why.SYMBOL_TAKEN: (
        _("Another document has this symbol."),
        _("Give it a symbol of its own, or add the language to the document that has it."),
    ),
    Why.TEXT_RELEASED: (
        _("The text has been released with the statement."),
        _("It stays in the record. Ask the secretariat if it must be corrected."),
    ),
    Why.NO_SUCH_ITEM: (_("This item is not on the agenda."), _("Reload the page to see the agenda.")),
    Why.ITEM_ALREADY_OPEN: (_("The meeting is on this item already."), _("Nothing needs to be done.")),
    Why.LIST_CLOSED: (
        _("The list of speakers is closed."),
        _("Ask the presiding officer, through the secretariat, whether it can be opened again."),
    ),
    Why.LIST_ALREADY_OPEN: (_("The list of speakers is open already."), _("Nothing needs to be done.")),
    Why.LIST_ALREADY_CLOSED: (_("The list of speakers is closed already."), _("Nothing needs to be done.")),
    Why.ALREADY_ON_LIST: (_("You are on the list of speakers already."), _("Wait until you are called.")),
    Why.ALREADY_SPEAKING: (_("You have the floor."), _("You can ask again when you have finished.")),
    Why.NO_SUCH_ENTRY: (
        _("This speaker no longer waits on the list."),
        _("Somebody may have been quicker. The list shows how things stand."),
    ),
    Why.NOT_YOUR_ENTRY: (_("This is not your entry on the list."), _("You can withdraw only your own request.")),
    Why.FLOOR_TAKEN: (_("Somebody has the floor."), _("End their statement first, then call the next speaker.")),
    Why.NOBODY_SPEAKS: (_("Nobody has the floor."), _("The statement may have ended meanwhile.")),
    Why.NOT_YOUR_FLOOR: (_("You do not have the floor."), _("Your statement may have been ended meanwhile.")),
    Why.ALREADY_PAUSED: (_("The clock stands already."), _("Nothing needs to be done.")),
    Why.NOT_PAUSED: (_("The clock is running."), _("Nothing needs to be done.")),
    Why.EXTENSION_OUT_OF_RANGE: (
        _("This length of time cannot be given."),
        _("Give more than nothing and at most an hour."),
    ),
    Why.ANOTHER_SPEAKS: (
        _("Somebody else has the floor by now."),
        _("The page was behind; it shows how things stand. Nothing was changed."),
    ),
    Why.CONSENT_NEEDED: (
        _("The list is closed and reopened with the meeting's consent."),
        _("Ask the meeting; if nobody objects, it is so decided."),
    ),
    Why.NOT_A_STATEMENT: (
        _("This can be done only with a statement or a reply."),
        _("Reload the page to see how things stand."),
    ),
    Why.NOT_PRESENT: (
        _("This delegation is not marked as present."),
        _("The list is for those present. Mark the delegation as present first."),
    ),
    Why.MOVE_IMPOSSIBLE: (
        _("This speaker cannot be put there."),
        _("Move a statement before another; where categories alternate, before one of its own kind."),
    ),
    Why.SWAP_IMPOSSIBLE: (
        _("These two cannot change places."),
        _("Choose another delegation's statement that waits; where categories alternate, one of your own kind."),
    ),
    Why.SWAP_PROPOSED: (
        _("You have asked somebody to change places already."),
        _("Wait for the answer, or take your proposal back first."),
    ),
    Why.NO_SUCH_SWAP: (
        _("This proposal to change places is no more."),
        _("Reload the page to see how things stand."),
    ),
    Why.NO_SUCH_GROUP: (
        _("There is no such group."),
        _("Reload the page to see how things stand."),
    ),
    Why.GROUP_TIME_SPENT: (
        _("The group has no time left."),
        _("Give the group more time, or call the speaker with a length of your own."),
    ),
    Why.NOTHING_TO_ANSWER: (
        _("There is no statement of another delegation that this could answer."),
        _("Choose the statement that you wish to reply to."),
    ),
    Why.NO_REPLY_LEFT: (
        _("Your delegation has no reply left on this item."),
        _("Each delegation has so many replies on an item as the rules say; ask the secretariat."),
    ),
    Why.REPLIES_AT_END: (
        _("Replies are taken at the end."),
        _("Call the statements that still wait first."),
    ),
    Why.FLOOR_INTERRUPTED: (
        _("A statement was interrupted."),
        _("Give the floor back to its speaker, or end the statement, then call the next."),
    ),
    Why.NOBODY_INTERRUPTED: (
        _("Nobody waits to be given the floor back."),
        _("Reload the page to see how things stand."),
    ),
    Why.TOO_LATE_TO_UNDO: (
        _("This can no longer be taken back."),
        _("The time for it is over, or something has followed since."),
    ),
    Why.TIME_NOT_UP: (
        _("The time is not up."),
        _("Nothing needs to be done."),
    ),
    Why.NOT_REMOTE: (
        _("This speaker is not on a line."),
        _("Nothing needs to be done."),
    ),
    Why.LINE_NOT_LOST: (
        _("The speaker's line is there."),
        _("It may have come back meanwhile."),
    ),
    Why.LINE_STILL_LOST: (
        _("The speaker's line is still lost."),
        _("Wait, go on with the next speaker, or have the statement read out."),
    ),
    Why.NO_RECORDING: (
        _("There is no recorded statement of this speaker."),
        _("Wait, go on with the next speaker, or have the statement read out."),
    ),
    Why.NO_SUCH_MOTION: (
        _("This motion is not before the meeting."),
        _("Reload the page to see how things stand."),
    ),
    Why.MOTION_FIRST: (
        _("A motion is before the meeting."),
        _("Decide it first."),
    ),
    Why.MOTION_NOT_TAKEN_UP: (
        _("This is a motion, not a speaker on the list."),
        _("Take it up to give its mover the floor."),
    ),
    Why.PRECEDENCE: (
        _("Something else comes first."),
        _("Points of order come first; then to suspend the meeting, adjourn it, adjourn the debate, close it."),
    ),
    Why.ENOUGH_ON_MOTION: (
        _("As many as may speak on this motion have asked already."),
        _("You can take part in the decision."),
    ),
    Why.NOTHING_TO_APPEAL: (
        _("There is no ruling that could be appealed now."),
        _("An appeal is made at once, before anything else follows."),
    ),
    Why.NO_SUCH_QUESTION: (
        _("This question is no longer before the meeting."),
        _("Reload the page to see how things stand."),
    ),
    Why.CONSENT_ASKED: (
        _("The meeting is being asked something already."),
        _("Wait for the silence to end, or stop asking."),
    ),
    Why.ALREADY_OBJECTED: (
        _("Your delegation has objected already."),
        _("Nothing needs to be done."),
    ),
    Why.NOT_OBJECTED: (
        _("Your delegation has not objected."),
        _("Nothing needs to be done."),
    ),
    Why.OBJECTED: (
        _("A delegation objects."),
        _("There is no consensus: consult, stop asking, or put it to the vote."),
    ),
    Why.WINDOW_OPEN: (
        _("Delegations can still object."),
        _("Wait until the time for objections is over."),
    ),
    Why.NO_VOTE: (
        _("No such vote is under way."),
        _("Reload the page to see how things stand."),
    ),
    Why.VOTE_UNDER_WAY: (
        _("A vote is under way."),
        _("Nobody may interrupt it but on a point of order on its conduct."),
    ),
    Why.NOBODY_ENTITLED: (
        _("Nobody is entitled to vote."),
        _("See in accreditation who has the right to vote."),
    ),
    Why.NOT_ON_ROLL: (
        _("This delegation is not on the roll of this vote."),
        _("The roll was fixed when the vote was opened."),
    ),
    Why.ALREADY_VOTED: (
        _("This delegation has voted."),
        _("A vote that was cast stands."),
    ),
    Why.NO_QUORUM: (
        _("There is no quorum for voting."),
        _("More delegations that are entitled to vote must be present, in the hall or far away."),
    ),
    Why.NO_QUORUM_TO_OPEN: (
        _("There is no quorum to open the debate."),
        _("Wait until more delegations with a vote are present, or open the meeting all the same: the record says so."),
    ),
    Why.PROCEDURE_ONLY: (
        _("A motion is decided as a matter of procedure."),
        _("Choose the majority for procedure."),
    ),
    Why.CATEGORY_MAY_NOT: (
        _("The rules give this right to other categories only."),
        _("Ask the secretariat what your place allows."),
    ),
    Why.RULES_WRONG: (
        _("These rules contradict each other."),
        _("Check the figures; the first that cannot stand is named on the page."),
    ),
}
"""Refusal to (what is so, what to do), in English."""
