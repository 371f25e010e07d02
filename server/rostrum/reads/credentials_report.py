"""The report of the Credentials Committee in the words of one language, for its page and for the document."""

from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_date
from babel.lists import format_list

from rostrum.assembly.credentials_report import Report
from rostrum.i18n import Locale
from rostrum.i18n.states import in_order, state_name

WRITTEN_AS = {"en": "en_GB"}
"""The United Nations write English dates and lists as the British do."""


@dataclass(frozen=True)
class Part:
    """A heading and numbered paragraphs."""

    heading: str
    paragraphs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ReportWords:
    """A whole report."""

    title: str
    session: str
    date: str
    at: datetime
    parts: tuple[Part, ...]


def report_words(report: Report, session: str, locale: Locale) -> ReportWords:
    """The report in a language. States stand by their UN names, in the order of the language."""
    _ = locale.gettext
    numbered = _Numbers(locale)
    parts = (
        Part(_("The Committee"), numbered(_committee(report, locale))),
        Part(_("Credentials"), numbered(*_standings(report, locale))),
        Part(_("Recommendation"), numbered(*_recommendation(report, locale))),
        Part(_("Draft resolution"), numbered(_resolution(locale))),
    )
    return ReportWords(_("Report of the Credentials Committee"), session, _date(report.at, locale), report.at, parts)


class _Numbers:
    """Numbers paragraphs through all parts."""

    def __init__(self, locale: Locale) -> None:
        self._locale = locale
        self._last = 0

    def __call__(self, *texts: str) -> tuple[tuple[str, str], ...]:
        start, self._last = self._last, self._last + len(texts)
        return tuple((self._locale.number(start + n), text) for n, text in enumerate(texts, 1))


def _named(codes: tuple[str, ...], locale: Locale) -> str:
    names = [state_name(code, locale.code) for code in in_order(codes, locale.code)]
    return format_list(names, locale=WRITTEN_AS.get(locale.code, locale.code))


def _date(at: datetime, locale: Locale) -> str:
    return format_date(at, "long", locale=WRITTEN_AS.get(locale.code, locale.code))


def _committee(report: Report, locale: Locale) -> str:
    return locale.gettext(
        "In accordance with rule 25 of its Rules of Procedure, the Assembly appointed a Credentials Committee "
        "consisting of the following States Parties: %(states)s."
    ) % {"states": _named(report.members, locale)}


def _standings(report: Report, locale: Locale) -> list[str]:
    ngettext = locale.ngettext
    told = []
    if count := len(report.in_order):
        words = ngettext(
            "As at %(date)s, credentials in due form, as rule 24 asks for them, had been communicated for the "
            "representatives of %(num)s State Party: %(states)s.",
            "As at %(date)s, credentials in due form, as rule 24 asks for them, had been communicated for the "
            "representatives of the following %(num)s States Parties: %(states)s.",
            count,
        )
        told.append(words % {**_values(report.in_order, locale), "date": _date(report.at, locale)})
    if count := len(report.provisional):
        words = ngettext(
            "The appointment of representatives had been communicated by a copy or a note verbale for %(num)s State "
            "Party: %(states)s.",
            "The appointment of representatives had been communicated by a copy or a note verbale for the following "
            "%(num)s States Parties: %(states)s.",
            count,
        )
        told.append(words % _values(report.provisional, locale))
    if count := len(report.wanting):
        words = ngettext(
            "The Committee found that what had been communicated for %(num)s State Party was not yet complete: "
            "%(states)s.",
            "The Committee found that what had been communicated for the following %(num)s States Parties was not yet "
            "complete: %(states)s.",
            count,
        )
        told.append(words % _values(report.wanting, locale))
    if count := len(report.objected):
        words = ngettext(
            "An objection was raised to the representatives of %(num)s State Party: %(states)s. In accordance with "
            "rule 27 they are seated with the same rights until the Assembly has decided.",
            "Objections were raised to the representatives of the following %(num)s States Parties: %(states)s. In "
            "accordance with rule 27 they are seated with the same rights until the Assembly has decided.",
            count,
        )
        told.append(words % _values(report.objected, locale))
    if count := len(report.absent):
        words = ngettext(
            "Nothing had been communicated for %(num)s State Party: %(states)s.",
            "Nothing had been communicated for the following %(num)s States Parties: %(states)s.",
            count,
        )
        told.append(words % _values(report.absent, locale))
    return told


def _values(codes: tuple[str, ...], locale: Locale) -> dict[str, str]:
    return {"num": locale.number(len(codes)), "states": _named(codes, locale)}


def _recommendation(report: Report, locale: Locale) -> list[str]:
    _ = locale.gettext
    told = [_("The Committee recommends that the Assembly accept the credentials that have been communicated.")]
    if report.provisional or report.wanting:
        told.append(
            _(
                "It does so on the understanding that credentials in due form will be communicated to the Secretariat "
                "as soon as possible, where they have not been."
            )
        )
    if report.objected:
        told.append(_("On the representatives to whom objections were raised, the Assembly is invited to decide."))
    return told


def _resolution(locale: Locale) -> str:
    return locale.gettext(
        "The Assembly of States Parties, having considered the report of the Credentials Committee, accepts the report."
    )
