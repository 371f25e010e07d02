"""A badge that is printed is read back by a decoder, and believed by a door that has nothing but the key and a list."""

import base64
import json
from datetime import timedelta

import aiohttp
import pypdfium2
import zxingcpp
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from PIL import Image

from rostrum.cli.demo import SESSION_ID
from rostrum.desk import ACCREDITATION
from rostrum.identity.badges import Badger, BadgeState, number_of, standing
from tests.pages.test_wishes import protect
from tests.support.app import Knocker, Running
from tests.uploads import hostile

DPI = 200
POINTS_PER_INCH = 72
A6_POINTS = (297.6, 419.5)
LONG = "محمد عبد الرحمن بن عبد العزيز بن عبد الله الحسيني الهاشمي القرشي"


async def printed(secretariat: Knocker, path: str, language: str = "en") -> bytes:
    address = f"/at/{secretariat.place_id}/console/{path}?lang={language}"
    async with secretariat.request("GET", address) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.content_type == "application/pdf"
        return await answer.read()


def codes(pdf: bytes) -> list[str]:
    found = []
    for page in pypdfium2.PdfDocument(pdf):
        picture = page.render(scale=DPI / POINTS_PER_INCH).to_pil()
        found += [each.text for each in zxingcpp.read_barcodes(picture)]
    return found


async def test_a_printed_badge_is_read_back_and_believed_offline(running: Running) -> None:
    secretariat = await running.place("secretariat")
    place_id, _link, _token = await running.appoint("ngo", {"given_name": LONG, "organisation": "Harbour Watch"})
    for language in ("en", "ar"):
        pdf = await printed(secretariat, f"places/{place_id}/badge.pdf", language)
        (sheet,) = pypdfium2.PdfDocument(pdf)
        assert [abs(a - b) < 1 for a, b in zip(sheet.get_size(), A6_POINTS, strict=True)] == [True, True]
        (code,) = codes(pdf)
        badger, now = running.house.badger, running.house.clock()
        state, badge = standing(code, badger.public_key, SESSION_ID, frozenset(), now)
        assert state is BadgeState.VALID
        assert badge is not None
        assert place_id not in code
        assert badge.badge_id == badger.badge_id(place_id)


def colours(pdf: bytes) -> set[str]:
    """Which of the photograph's two colours stand on a badge."""
    (sheet,) = pypdfium2.PdfDocument(pdf)
    drawn: Image.Image = sheet.render(scale=1).to_pil().convert("RGB")
    raw = drawn.tobytes()
    points = [raw[start : start + 3] for start in range(0, len(raw), 3)]
    found = {"red": (254, 0, 0), "blue": (0, 0, 254)}
    return {
        name
        for name, wanted in found.items()
        if sum(all(abs(a - b) < 40 for a, b in zip(point, wanted, strict=True)) for point in points) > 500
    }


async def send_photograph(one: Knocker, data: bytes) -> None:
    form = aiohttp.FormData(quote_fields=False, default_to_multipart=True)
    form.add_field("csrf", one.csrf)
    form.add_field("purpose", "photograph")
    form.add_field("file", data, filename="me.jpg", content_type="image/jpeg")
    async with (
        aiohttp.ClientSession(one.base, cookies=one.jar) as session,
        session.post(f"/at/{one.place_id}/photograph", data=form, allow_redirects=False) as answer,
    ):
        assert answer.status == 303, await answer.text()


async def test_a_photograph_is_on_the_badge_of_who_sent_one_and_wants_it_there(running: Running) -> None:
    secretariat, ngo = await running.place("secretariat"), await running.place("ngo")
    path = f"places/{ngo.place_id}/badge.pdf"
    plain = await printed(secretariat, path)
    assert colours(plain) == set()
    await send_photograph(ngo, hostile.picture("JPEG", (2400, 1200)))
    pictured = await printed(secretariat, path)
    assert colours(pictured) == {"red", "blue"}
    await protect(running, ngo, no_photograph="yes")
    hidden = await printed(secretariat, path)
    assert colours(hidden) == set()
    for pdf in (plain, pictured, hidden):
        assert len(codes(pdf)) == 1, "the code is still read"


async def test_a_door_knows_what_is_not_to_be_believed(running: Running) -> None:
    badger, now = running.house.badger, running.house.clock()
    code = badger.code("p", SESSION_ID, now + timedelta(hours=1))
    stranger = Badger(bytes(32)).code("p", SESSION_ID, now + timedelta(hours=1))
    revoked = frozenset({badger.badge_id("p")})

    def state(code: str, session_id: str = SESSION_ID, hours: int = 0, listed: frozenset[str] = frozenset()) -> str:
        return standing(code, badger.public_key, session_id, listed, now + timedelta(hours=hours))[0]

    changed = code[:20] + ("A" if code[20] != "A" else "B") + code[21:]
    assert state(code) == "valid"
    assert state(code, hours=2) == "expired"
    assert state(code, "another") == "other-session"
    assert state(code, listed=revoked) == "revoked"
    for wrong in (stranger, changed, "", "ROSTRUM1.", "ROSTRUM1.é", "https://elsewhere.example", code[:-1]):
        assert state(wrong) == "unknown", wrong


async def test_all_badges_stand_on_sheets_and_a_revoked_one_is_on_the_doors_list(running: Running) -> None:
    secretariat, ngo = await running.place("secretariat"), await running.place("ngo")
    badger = running.house.badger
    read = [
        standing(code, badger.public_key, SESSION_ID, frozenset(), running.house.clock())[1]
        for code in codes(await printed(secretariat, "badges.pdf"))
    ]
    assert badger.badge_id(ngo.place_id) in {badge.badge_id for badge in read if badge}
    await running.revoke(ngo)
    async with secretariat.request("GET", f"/at/{secretariat.place_id}/console/check-in/list") as answer:
        told = await answer.json()
    signed = f"rostrum door list {told['list']}".encode()
    Ed25519PublicKey.from_public_bytes(badger.public_key).verify(base64.urlsafe_b64decode(told["signature"]), signed)
    assert badger.badge_id(ngo.place_id) in json.loads(told["list"])["revoked"]
    assert ngo.place_id not in told["list"]
    assert await secretariat.status("GET", f"/at/{secretariat.place_id}/console/places/{ngo.place_id}/badge.pdf") >= 400


async def test_the_door_says_what_a_code_is_and_that_somebody_has_come(running: Running) -> None:
    door, ngo = await running.place("door-staff"), await running.place("ngo")
    badger, until = running.house.badger, running.house.clock() + timedelta(hours=1)
    path = f"/at/{door.place_id}/console/check-in"

    async def read_at_door(code: str) -> str:
        async with door.request("POST", path, data={"code": code}) as answer:
            assert answer.status == 200
            return (await answer.text()).partition('data-state="')[2].partition('"')[0]

    async with door.request("GET", f"/at/{door.place_id}/") as answer:
        assert answer.headers["Location"] == path
    code = badger.code(ngo.place_id, SESSION_ID, until)
    assert await read_at_door(f" {code} ") == "valid"
    session = (await running.house.desk.load(ACCREDITATION, SESSION_ID)).state
    assert session.places[ngo.place_id].checked_in_at is not None
    assert await read_at_door(code) == "again"
    assert await read_at_door(badger.code(ngo.place_id, "another", until)) == "other-session"
    assert await read_at_door(badger.code("nobody", SESSION_ID, until)) == "unknown"
    assert await read_at_door("") == "unknown"
    await running.revoke(ngo)
    assert await read_at_door(code) == "revoked"
    assert await door.status("GET", f"/at/{door.place_id}/console") == 403


async def test_what_doors_read_without_a_line_is_told_later_with_its_own_time(running: Running) -> None:
    door, press, ngo = [await running.place(each) for each in ("door-staff", "press", "ngo")]
    badger, now = running.house.badger, running.house.clock()
    code = badger.code(press.place_id, SESSION_ID, now + timedelta(hours=1))
    number = number_of(badger.badge_id(ngo.place_id))
    earlier = round((now - timedelta(minutes=40)).timestamp() * 1000)

    async def tell(*reads: tuple[str, int]) -> tuple[list[dict[str, object]], int]:
        body = json.dumps({"reads": [{"id": str(n), "code": code, "at": at} for n, (code, at) in enumerate(reads)]})
        async with (
            aiohttp.ClientSession(running.base, cookies=door.jar) as session,
            session.post(
                f"/at/{door.place_id}/console/check-in/reads", data=body, headers={"X-CSRF-Token": door.csrf}
            ) as answer,
        ):
            assert answer.status == 200, await answer.text()
            told = await answer.json()
            return told["answers"], told["count"]

    answers, count = await tell((code, earlier), (f"{number[:5]} {number[5:]}", earlier + 60_000))
    assert ([each["state"] for each in answers], count) == (["valid", "valid"], 2)
    places = (await running.house.desk.load(ACCREDITATION, SESSION_ID)).state.places
    came = [places[each.place_id].checked_in_at for each in (press, ngo)]
    assert [each and round(each.timestamp() * 1000) for each in came] == [earlier, earlier + 60_000]
    assert [each["state"] for each in (await tell((code, earlier)))[0]] == ["valid"], "the same read, sent again"
    assert [each["state"] for each in (await tell((code, earlier + 5000)))[0]] == ["again"], "another door"
    ahead = round((now + timedelta(days=9)).timestamp() * 1000)
    third = await running.place("observer-state")
    assert (await tell((number_of(badger.badge_id(third.place_id)), ahead)))[1] == 3
    at = (await running.house.desk.load(ACCREDITATION, SESSION_ID)).state.places[third.place_id].checked_in_at
    assert at is not None
    assert at <= running.house.clock(), "no clock is believed that is ahead"
    await running.revoke(press)
    (revoked,), _ = await tell((code, earlier))
    assert revoked["state"] == "revoked"
    assert isinstance(revoked["revokedAt"], int)
    assert revoked["revokedAt"] > earlier
