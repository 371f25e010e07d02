"""The words of questions: what fields and choices are called, and what is wrong with an answer."""

from collections.abc import Mapping

from rostrum.i18n import LANGUAGES, Locale


def _(message: str) -> str:
    """Marks a message for the catalogue; it is translated when it is shown."""
    return message


LABELS: Mapping[str, str] = {
    "category": _("Applies as"),
    "organisation": _("Organisation, state or body"),
    "country": _("Country or region"),
    "given_name": _("Given name"),
    "family_name": _("Family name"),
    "email": _("E-mail address"),
    "function": _("Function"),
    "reason": _("Why you want to take part"),
    "consent": _("Agreement"),
    "mode": _("Takes part"),
    "remote_reason": _("Reason for taking part from far away"),
    "remote_words": _("More about the reason"),
    "interpretation": _("Listens in"),
    "language": _("Language of mails"),
    "time_zone": _("Time zone"),
    "sign_language": _("Sign language"),
    "captions": _("Captions"),
    "extended_time": _("More time to speak"),
    "needs_words": _("Other needs"),
    "protection": _("Protection"),
    "alias": _("Name shown instead"),
    "voice_only": _("Voice only, no picture"),
    "unlisted": _("Not on public lists"),
    "no_photograph": _("No photograph on the badge"),
    "masked": _("Voice masked in the webcast and the recording"),
}
"""What each field is called, on pages and at the head of a list's columns."""

_YES = {"yes": _("Yes")}
CHOICES: Mapping[str, Mapping[str, str]] = {
    "mode": {"remote": _("From far away, by browser"), "hall": _("In the hall")},
    "remote_reason": {
        "cost": _("Cost of travel"),
        "visa": _("No visa, or too late"),
        "health": _("Health or disability"),
        "care": _("Care for others"),
        "duties": _("Duties elsewhere"),
        "climate": _("To spare the climate"),
        "unsaid": _("I would rather not say"),
        "other": _("Another reason"),
    },
    "interpretation": {"floor": _("The speaker's own language"), **LANGUAGES},
    "language": LANGUAGES,
    **dict.fromkeys(
        ("sign_language", "captions", "extended_time", "voice_only", "unlisted", "no_photograph", "masked"), _YES
    ),
}
"""What each choice of a field is called; languages by their own names."""

MISSING: Mapping[str, str] = {
    "organisation": _("Enter the name of the organisation, state or body."),
    "category": _("Choose what you apply as."),
    "given_name": _("Enter the given name."),
    "family_name": _("Enter the family name."),
    "email": _("Enter an e-mail address."),
    "reason": _("Say in a few words why you want to take part."),
    "mode": _("Choose how this person takes part."),
    "remote_reason": _("Choose why this person takes part from far away, or that you would rather not say."),
    "language": _("Choose the language of our mails."),
    "interpretation": _("Choose the language to listen in."),
    "time_zone": _("Choose the time zone."),
    "consent": _("Tick the box if you agree to what is kept; without it we cannot take the application."),
}
KINDS: Mapping[str, str] = {
    "string_too_long": _("This is too long. Shorten it."),
    "email": _("Enter an e-mail address like name@example.org."),
}
OTHER = _("Check this.")


def words_of(field: str, kind: str, locale: Locale) -> str:
    """The words for a mistake."""
    return locale.gettext(KINDS.get(kind) or MISSING.get(field) or OTHER)


def label(field: str, locale: Locale) -> str:
    """What a field is called."""
    return locale.gettext(LABELS.get(field, field))


def choices(field: str, locale: Locale) -> list[tuple[str, str]]:
    """A field's choices: (code, words) each."""
    return [(code, locale.gettext(words)) for code, words in CHOICES[field].items()]


def shown(field: str, value: str, locale: Locale) -> str:
    """An answer as people read it: a choice by its words, text as it was written."""
    words = CHOICES.get(field, {}).get(value)
    return value if words is None else locale.gettext(words)
