"""The Credentials Committee in the console: its nine members, its report in six languages, the Assembly's decision."""

from aiohttp import web

from rostrum.assembly.credentials import COMMITTEE_SIZE, AdoptReport, AppointCommittee, ReportCredentials
from rostrum.assembly.credentials_report import Report
from rostrum.assembly.refusal import Refused, Why
from rostrum.i18n import LANGUAGES
from rostrum.i18n.states import in_order, state_name
from rostrum.identity.secrets import new_id
from rostrum.pages.console.credentials import act, credentials_of
from rostrum.pages.console.routes import ADMINISTER, session_of
from rostrum.pages.render import language_of, locale_of, page
from rostrum.pages.route import Route, Visit
from rostrum.pages.trouble import Trouble
from rostrum.printing.typeset import typeset
from rostrum.reads.credentials_report import report_words

TEMPLATE = "report.typ"


async def committee(visit: Visit) -> web.StreamResponse:
    """Who is on it: nine to choose."""
    return await _committee_page(visit)


async def appoint(visit: Visit) -> web.StreamResponse:
    """Appoint the nine."""
    codes = tuple(str(code) for code in (await visit.request.post()).getall("code", []))
    try:
        await act(visit, AppointCommittee(codes))
    except Refused as refused:
        if refused.why is not Why.COMMITTEE_OF_NINE:
            raise
        return await _committee_page(visit, codes)
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/console/credentials")


async def make_report(visit: Visit) -> web.StreamResponse:
    """The committee reports on everybody as they stand now."""
    report_id = new_id()
    await act(visit, ReportCredentials(report_id))
    raise web.HTTPSeeOther(_at(visit, report_id))


async def report(visit: Visit) -> web.StreamResponse:
    """A report as it will be printed, and the Assembly's decision on it."""
    found, held, session = await _report(visit), await credentials_of(visit), await session_of(visit)
    locale, language = locale_of(visit), language_of(visit.request)
    disputed = in_order((*found.wanting, *found.objected), language)
    return page(
        visit,
        "console/credentials_report.html",
        shown_at=_at(visit, found.report_id),
        at=f"/at/{visit.place_id}/console",
        report=found,
        words=report_words(found, locale.localised(session.titles), locale),
        newest=held.reports[-1].report_id == found.report_id,
        disputed=[(code, state_name(code, language)) for code in disputed],
        rejected=[state_name(code, language) for code in in_order(found.rejected, language)],
    )


async def document(visit: Visit) -> web.StreamResponse:
    """The report as a document, in the language that the address names."""
    found, session = await _report(visit), await session_of(visit)
    language = visit.request.match_info["language"]
    if language not in LANGUAGES:
        raise Trouble(Why.NOT_FOUND)
    locale = visit.house.templates.locales[language]
    title = locale.localised(session.titles)
    words = report_words(found, title, locale)
    data = {
        "title": words.title,
        "author": title,
        "session": title,
        "date": words.date,
        "on": [words.at.year, words.at.month, words.at.day],
        "parts": [{"heading": part.heading, "paragraphs": part.paragraphs} for part in words.parts],
    }
    pdf = await typeset(TEMPLATE, language, data)
    headers = {"Content-Disposition": f'inline; filename="credentials-report-{language}.pdf"'}
    return web.Response(body=pdf, content_type="application/pdf", headers=headers)


async def adopt(visit: Visit) -> web.StreamResponse:
    """The Assembly decides on the report."""
    found = await _report(visit)
    rejected = tuple(str(code) for code in (await visit.request.post()).getall("rejected", []))
    await act(visit, AdoptReport(found.report_id, rejected))
    raise web.HTTPSeeOther(_at(visit, found.report_id))


async def _report(visit: Visit) -> Report:
    wanted = visit.request.match_info["report_id"]
    for each in (await credentials_of(visit)).reports:
        if each.report_id == wanted:
            return each
    raise Trouble(Why.NO_SUCH_REPORT)


async def _committee_page(visit: Visit, chosen: tuple[str, ...] | None = None) -> web.StreamResponse:
    held, language = await credentials_of(visit), language_of(visit.request)
    return page(
        visit,
        "console/credentials_committee.html",
        status=200 if chosen is None else 422,
        shown_at=f"/at/{visit.place_id}/console/credentials/committee",
        at=f"/at/{visit.place_id}/console",
        options=[(code, state_name(code, language)) for code in in_order(held.states, language)],
        ticked=frozenset(held.committee if chosen is None else chosen),
        size=COMMITTEE_SIZE,
        wrong=chosen is not None,
    )


def _at(visit: Visit, report_id: str) -> str:
    return f"/at/{visit.place_id}/console/credentials/reports/{report_id}"


ROUTES = (
    Route("GET", "/console/credentials/committee", committee, ADMINISTER),
    Route("POST", "/console/credentials/committee", appoint, ADMINISTER),
    Route("POST", "/console/credentials/reports", make_report, ADMINISTER),
    Route("GET", "/console/credentials/reports/{report_id}", report, ADMINISTER),
    Route("GET", "/console/credentials/reports/{report_id}/{language}.pdf", document, ADMINISTER),
    Route("POST", "/console/credentials/reports/{report_id}/adoption", adopt, ADMINISTER),
)
