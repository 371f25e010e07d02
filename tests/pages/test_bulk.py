"""Decisions in bulk through the real pages: looked at, scheduled, undone, carried out, also after a restart."""

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import aiohttp
from yarl import URL

from rostrum.assembly.actor import SYSTEM
from rostrum.assembly.application import ApplicationState
from rostrum.assembly.review import Review, SetReview
from rostrum.cli import demo
from rostrum.desk import ACCREDITATION
from tests.pages.test_delegation import Applicant, state_of
from tests.pages.test_review import mailed, staff
from tests.support.app import Knocker, Running, Time, running_app

PATIENCE_S = 8.0


async def applied(running: Running, count: int) -> list[tuple[str, str]]:
    """So many applications, of one organisation each: (application, own address), oldest first."""
    made = []
    for number in range(count):
        focal = Applicant(running)
        own = await focal.begin()
        name = {"given_name": "Awa", "family_name": "Sarr", "email": f"a@host{number}.example", "language": "en"}
        await focal.post(f"{own}/contact", name)
        await focal.add(own, email=f"a@host{number}.example")
        await focal.post(f"{own}/submission", {})
        made.append((list((await state_of(running)).applications)[-1], own))
    return made


async def post(clerk: Knocker, path: str, data: Mapping[str, str | list[str]], status: int) -> tuple[str, str]:
    """Send a form of the console, a list as several fields of a name; the page, and where it leads."""
    pairs = [(name, each) for name, value in data.items() for each in ([value] if isinstance(value, str) else value)]
    async with aiohttp.ClientSession(cookies=clerk.jar) as session:
        form = [*pairs, ("csrf", clerk.csrf)]
        address = URL(f"{clerk.base}/at/{clerk.place_id}/console/{path}")
        async with session.post(address, data=form, allow_redirects=False) as answer:
            text = await answer.text()
            assert answer.status == status, (path, answer.status, text[-1500:])
            return text, answer.headers.get("Location", "")


async def looked_at(clerk: Knocker, chosen: Mapping[str, str | list[str]]) -> dict[str, str | list[str]]:
    """What the preview's form would send."""
    text, _ = await post(clerk, "batches/preview", {"which": "ticked", **chosen}, 200)
    items = re.findall(r'name="item" value="([^"]+)"', text)
    once = re.search(r'name="once" value="([^"]+)"', text)
    outcome = chosen["outcome"]
    return {"item": items, "once": once[1] if once else "", "outcome": outcome}


async def settled(running: Running) -> None:
    """Wait until no batch that is due has anything left."""
    async with asyncio.timeout(PATIENCE_S):
        while any(  # noqa: ASYNC110  # the keeper says nothing when it is done
            batch.left and batch.due_at <= running.house.clock() for batch in (await state_of(running)).batches.values()
        ):
            await asyncio.sleep(0.1)


async def test_what_was_looked_at_is_decided_after_the_window_also_after_a_restart(tmp_path: Path) -> None:
    clock = Time()
    async with running_app(tmp_path / "data", clock=clock) as running:
        made = await applied(running, 3)
        clerk = await staff(running, given_name="Ana", organisation="Secretariat")
        own = await staff(running, given_name="Cy", organisation="Secretariat", email="cy@host1.example")
        ids = [application_id for application_id, _ in made]
        text, _ = await post(own, "batches/preview", {"which": "all", "query": "", "outcome": "accept"}, 200)
        assert text.count('name="item"') == 2, "but for their own organisation's"
        assert "You take no part in deciding" in text
        form = await looked_at(clerk, {"application": [*ids, "nobody"], "outcome": "accept"})
        assert len(form["item"]) == 3

        # One changes before the form is sent: it is shown as left out, and nothing is scheduled.
        focal = Applicant(running)
        await focal.post(f"{made[0][1]}/reason", {"reason": "Something else."})
        text, _ = await post(clerk, "batches", form, 409)
        assert "Something has changed since you looked" in text
        assert not (await state_of(running)).batches
        form["item"] = re.findall(r'name="item" value="([^"]+)"', text)
        assert len(form["item"]) == 2
        _, address = await post(clerk, "batches", form, 303)
        assert (await post(clerk, "batches", form, 303))[1] == address, "sent twice, it is scheduled once"

        # In the window nothing leaves; undone, nothing ever does.
        batch_id = address.rpartition("/")[2]
        text, _ = await post(clerk, "batches/preview", {"which": "all", "outcome": "accept"}, 200)
        assert text.count("A decision in bulk waits for this application.") == 2
        await post(clerk, f"batches/{batch_id}/undo", {}, 303)
        await post(clerk, f"batches/{batch_id}/undo", {}, 409)
        clock.ahead += timedelta(minutes=11)
        await asyncio.sleep(1.5)
        assert {each.state for each in (await state_of(running)).applications.values()} == {ApplicationState.SUBMITTED}
        form = await looked_at(clerk, {"application": ids, "outcome": "accept"})
        await post(clerk, "batches", form, 303)
        assert await mailed(running, "personal link") == []
        # And one changes in the window.
        await focal.post(f"{made[2][1]}/reason", {"reason": "Again something else."})

    clock.ahead += timedelta(minutes=11)
    async with running_app(tmp_path / "data", clock=clock) as running:
        await settled(running)
        session = await state_of(running)
        states = [session.applications[each].state for each in ids]
        assert states == [ApplicationState.ACCEPTED, ApplicationState.ACCEPTED, ApplicationState.SUBMITTED]
        assert len(await mailed(running, "personal link")) == 2
        (batch,) = [each for each in session.batches.values() if each.undone_at is None]
        assert str(batch.done[ids[2]]) == "application-changed"
        assert session.applications[ids[0]].place_ids


async def test_where_two_decide_bulk_proposes_and_another_confirms_in_bulk(tmp_path: Path) -> None:
    clock = Time()
    async with running_app(tmp_path / "data", clock=clock) as running:
        await running.house.desk.act(ACCREDITATION, demo.SESSION_ID, SetReview(Review(2, 14, 60)), SYSTEM)
        ids = [application_id for application_id, _ in await applied(running, 2)]
        first = await staff(running, given_name="Ana", organisation="Secretariat")
        second = await staff(running, given_name="Ben", organisation="Secretariat")
        for clerk, become in ((first, "proposed"), (second, "refused")):
            form = await looked_at(clerk, {"application": ids, "outcome": "refuse"})
            assert {item.rpartition(":")[2] for item in form["item"]} == {become}
            await post(clerk, "batches", form, 422)
            await post(clerk, "batches", {**form, "reason": "late", "words": f"Words of {become}."}, 303)
            clock.ahead += timedelta(seconds=61)
            await settled(running)
            if clerk is first:
                text, _ = await post(first, "batches/preview", {"application": ids, "outcome": "refuse"}, 200)
                assert "You have proposed this yourself." in text
        session = await state_of(running)
        assert {session.applications[each].state for each in ids} == {ApplicationState.REFUSED}
        mails = await mailed(running, "has been decided")
        assert len(mails) == 2
        assert all("Words of proposed." in mail for mail in mails), "with the words that were proposed"
