"""Everything that is done in a meeting, from its console and from the room, as one table of routes."""

from rostrum.pages.attend.floor import ROUTES as ROOM
from rostrum.pages.console.acts import ROUTES as ACTS
from rostrum.pages.console.decisions import ROUTES as DECISIONS
from rostrum.pages.console.floor import ROUTES as FLOOR
from rostrum.pages.console.rules import ROUTES as RULES
from rostrum.pages.console.speakers import ROUTES as SPEAKERS

ROUTES = (*ROOM, *FLOOR, *SPEAKERS, *DECISIONS, *ACTS, *RULES)
