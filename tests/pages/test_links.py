"""Personal links and applicants' addresses: what opens nothing says so, and says it alike for every wrong secret."""

from datetime import timedelta

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.place import IssueLink, RevokeLink
from rostrum.cli import demo
from rostrum.desk import ACCREDITATION
from rostrum.identity.secrets import new_id, new_token
from tests.support.app import Running

HOSTILE = "<script>alert(1)</script> \"'><b>\u202egnp.exe {{ 7*7 }}"


async def test_every_wrong_secret_gets_the_same_page(running: Running) -> None:
    _, _, token = await running.appoint("ngo", {"organisation": "Somebody"})
    wrong = [
        new_token(),
        token[:-1],
        token + "A",
        token.swapcase(),
        "x",
        "%00",
        "%F0%9F%92%A9",
        "..%2f..%2fetc",
        "A" * 3000,
    ]
    pages = set()
    for each in wrong:
        async with running.stranger.request("GET", f"/l/{each}") as answer:
            text = await answer.text()
            assert answer.status == 404, each
            assert answer.headers["Referrer-Policy"] == "no-referrer"
        # The language menu, before it, repeats the address; what the page says is the same.
        pages.add(text.partition("<main")[2])
    assert len(pages) == 1


async def test_opening_a_link_binds_nothing_and_pressing_binds_once(running: Running) -> None:
    _, link_id, token = await running.appoint("ngo", {"given_name": "Awa", "organisation": "Somebody"})
    for _ in range(3):
        assert await running.stranger.status("GET", f"/l/{token}") == 200
    form = running.house.signer.form_token("guest")
    assert await running.stranger.status("POST", f"/l/{token}", csrf=form) == 303
    state = (await running.house.desk.load(ACCREDITATION, demo.SESSION_ID)).state
    assert len(state.links[link_id].devices) == 1
    assert await running.stranger.status("POST", f"/l/{token}", csrf=form) == 409
    async with running.stranger.request("GET", f"/l/{token}") as answer:
        assert answer.status == 200
        assert "Ask to be let in" in await answer.text()


async def test_revoked_and_replaced_links_say_so(running: Running) -> None:
    place_id, link_id, token = await running.appoint("ngo", {"organisation": "Somebody"})
    await running.house.desk.act(ACCREDITATION, demo.SESSION_ID, RevokeLink(link_id), SYSTEM)
    async with running.stranger.request("GET", f"/l/{token}") as answer:
        assert answer.status == 410
        assert "has been revoked" in await answer.text()
    another, second = new_token(), new_id()
    issue = IssueLink(place_id, second, running.house.clock().replace(year=2099))
    remember = running.house.links.add_link(second, another)
    await running.house.desk.act(ACCREDITATION, demo.SESSION_ID, issue, SYSTEM, also=[remember])
    assert await running.stranger.status("GET", f"/l/{another}") == 200
    assert await running.stranger.status("GET", f"/l/{token}") == 410


async def test_an_application_is_open_to_its_own_token_alone(running: Running) -> None:
    now = running.house.clock()
    mine, theirs = new_token(), new_token()
    for token, name in ((mine, "Mine"), (theirs, "Theirs")):
        fields = {"organisation": name}
        await running.house.drafts.create(new_id(), token, demo.SESSION_ID, fields, now, now.replace(year=2099))
    async with running.stranger.request("GET", f"/a/{mine}/organisation") as answer:
        text = await answer.text()
    assert "Mine" in text
    assert "Theirs" not in text
    assert await running.stranger.status("GET", f"/a/{new_token()}") == 404


async def test_guessing_is_slowed_down(running: Running) -> None:
    statuses = [await running.stranger.status("GET", f"/l/{new_token()}") for _ in range(35)]
    assert statuses[:30] == [404] * 30
    assert set(statuses[30:]) == {429}
    _, _, token = await running.appoint("ngo", {"organisation": "Somebody"})
    assert await running.stranger.status("GET", f"/l/{token}") == 200, "a good link opens all the same"


async def test_hostile_names_are_only_text_wherever_they_are_shown(running: Running) -> None:
    clerk = await running.place("secretariat")
    fields = {"given_name": HOSTILE, "family_name": "X", "organisation": HOSTILE}
    place_id, _, token = await running.appoint("ngo", fields)
    form = running.house.signer.form_token("guest")
    async with running.stranger.request("POST", f"/l/{token}", csrf=form) as answer:
        secret = answer.cookies["rostrum_device"].value
    device = await running.house.links.find_device(place_id, secret)
    assert device is not None
    speaker = running.stranger
    speaker.jar, speaker.csrf = {"rostrum_device": secret}, running.house.signer.form_token(device.device_id)
    assert await speaker.status("POST", f"/at/{place_id}/meeting/plenary-1/request") == 303
    for path in ("console/places", "console/meetings/plenary-1"):
        async with clerk.request("GET", f"/at/{clerk.place_id}/{path}") as answer:
            text = await answer.text()
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text
        assert "{{ 7*7 }}" in text
        assert "<bdi" in text.split("&lt;script&gt;")[0][-60:], "a name that turns the direction turns only itself"


async def test_a_media_pass_ends_with_the_link_that_its_holder_came_by(running: Running) -> None:
    place = await running.place("ngo")
    async with place.request("POST", f"/at/{place.place_id}/media-pass/plenary-1") as answer:
        bearer = {"Authorization": f"Bearer {(await answer.json())['token']}"}
    assert await running.stranger.status("OPTIONS", "/whip/plenary-1", headers=bearer) == 204
    command = IssueLink(place.place_id, new_id(), running.house.clock() + timedelta(days=1))
    await running.house.desk.act(ACCREDITATION, demo.SESSION_ID, command, SYSTEM)
    assert await running.stranger.status("OPTIONS", "/whip/plenary-1", headers=bearer) == 401
