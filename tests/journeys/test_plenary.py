"""A plenary of twelve speakers, three of them far away, in real browsers.

One loses the line and comes back first, one uses the right of reply, a point of order is ruled on and the ruling
appealed, the list is closed and reopened with consent. What each browser showed is compared with the journal.
"""

import asyncio
import re
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from rostrum.assembly.consent import ConsentDeclared
from rostrum.assembly.entry import FloorRequested, Kind, SpeakerCalled, SpeakerPassedOver
from rostrum.assembly.line import LineFailed, LineRestored
from rostrum.assembly.voting import VoteClosed
from rostrum.record.codec import Event
from tests.journeys.test_whole_story import enter, go_in, shows, soon
from tests.support.browser import person
from tests.support.by_http import HttpPerson, entered, meeting_of, recorded
from tests.support.fake_media import make
from tests.support.server import DemoServer

MEETING_ID = "plenary-1"
PATIENCE_MS = 25_000
DELEGATE, NGO = 3, 5
IN_THE_HALL = ("Brazil", "Croatia", "Fiji", "Ghana", "Jordan", "Kenya", "Latvia", "Mexico", "Uruguay")

NOTE = """
() => {
  window.called = [];
  const look = () => {
    const name = document.querySelector('.now__speaker')?.innerText.trim().replace(/\\s+/g, ' ') ?? '';
    if (name !== window.called.at(-1)) window.called.push(name);
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
  look();
}
"""
"""From now on the page notes whom it shows as having the floor; "" where nobody has it."""


async def press(page: Page, name: str) -> None:
    """Press a button of this name, once it can be pressed."""
    button = page.get_by_role("button", name=name).first
    await expect(button).to_be_enabled(timeout=PATIENCE_MS)
    await button.click()


async def all_show(pages: Sequence[Page], words: str) -> None:
    """Wait until every page shows these words as who has the floor, or what is instead."""
    for page in pages:
        await expect(page.locator(".now__speaker, .now__words").first).to_contain_text(words, timeout=PATIENCE_MS)


async def call_next(chair: Page, pages: Sequence[Page], words: str) -> None:
    await press(chair, "Call the next speaker")
    await all_show(pages, words)


async def thank(chair: Page, pages: Sequence[Page]) -> None:
    await press(chair, "Thank the speaker")
    await all_show(pages, "The floor is with the presiding officer")


async def another_state(secretariat: HttpPerson) -> str:
    """The personal link of a second state's representative, far away."""
    data = {"given_name": "Ana", "family_name": "Silva", "organisation": "Portugal", "category": "state-party"}
    form = {**data, "mode": "remote", "csrf": secretariat.csrf}
    async with secretariat.session.post(f"{secretariat.at}/console/places", data=form) as answer:
        found = re.search(r'class="link">([^<]+)<', await answer.text())
    assert found is not None
    return found[1]


async def inscribe_the_hall(secretariat: HttpPerson) -> None:
    """The secretariat types in whoever raises their nameplate."""
    for country in IN_THE_HALL:
        fields = {"category": "state-party", "typed_delegation": country, "typed_person": "", "kind": "statement"}
        path = f"console/meetings/{MEETING_ID}/list/inscription"
        assert await secretariat.post(path, {**fields, "rank": "other"}) == 303


async def with_consent(chair: Page, act: str, then: str) -> None:
    """Close or reopen the list: the meeting is asked, and silent."""
    await press(chair, act)
    following = chair.get_by_role("button", name=then).first

    async def is_decided() -> bool | None:
        if await following.is_visible():
            return True
        # The server's clock decides when silence has lasted: a press that came a moment early is pressed again.
        decide = chair.get_by_role("button", name="It is so decided").first
        if await decide.is_visible() and await decide.is_enabled():
            await decide.click()
        await asyncio.sleep(0.5)
        return None

    await soon(is_decided, 40, f"{act}: consent")


def names_called(events: Sequence[Event], data: dict[str, str]) -> list[str]:
    """Whom the journal says had the floor, one after the other; places by `data`, the hall in the order of its list."""
    typed = iter(IN_THE_HALL)
    names: dict[str, str] = {}
    for event in events:
        if isinstance(event, FloorRequested):
            names[event.entry_id] = data.get(event.place_id) or next(typed)
    return [names[event.entry_id] for event in events if isinstance(event, SpeakerCalled)]


async def a_line_is_lost_and_its_speaker_comes_back_first(
    server: DemoServer, chair: Page, delegate: Page, ngo: Page, watching: Sequence[Page]
) -> Page:
    """The first speaks, and the line is lost in the middle of it; the page by which the speaker came back."""
    await call_next(chair, watching, "Senegal")
    await soon(lambda: shows(chair, "#stage", DELEGATE), 10, "the delegate is seen")
    meeting_url = delegate.url
    await delegate.close()
    await expect(chair.locator("#now")).to_contain_text("line is lost", timeout=PATIENCE_MS)
    await press(chair, "Go on; this speaker comes back first")
    await all_show(watching, "The floor is with the presiding officer")
    await call_next(chair, watching, "Justicia Andina")
    await soon(lambda: shows(chair, "#stage", NGO), 10, "the NGO is seen")
    back = await delegate.context.new_page()
    await back.goto(f"{meeting_url}?sound=only")
    await back.get_by_role("button", name="Dial back with my microphone").click()
    await expect(back.locator("#own")).to_have_attribute("data-state", "connected", timeout=PATIENCE_MS)

    async def is_back() -> bool | None:
        return any(isinstance(event, LineRestored) for event in recorded(server.data, MEETING_ID)) or None

    await soon(is_back, 20, "the line counts as there again")
    assert await shows(chair, "#stage", NGO), "coming back puts nobody on air"
    await press(ngo, "I have finished")
    await all_show(watching, "The floor is with the presiding officer")
    await call_next(chair, watching, "Senegal")
    await press(back, "I have finished")
    await all_show(watching, "The floor is with the presiding officer")
    return back


async def a_point_of_order_is_appealed(chair: Page, second: Page, watching: Sequence[Page]) -> None:
    """While the hall speaks: ruled on, appealed, voted on; the floor goes back to whoever was interrupted."""
    await call_next(chair, watching, "Portugal")
    await thank(chair, watching)
    await call_next(chair, watching, "Brazil")
    await second.get_by_text("Point of order, motions, right of reply").click()
    await press(second, "Rise to a point of order")
    await press(chair, "Take it up")
    await all_show(watching, "Portugal")
    await press(second, "I have finished")
    await press(chair, "Do not agree")
    second.on("dialog", lambda dialog: dialog.accept())
    chair.on("dialog", lambda dialog: dialog.accept())
    await press(second, "Appeal the ruling")
    await press(chair, "Put it to the vote")
    await second.locator("#cast-no").check(timeout=PATIENCE_MS)
    await press(second, "Cast this vote")
    await press(chair, "Close the vote and declare its result")
    await press(chair, "Give the floor back")
    await all_show(watching, "Brazil")
    await thank(chair, watching)


async def what_was_shown_is_what_was_recorded(events: Sequence[Event], watching: Sequence[Page]) -> None:
    """Each page showed those who were called, in the journal's order, and nobody else."""
    kinds = [type(event) for event in events]
    assert kinds.index(LineFailed) < kinds.index(SpeakerPassedOver) < kinds.index(LineRestored)
    assert kinds.count(ConsentDeclared) == 2
    (vote,) = [event for event in events if isinstance(event, VoteClosed)]
    assert vote.adopted is False, "the ruling stands"
    assert [e.kind for e in events if isinstance(e, FloorRequested)].count(Kind.REPLY) == 1
    places = {event.place_id for event in events if isinstance(event, FloorRequested)} - {
        "",
        "demo-delegate",
        "demo-ngo",
    }
    known = {"demo-delegate": "Senegal", "demo-ngo": "Justicia Andina", places.pop(): "Portugal"}
    called = names_called(events, known)
    assert called == [
        "Senegal", "Justicia Andina", "Senegal", "Portugal", "Brazil", "Portugal", *IN_THE_HALL[1:], "Senegal",
    ]  # fmt: skip
    for page in watching:
        noted = [name for name in await page.evaluate("window.called") if name]
        shown = [next(name for name in (*known.values(), *IN_THE_HALL) if name in text) for text in noted]
        # Brazil is shown once more: the floor went back to whoever was interrupted, without a call.
        assert shown == [*called[:6], "Brazil", *called[6:]]


@pytest.mark.timeout(400)
async def test_twelve_speakers_and_what_may_befall_them(demo_server: DemoServer, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        secretariat = await stack.enter_async_context(entered(demo_server.links["secretariat"]))
        delegate_device = make(tmp_path, DELEGATE, "The delegation of Senegal thanks the presiding officer")
        ngo_device = make(tmp_path, NGO, "Civil society asks that every session be open to those far away")
        chair = await stack.enter_async_context(person(None))
        delegate = await stack.enter_async_context(person(delegate_device))
        ngo = await stack.enter_async_context(person(ngo_device))
        second = await stack.enter_async_context(person(None))
        await enter(chair, demo_server.links["chair"])
        await expect(chair.locator("#line")).to_have_text("Connected", timeout=PATIENCE_MS)
        for page, url in (
            (delegate, demo_server.links["delegate"]),
            (ngo, demo_server.links["ngo"]),
            (second, await another_state(secretariat)),
        ):
            await enter(page, url)
            await go_in(page)
            await page.get_by_role("button", name="Request the floor").click()
            await expect(page.locator("#mine")).to_contain_text("Withdraw my request", timeout=PATIENCE_MS)
        await inscribe_the_hall(secretariat)
        await expect(chair.locator("#list")).to_contain_text(IN_THE_HALL[-1], timeout=PATIENCE_MS)
        assert len(meeting_of(recorded(demo_server.data, MEETING_ID)).floor.waiting) == 12
        await expect(chair.locator("#list")).to_contain_text("line ready", timeout=PATIENCE_MS)
        watching = [chair, ngo, second]
        for page in watching:
            await page.evaluate(NOTE)

        back = await a_line_is_lost_and_its_speaker_comes_back_first(demo_server, chair, delegate, ngo, watching)
        await a_point_of_order_is_appealed(chair, second, watching)

        # The list is closed and reopened with the consent of the meeting.
        await with_consent(chair, "Close the list", "Open the list")
        await with_consent(chair, "Open the list", "Close the list")

        for country in IN_THE_HALL[1:]:
            await call_next(chair, watching, country)
            if country == "Croatia":
                # Senegal replies to it at the end.
                await back.goto(back.url.partition("?")[0])
                await back.get_by_text("Point of order, motions, right of reply").click(timeout=PATIENCE_MS)
                await back.get_by_label("Reply to the statement of").select_option(label="Croatia")
                await press(back, "Ask for the right of reply")
                await expect(back.locator("#mine")).to_contain_text("your right of reply", timeout=PATIENCE_MS)
            await thank(chair, watching)
        await call_next(chair, watching, "Senegal")
        await thank(chair, watching)

        await what_was_shown_is_what_was_recorded(recorded(demo_server.data, MEETING_ID), watching)
