"""People by a list: templates to fill in, the upload, and the lines that are to be mended, in the file or here."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from aiohttp import web
from aiohttp.web_request import FileField

from rostrum.assembly.refusal import Refused, Why
from rostrum.i18n import Locale
from rostrum.i18n.zones import zone_choices
from rostrum.identity.limits import FORMS
from rostrum.identity.secrets import new_id
from rostrum.pages.apply.form import TYPED_MAX
from rostrum.pages.apply.importing import COLUMNS, LINE, REQUIRED, Imported, Vocabulary, Words, checked, imported
from rostrum.pages.apply.members import COUNTED, require_open
from rostrum.pages.apply.paper import Paper, members_of, paper_of
from rostrum.pages.apply.questions import MEMBER_FIELDS, PROTECTED_FIELDS, time_zones
from rostrum.pages.apply.words import CHOICES, LABELS, choices, label, shown
from rostrum.pages.render import locale_of, page
from rostrum.pages.route import Guest, PublicRoute
from rostrum.pages.trouble import Trouble
from rostrum.record.draft_members import DraftMember, DraftState
from rostrum.sheets.reading import FILE_BYTES_MAX, LINES_MAX, Fault, Unreadable, read
from rostrum.sheets.writing import CSV_TYPE, XLSX_TYPE, csv_bytes, xlsx_bytes

SHOWN = 100
"""Lines to be mended that the page shows; the file has all."""
FORM_AROUND_BYTES = 64 * 1024


def _(message: str) -> str:
    """Marks a message for the catalogue; it is translated when it is shown."""
    return message


FAULTS: Mapping[Fault, str] = {
    Fault.EMPTY: _("The file is empty. Choose one with a line for each person below a line of heads."),
    Fault.TOO_LARGE: _("The file is too large. Leave out pictures and further sheets, or send it in parts."),
    Fault.TOO_MANY_LINES: _("The file has more lines than can be read at once. Send it in parts."),
    Fault.OLD_FORMAT: _("This is an old or a protected Excel file. Save it as .xlsx without a password, or as CSV."),
    Fault.NOT_A_LIST: _("This is no list. Send a CSV or an XLSX file."),
    Fault.BROKEN: _("The file is damaged. Save it again and send it again."),
}


@dataclass(frozen=True)
class ToMend:
    """A line that is to be mended, as the page shows it. `number` is that of the line in the file."""

    member_id: str
    number: str
    name: str
    wrong: Sequence[tuple[str, str]]


async def form(guest: Guest) -> web.StreamResponse:
    """How to send a list, and what is left of the last one."""
    return await _page(guest, await paper_of(guest))


async def upload(guest: Guest) -> web.StreamResponse:
    """Read a list: whole lines become people at once, the others wait to be mended in place of those before."""
    if not await guest.house.rates.hit(FORMS, guest.request.remote or ""):
        raise Trouble(Why.TOO_MANY_TRIES)
    paper = await paper_of(guest)
    require_open(paper)
    sent = (await guest.request.post()).get("list")
    locale = locale_of(guest)
    if not isinstance(sent, FileField):
        return await _page(guest, paper, wrong=locale.gettext("Choose a file."))
    members = await members_of(guest.house, paper)
    vocabulary = vocabulary_of(guest)
    counted = sum(one.state in COUNTED for one in members)
    room = max(0, paper.members_max - counted) if paper.members_max else LINES_MAX
    defaults = {"language": paper.fields.get("language", ""), "interpretation": "floor", "time_zone": "UTC"}

    def work() -> Imported:
        sheet = read(sent.file.read(), vocabulary.knows)
        return imported(sheet, vocabulary, [one.fields for one in members], defaults, locale, room)

    try:
        result = await asyncio.to_thread(work)
    except Unreadable as unreadable:
        return await _page(guest, paper, wrong=locale.gettext(FAULTS[unreadable.fault]))
    if not result.missing:
        await _keep(guest, paper, result)
    return await _page(guest, paper, result=result)


async def mend(guest: Guest) -> web.StreamResponse:
    """A line with what is wrong in it."""
    paper = await paper_of(guest)
    one = await _line(guest, paper)
    values = {**one.fields, **one.protected}
    return _mend_page(guest, paper, one, values, checked(values, locale_of(guest))[1])


async def mended(guest: Guest) -> web.StreamResponse:
    """The line as it is now: a person where it is whole, else what is still wrong; or taken out."""
    paper = await paper_of(guest)
    require_open(paper)
    one = await _line(guest, paper)
    post = await guest.request.post()
    back = f"{paper.path}/members/import"
    if post.get("do") == "discard":
        await guest.house.draft_members.remove([one.member_id])
        raise web.HTTPSeeOther(back)
    values = {name: text[:TYPED_MAX] for name in COLUMNS if isinstance(text := post.get(name, ""), str)}
    if post.get("do") == "language":
        return _mend_page(guest, paper, one, values, {})
    kept, errors = checked(values, locale_of(guest))
    if errors:
        return _mend_page(guest, paper, one, values, errors, status=422)
    members = await members_of(guest.house, paper)
    if paper.members_max and sum(each.state in COUNTED for each in members) >= paper.members_max:
        raise Refused(Why.TOO_MANY_MEMBERS)
    fields = {name: kept[name] for name in MEMBER_FIELDS}
    protected = {name: kept[name] for name in PROTECTED_FIELDS}
    await guest.house.draft_members.save(one.member_id, fields, protected, DraftState.NAMED)
    raise web.HTTPSeeOther(back)


async def discard(guest: Guest) -> web.StreamResponse:
    """Take out every line that is to be mended."""
    paper = await paper_of(guest)
    lines = await _lines(guest, paper)
    await guest.house.draft_members.remove([one.member_id for one in lines])
    raise web.HTTPSeeOther(f"{paper.path}/members")


async def template(guest: Guest, ending: str) -> web.StreamResponse:
    """An empty list with its heads in the language of the page; they are known in every language."""
    await paper_of(guest)
    locale = locale_of(guest)
    heads = [label(name, locale) for name in COLUMNS]
    if ending == "csv":
        return _file(csv_bytes([heads]), CSV_TYPE, "people.csv")
    how = [[locale.gettext("Column"), locale.gettext("What to write")]]
    how += [[label(name, locale), _how(name, locale)] for name in COLUMNS]
    listed = {
        column: [words for _code, words in choices(name, locale)]
        for column, name in enumerate(COLUMNS)
        if name in CHOICES
    }
    data = xlsx_bytes(
        locale.gettext("People"),
        [heads],
        right_to_left=locale.direction == "rtl",
        choices=listed,
        notes=(locale.gettext("How to fill it in"), how),
    )
    return _file(data, XLSX_TYPE, "people.xlsx")


async def faults(guest: Guest, ending: str) -> web.StreamResponse:
    """The lines that are to be mended, as a file with what is wrong in a last column: mend it there and send it."""
    paper = await paper_of(guest)
    locale = locale_of(guest)
    rows = [[*(label(name, locale) for name in COLUMNS), locale.gettext("What is wrong")]]
    for one in await _lines(guest, paper):
        values = {**one.fields, **one.protected}
        cells = [shown(name, values.get(name, ""), locale) for name in COLUMNS]
        rows.append([*cells, "; ".join(f"{head}: {words}" for head, words in _wrong(paper, values, locale))])
    if ending == "csv":
        return _file(csv_bytes(rows), CSV_TYPE, "to-mend.csv")
    data = xlsx_bytes(locale.gettext("To mend"), rows, right_to_left=locale.direction == "rtl")
    return _file(data, XLSX_TYPE, "to-mend.xlsx")


def vocabulary_of(guest: Guest) -> Vocabulary:
    """Heads and choices in every language."""
    return Vocabulary(guest.house.templates.locales)


async def _keep(guest: Guest, paper: Paper, result: Imported) -> None:
    house, application_id = guest.house, paper.application_id
    before = [one.member_id for one in await _lines(guest, paper)]
    people = [
        DraftMember(new_id(), application_id, DraftState.NAMED, person.fields, person.protected)
        for person in result.people
    ]
    lines = [
        DraftMember(
            new_id(),
            application_id,
            DraftState.MENDING,
            {LINE: str(line.number), **{name: line.values.get(name, "") for name in MEMBER_FIELDS}},
            {name: line.values.get(name, "") for name in PROTECTED_FIELDS},
        )
        for line in result.faulty
    ]
    await house.draft_members.remove(before)
    await house.draft_members.add([*people, *lines])


async def _lines(guest: Guest, paper: Paper) -> list[DraftMember]:
    drafted = await guest.house.draft_members.of(paper.application_id)
    return [one for one in drafted if one.state is DraftState.MENDING]


async def _line(guest: Guest, paper: Paper) -> DraftMember:
    one = await guest.house.draft_members.find(guest.request.match_info["member_id"])
    if one is None or one.application_id != paper.application_id or one.state is not DraftState.MENDING:
        raise Refused(Why.NO_SUCH_MEMBER)
    return one


def _wrong(paper: Paper, values: Words, locale: Locale) -> list[tuple[str, str]]:
    """What is wrong with a line: (field's label, words) each. A whole one is one too many."""
    errors = checked(values, locale)[1]
    if errors:
        return [(label(name, locale), words) for name, words in errors.items()]
    words = locale.gettext("An organisation of this category may name %(most)s people at most.")
    return [(locale.gettext("People"), words % {"most": locale.number(paper.members_max)})]


def _how(name: str, locale: Locale) -> str:
    """What to write into a column."""
    if name == "time_zone":
        return locale.gettext("A name like Africa/Dakar; UTC where it is left empty.")
    if name == "alias":
        return locale.gettext("Leave it empty to be shown by name.")
    listed = " / ".join(words for _code, words in choices(name, locale)) if name in CHOICES else ""
    needed = locale.gettext("Required.") if name in REQUIRED else locale.gettext("May be left empty.")
    return f"{listed}. {needed}" if listed else needed


def _file(data: bytes, kind: str, name: str) -> web.StreamResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=data, content_type=kind, headers=headers)


async def _page(guest: Guest, paper: Paper, *, wrong: str = "", result: Imported | None = None) -> web.StreamResponse:
    locale = locale_of(guest)
    lines = await _lines(guest, paper)
    missing = [label(name, locale) for name in result.missing] if result is not None else []
    if missing:
        words = locale.gettext("The first line does not name these columns: %(columns)s. Use the template's heads.")
        wrong = words % {"columns": ", ".join(missing)}
    to_mend = [
        ToMend(
            one.member_id, one.fields.get(LINE, ""), _name(one), _wrong(paper, {**one.fields, **one.protected}, locale)
        )
        for one in lines[:SHOWN]
    ]
    return page(
        guest,
        "apply/import.html",
        status=422 if wrong else 200,
        shown_at=f"{paper.path}/members/import",
        session=paper.session,
        path=paper.path,
        wrong=wrong,
        result=None if wrong else result,
        lines=to_mend,
        count=len(lines),
        lines_max=LINES_MAX,
        megabytes=FILE_BYTES_MAX // (1024 * 1024),
    )


def _name(one: DraftMember) -> str:
    return f"{one.fields.get('given_name', '')} {one.fields.get('family_name', '')}".strip()


def _mend_page(
    guest: Guest, paper: Paper, one: DraftMember, values: Words, errors: Words, *, status: int = 200
) -> web.StreamResponse:
    locale = locale_of(guest)
    return page(
        guest,
        "apply/mend.html",
        status=status,
        language_form="answers",
        session=paper.session,
        path=paper.path,
        number=one.fields.get(LINE, ""),
        values=values,
        errors=errors,
        labels={name: label(name, locale) for name in LABELS},
        choices={name: [("", ""), *choices(name, locale)] for name in CHOICES},
        zones=[("", ""), *zone_choices(locale, time_zones(), guest.house.clock())],
    )


_BODY_MAX = FILE_BYTES_MAX + FORM_AROUND_BYTES
_ENDINGS = ("csv", "xlsx")
ROUTES = (
    PublicRoute("GET", "/a/{token}/members/import", form),
    PublicRoute("POST", "/a/{token}/members/import", upload, body_max=_BODY_MAX),
    PublicRoute("POST", "/a/{token}/members/import/discarding", discard),
    *(PublicRoute("GET", f"/a/{{token}}/members/template.{each}", partial(template, ending=each)) for each in _ENDINGS),
    *(PublicRoute("GET", f"/a/{{token}}/members/to-mend.{each}", partial(faults, ending=each)) for each in _ENDINGS),
    PublicRoute("GET", "/a/{token}/members/import/{member_id}", mend),
    PublicRoute("POST", "/a/{token}/members/import/{member_id}", mended),
)
