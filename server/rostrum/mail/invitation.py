"""A meeting as calendars take it in (RFC 5545), asked for or called off by mail (RFC 5546, 6047)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress

from rostrum.letter import Invitation

MEETING_LENGTH = timedelta(hours=3)
"""What a calendar keeps free: meetings of assemblies are convened by their beginning, and sit three hours as a rule."""


def method_of(invitation: Invitation) -> str:
    """What its calendar is asked to do."""
    return "CANCEL" if invitation.cancelled else "REQUEST"


def calendar(invitation: Invitation, organiser: str, attendee: str, now: datetime) -> bytes:
    """The iCalendar object for one attendee, its times in their own zone, which is described in it."""
    starts_at = invitation.starts_at.astimezone(ZoneInfo(invitation.zone))
    event = Event()
    event.add("uid", invitation.uid)
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", starts_at)
    event.add("dtend", (starts_at.astimezone(UTC) + MEETING_LENGTH).astimezone(starts_at.tzinfo))
    event.add("summary", invitation.summary)
    if invitation.place:
        event.add("location", invitation.place)
    event.add("status", "CANCELLED" if invitation.cancelled else "CONFIRMED")
    # Whoever may read the calendar of somebody who asked for protection reads no more than that they are not free.
    event.add("class", "PUBLIC" if invitation.place else "PRIVATE")
    event.add("organizer", vCalAddress(f"mailto:{organiser}"))
    invited = vCalAddress(f"mailto:{attendee}")
    invited.params["RSVP"] = "FALSE"
    event.add("attendee", invited)
    made = Calendar()
    made.add("prodid", "-//Rostrum//EN")
    made.add("version", "2.0")
    made.add("method", method_of(invitation))
    made.add_component(event)
    day = starts_at.date()
    made.add_missing_timezones(first_date=day - timedelta(days=366), last_date=day + timedelta(days=366))
    return bytes(made.to_ical())
