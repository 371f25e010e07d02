"""Changing the language where there is something to lose, and where a page was only sent to."""

import re

from tests.support.app import Running

WRITTEN = "Justicia Andina"


async def test_what_was_typed_goes_along_into_the_other_language(running: Running) -> None:
    stranger = running.stranger
    csrf = running.house.signer.form_token("guest")
    async with stranger.request("POST", "/apply/demo", csrf=csrf, data={"category": "ngo"}) as answer:
        draft = answer.headers["Location"].partition("?")[0]
    form = {"organisation": WRITTEN, "do": "language"}
    for language in ("ar", "fr"):
        address = f"{draft}/organisation?lang={language}"
        async with stranger.request("POST", address, csrf=csrf, data=form) as answer:
            page = await answer.text()
            assert (answer.status, answer.headers["Content-Language"]) == (200, language)
            assert f'value="{WRITTEN}"' in page
            assert "error-summary" not in page, "nobody has asked yet what is missing"


async def test_the_answer_to_a_form_leads_to_a_page_in_every_language(running: Running) -> None:
    secretariat, ngo = await running.place("secretariat"), await running.place("ngo")
    console = f"/at/{secretariat.place_id}/console"
    async with secretariat.request("POST", f"{console}/places/{ngo.place_id}/link") as answer:
        addresses = re.findall(r'href="([^"]+lang=\w\w)"', await answer.text())
    assert [await secretariat.status("GET", address) for address in addresses] == [200] * 6


async def test_a_page_that_is_only_sent_to_says_so_in_words(running: Running) -> None:
    chair = await running.place("presiding-officer")
    path = f"/at/{chair.place_id}/console/meetings/plenary-1/list/closure?lang=fr"
    async with chair.request("GET", path) as answer:
        assert answer.status == 405
        assert answer.headers["Allow"] == "POST"
        assert 'lang="fr"' in await answer.text()
