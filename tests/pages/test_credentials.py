"""Credentials by their pages: a letter is sent, the committee reports in six languages, the Assembly decides."""

import base64
from collections.abc import Mapping
from io import BytesIO

import aiohttp
import pikepdf
import pypdfium2
import pytest
from yarl import URL

from rostrum.assembly.credentials import Credentials
from rostrum.assembly.electorate import voters
from rostrum.assembly.rules.roll import states_parties
from rostrum.assembly.state_credentials import CredentialsState
from rostrum.cli import demo
from rostrum.desk import ACCREDITATION, CREDENTIALS
from rostrum.i18n.states import in_order, state_name
from tests.support.app import Knocker, Running
from tests.uploads import hostile

NINE = ("SEN", "FRA", "DEU", "BRA", "JPN", "KEN", "EST", "CHL", "NZL")


async def held(running: Running) -> Credentials:
    return (await running.house.desk.load(CREDENTIALS, demo.SESSION_ID)).state


async def post(who: Knocker, path: str, fields: list[tuple[str, str]] | None = None) -> tuple[int, str]:
    """Send a form with fields that may stand more than once."""
    form = aiohttp.FormData([("csrf", who.csrf), *(fields or [])])
    async with (
        aiohttp.ClientSession(cookies=who.jar) as session,
        session.post(URL(f"{who.base}/at/{who.place_id}{path}"), data=form, allow_redirects=False) as answer,
    ):
        return answer.status, await answer.text()


async def send(who: Knocker, path: str, data: bytes, fields: Mapping[str, str], name: str = "letter.pdf") -> int:
    """Send a form with a file."""
    form = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
    for field, value in {"csrf": who.csrf, **fields}.items():
        form.add_field(field, value)
    form.add_field("file", data, filename=name if data else "", content_type="application/pdf")
    async with (
        aiohttp.ClientSession(cookies=who.jar) as session,
        session.post(URL(f"{who.base}/at/{who.place_id}{path}"), data=form, allow_redirects=False) as answer,
    ):
        return answer.status


async def get(who: Knocker, path: str) -> tuple[int, bytes]:
    async with who.request("GET", f"/at/{who.place_id}{path}") as answer:
        return answer.status, await answer.read()


@pytest.fixture
async def clerk(running: Running) -> Knocker:
    """The secretariat, with the roll kept."""
    clerk = await running.place("secretariat")
    if not (await held(running)).states:
        assert (await post(clerk, "/console/credentials/roll", [("code", code) for code in states_parties()]))[0] == 303
    return clerk


async def seated(running: Running, clerk: Knocker, code: str, name: str) -> Knocker:
    """A delegation whose state is tied to it by its name."""
    running.places.pop("state-party", None)
    place = await running.place("state-party")
    session = (await running.house.desk.load(ACCREDITATION, demo.SESSION_ID)).state
    delegation_id = session.places[place.place_id].delegation_id
    path = f"/console/credentials/states/{code}/delegation"
    assert (await post(clerk, path, [("delegation", delegation_id)]))[0] == 303
    assert (await held(running)).states[code].delegation_id == delegation_id
    return place


async def test_the_roll_begins_with_the_states_parties_and_delegations_find_their_states(
    running: Running, clerk: Knocker
) -> None:
    _, text = await get(clerk, "/console/credentials")
    assert "Côte d’Ivoire" in text.decode()
    assert text.decode().index("Afghanistan") < text.decode().index("Zambia")
    # The demonstration's delegate is of "Senegal".
    assert (await post(clerk, "/console/credentials/matching"))[0] == 303
    assert (await held(running)).states["SEN"].delegation_id == "delegation-delegate"
    assert (await post(clerk, "/console/credentials/roll", [("code", "QQQ")]))[0] == 404


async def test_a_delegation_sends_a_copy_and_sees_where_it_stands(running: Running, clerk: Knocker) -> None:
    tunisia = await seated(running, clerk, "TUN", "Tunisia")
    other = await seated(running, clerk, "DEU", "Germany")
    signed = {"form": "copy", "signatory": "foreign-minister"}
    letter = hostile.saved(hostile.plain_pdf(2))
    assert await send(tunisia, "/credentials", letter, {**signed, "form": "original"}) == 409
    assert await send(tunisia, "/credentials", b"", signed) == 422
    assert await send(tunisia, "/credentials", hostile.zip_file(), signed) == 422
    assert (await held(running)).states["TUN"].state is CredentialsState.ABSENT
    assert await send(tunisia, "/credentials", letter, signed) == 303
    found = (await held(running)).states["TUN"]
    assert found.state is CredentialsState.PROVISIONAL
    assert found.letter is not None
    _, page = await get(tunisia, "/credentials")
    assert "provisional" in page.decode()
    assert "letter.pdf" in page.decode()
    status, data = await get(tunisia, f"/credentials/letters/{found.letter.file_id}")
    assert (status, data[:5]) == (200, b"%PDF-")
    for stranger in (other, await running.place("ngo")):
        assert (await get(stranger, f"/credentials/letters/{found.letter.file_id}"))[0] == 404
    ngo = await running.place("ngo")
    assert await send(ngo, "/credentials", letter, signed) == 403
    assert "No State has been tied" in (await get(ngo, "/credentials"))[1].decode()


async def test_a_letter_comes_by_a_weak_line_too(running: Running, clerk: Knocker) -> None:
    chile = await seated(running, clerk, "CHL", "Chile")
    data = hostile.picture()
    told = {"form": "note-verbale", "signatory": "mission", "filename": "note.jpg"}
    metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items())
    headers = {"Tus-Resumable": "1.0.0", "X-CSRF-Token": chile.csrf}
    at = f"{chile.base}/at/{chile.place_id}/credentials/uploads"
    async with aiohttp.ClientSession(cookies=chile.jar) as session:
        more = {"Upload-Length": str(len(data)), "Upload-Metadata": metadata}
        async with session.post(at, headers={**headers, **more}) as answer:
            assert answer.status == 201
            address = chile.base + answer.headers["Location"]
        body = {"Content-Type": "application/offset+octet-stream"}
        for start in (0, 1000):
            piece = data[start : 1000 if start == 0 else None]
            sent = {**headers, **body, "Upload-Offset": str(start)}
            async with session.patch(address, headers=sent, data=piece) as answer:
                assert answer.status == 204
        unsigned = {**headers, "X-CSRF-Token": "", **body, "Upload-Offset": "0"}
        async with session.patch(address, headers=unsigned, data=b"x") as answer:
            assert answer.status == 403
    found = (await held(running)).states["CHL"]
    assert found.state is CredentialsState.PROVISIONAL
    assert found.letter is not None
    assert found.letter.signatory == "mission"


async def test_from_the_committee_to_the_assemblys_decision(running: Running, clerk: Knocker) -> None:
    at = "/console/credentials"
    assert (await post(clerk, f"{at}/committee", [("code", code) for code in NINE[:8]]))[0] == 422
    assert (await post(clerk, f"{at}/committee", [("code", code) for code in NINE]))[0] == 303
    original = {"form": "original", "signatory": "head-of-state"}
    for code in ("KEN", "EST", "CIV"):
        assert await send(clerk, f"{at}/states/{code}/letter", b"", original) == 303
    assert (await post(clerk, f"{at}/reports"))[0] == 409, "not all have been examined"
    for code in ("KEN", "CIV"):
        assert (await post(clerk, f"{at}/states/{code}/finding", [("finding", "in-order")]))[0] == 303
    assert (await post(clerk, f"{at}/states/EST/finding", [("finding", "wanting")]))[0] == 422, (
        "it says what is missing"
    )
    words = [("finding", "wanting"), ("words", "The seal is missing.")]
    assert (await post(clerk, f"{at}/states/EST/finding", words))[0] == 303
    grounds = [("by", "KEN"), ("grounds", "Two governments claim the seat.")]
    assert (await post(clerk, f"{at}/states/PER/objection", grounds))[0] == 303
    assert "Kenya objects:" in (await get(clerk, f"{at}/states/PER"))[1].decode()
    assert (await post(clerk, f"{at}/reports"))[0] == 303
    report = (await held(running)).reports[-1]
    assert {"KEN", "CIV"} <= set(report.in_order)
    assert "The seal is missing." not in str(report), "words stay out of the record"
    status, page = await get(clerk, f"{at}/reports/{report.report_id}")
    assert status == 200
    assert "Côte d’Ivoire and Kenya" in page.decode()
    assert (await post(clerk, f"{at}/reports/{report.report_id}/adoption", [("rejected", "KEN")]))[0] == 409
    assert (await post(clerk, f"{at}/reports/{report.report_id}/adoption", [("rejected", "PER")]))[0] == 303
    standing = {code: (await held(running)).states[code].state for code in ("KEN", "EST", "PER")}
    assert standing == {
        "KEN": CredentialsState.ACCEPTED,
        "EST": CredentialsState.ACCEPTED,
        "PER": CredentialsState.REJECTED,
    }
    assert "Not accepted:" in (await get(clerk, f"{at}/reports/{report.report_id}"))[1].decode()


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("ar", None),
        ("en", "Report of the Credentials Committee"),
        ("es", "Informe de la Comisión de Verificación de Poderes"),
        ("fr", "Rapport de la Commission de vérification des pouvoirs"),
        ("ru", "Доклад Комитета по проверке полномочий"),
        ("zh", "全权证书委员会的报告"),
    ],
)
async def test_the_report_is_an_archival_accessible_document_in_each_language(
    running: Running, clerk: Knocker, language: str, title: str | None
) -> None:
    if not (await held(running)).reports:
        await post(clerk, "/console/credentials/committee", [("code", code) for code in NINE])
        assert (await post(clerk, "/console/credentials/reports"))[0] == 303
    report = (await held(running)).reports[-1]
    status, data = await get(clerk, f"/console/credentials/reports/{report.report_id}/{language}.pdf")
    assert status == 200
    with pikepdf.open(BytesIO(data)) as pdf:
        assert str(pdf.Root.Lang).startswith(language)
        assert pdf.Root.MarkInfo.Marked
        with pdf.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "2"
            assert metadata["pdfuaid:part"] == "1"
        right_to_left = "/ViewerPreferences" in pdf.Root and pdf.Root.ViewerPreferences.get("/Direction") == "/R2L"
        assert right_to_left == (language == "ar")
    text = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(data))
    plain = "".join(text.split())
    if title is None:
        return  # what is read back of Arabic are shapes, in the order of the eye
    assert "".join(title.split()) in plain
    names = [("".join(state_name(code, language).split())) for code in in_order(report.members, language)]
    places = [plain.index(name) for name in names]
    assert places == sorted(places), "the members stand in the order of the language"


async def test_arrears_take_the_vote_until_the_assembly_permits_it(running: Running, clerk: Knocker) -> None:
    fiji = await seated(running, clerk, "FJI", "Fiji")
    session = (await running.house.desk.load(ACCREDITATION, demo.SESSION_ID)).state
    delegation = session.places[fiji.place_id].delegation_id
    assert (await post(clerk, "/console/credentials/arrears", [("code", "FJI"), ("code", "GAB")]))[0] == 303
    assert voters(await held(running), [delegation]) == frozenset()
    assert "no vote under article 112(8)" in (await get(fiji, "/credentials"))[1].decode()
    assert (await post(clerk, "/console/credentials/states/FJI/permission", [("permitted", "yes")]))[0] == 303
    assert voters(await held(running), [delegation]) == {delegation}
    assert (await post(clerk, "/console/credentials/states/FRA/permission", [("permitted", "yes")]))[0] == 409


async def test_a_photograph_takes_the_place_of_the_one_before_and_is_for_its_owner_alone(running: Running) -> None:
    ngo, other = await running.place("ngo"), await running.place("press")
    assert (await get(ngo, "/photograph/picture"))[0] == 404
    assert await send(ngo, "/photograph", hostile.saved(hostile.plain_pdf()), {}) == 422
    for kind in ("PNG", "JPEG"):
        assert await send(ngo, "/photograph", hostile.picture(kind), {}, "me.jpg") == 303
    (kept,) = await running.house.files.files_of(ngo.place_id)
    assert (kept.owner.kind, kept.media_type) == ("photograph", "image/jpeg")
    assert (await get(ngo, "/photograph/picture"))[0] == 200
    assert (await get(other, "/photograph/picture"))[0] == 404
    assert 'alt="Your photograph"' in (await get(ngo, "/photograph"))[1].decode()
    assert (await post(ngo, "/photograph/removal"))[0] == 303
    assert await running.house.files.files_of(ngo.place_id) == []
