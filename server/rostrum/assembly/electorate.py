"""Who has a vote, and of how many the quorum is: what accreditation and credentials say together."""

from collections.abc import Iterable

from rostrum.assembly.credentials import Credentials
from rostrum.assembly.presence import Electorate


def voters(credentials: Credentials, delegations: Iterable[str]) -> frozenset[str]:
    """Of delegations whose category votes, those that may: what is frozen when a vote is opened.

    Where the session keeps no credentials (an association, a rehearsal) every one of them. Else those that speak for
    a state on the roll, one for each, whose credentials have not been rejected and that has its vote.
    """
    if not credentials.states:
        return frozenset(delegations)
    may = {each.delegation_id for each in credentials.states.values() if each.votes}
    return frozenset(each for each in delegations if each in may)


def electorate(credentials: Credentials, delegations: Iterable[str]) -> Electorate:
    """Whose presence is the quorum to open: delegations that vote by category and speak for a state on the roll.

    One that has lost its vote for a time is a party all the same. `members`: how many states are on the roll.
    """
    if not credentials.states:
        return Electorate(frozenset(delegations))
    seated = {each.delegation_id for each in credentials.states.values()}
    return Electorate(frozenset(each for each in delegations if each in seated), len(credentials.states))
