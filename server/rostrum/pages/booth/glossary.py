"""The glossary: searched in the booth while somebody speaks, added to there and by the secretariat."""

from collections.abc import Mapping

from aiohttp import web

from rostrum.assembly.actor import Right
from rostrum.assembly.glossary import AddTerms, RemoveTerm
from rostrum.assembly.interpretation import WORKING_LANGUAGES
from rostrum.assembly.refusal import Refused, Why
from rostrum.desk import GLOSSARY
from rostrum.identity.secrets import new_id
from rostrum.pages.apply.form import tidy
from rostrum.pages.render import page
from rostrum.pages.route import Route, Visit
from rostrum.reads.glossary import search
from rostrum.sheets.reading import Unreadable, read

NEEDS = frozenset({Right.INTERPRET, Right.ADMINISTER})
LIST_MAX = 200_000
"""Characters of a list that is pasted."""
QUERY_MAX = 100


async def glossary(visit: Visit) -> web.StreamResponse:
    """The page: search, what was found, a form for one term and one for a list."""
    return await _page(visit, "booth/glossary.html")


async def found(visit: Visit) -> web.StreamResponse:
    """What was found alone, for the booth's script."""
    answer = await _page(visit, "booth/_terms.html")
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def _page(visit: Visit, template: str, *, wrong: Why | None = None, typed: str = "") -> web.Response:
    kept = (await visit.house.desk.load(GLOSSARY, visit.session_id)).state
    query = visit.request.query.get("q", "")[:QUERY_MAX]
    return page(
        visit,
        template,
        status=200 if wrong is None else 422,
        query=query,
        terms=search(kept, query),
        count=len(kept.terms),
        wrong=wrong,
        typed=typed,
        added=visit.request.query.get("added"),
        here=f"/at/{visit.place_id}/glossary",
    )


async def add(visit: Visit) -> web.StreamResponse:
    """Add one term, or all of a pasted list whose first line names the languages by their codes."""
    post = await visit.request.post()
    fields = {name: str(tidy(value)) for name, value in post.items() if isinstance(value, str)}
    text = str(post.get("list", ""))
    try:
        terms = _listed(text) if text.strip() else [_one(fields)]
        command = AddTerms({new_id(): words for words in terms})
        before = (await visit.house.desk.load(GLOSSARY, visit.session_id)).version
        after = (await visit.house.desk.act(GLOSSARY, visit.session_id, command, visit.actor)).version
    except Refused as refused:
        if refused.why not in (Why.TERM_WRONG, Why.GLOSSARY_FULL):
            raise
        return await _page(visit, "booth/glossary.html", wrong=refused.why, typed=text)
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/glossary?added={after - before}")


def _one(fields: Mapping[str, str]) -> Mapping[str, str]:
    return {code: fields[code] for code in WORKING_LANGUAGES if fields.get(code)}


def _listed(text: str) -> list[Mapping[str, str]]:
    """The terms of a list. Raises `Refused(TERM_WRONG)` where it is none."""
    try:
        sheet = read(text[:LIST_MAX].encode(), lambda head: head.strip().lower() in WORKING_LANGUAGES)
    except Unreadable:
        raise Refused(Why.TERM_WRONG) from None
    heads = [head.strip().lower() for head in sheet.head]
    if len(text) > LIST_MAX or not set(heads) & set(WORKING_LANGUAGES):
        raise Refused(Why.TERM_WRONG)
    return [
        {head: cell for head, cell in zip(heads, line.cells, strict=False) if head in WORKING_LANGUAGES and cell}
        for line in sheet.lines
    ]


async def remove(visit: Visit) -> web.StreamResponse:
    """Take a term out."""
    command = RemoveTerm(visit.request.match_info["term_id"])
    await visit.house.desk.act(GLOSSARY, visit.session_id, command, visit.actor)
    raise web.HTTPSeeOther(f"/at/{visit.place_id}/glossary")


ROUTES = (
    Route("GET", "/glossary", glossary, NEEDS),
    Route("GET", "/glossary/found", found, NEEDS),
    Route("POST", "/glossary", add, NEEDS),
    Route("POST", "/glossary/{term_id}/removal", remove, NEEDS),
)
