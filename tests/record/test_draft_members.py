"""People before the record knows of them: in order, sealed, protection apart, keys and links, gone with the draft."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from rostrum.record.database import Database
from rostrum.record.draft_members import DraftMember, DraftMembers, DraftState
from rostrum.record.drafts import Drafts
from rostrum.record.sealing import Seal
from rostrum.settings import Settings

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
NAME = "Lucía Paredes-Unmistakable"
ALIAS = "Delegate Seventy-Seven"


def somebody(member_id: str, application_id: str = "a") -> DraftMember:
    return DraftMember(member_id, application_id, DraftState.NAMED, {"given_name": NAME}, {"alias": ALIAS})


async def opened(database: Database, settings: Settings) -> tuple[Drafts, DraftMembers]:
    """Both, with a draft "a" that is kept for a day and one "b" for nine."""
    seal = Seal.from_folder(settings.data / "keys")
    drafts = Drafts(database, seal)
    for application_id, days in (("a", 1), ("b", 9)):
        await drafts.create(application_id, f"token-{application_id}", "s", {}, NOW, NOW + timedelta(days=days))
    return drafts, DraftMembers(database, seal)


async def test_they_are_kept_in_order_and_sealed(database: Database, settings: Settings) -> None:
    _, members = await opened(database, settings)
    await members.add([somebody(f"m{number}") for number in range(700)])
    await members.add([somebody("other", "b")])
    await members.save("m3", {"given_name": "Mended"}, {}, DraftState.WAITING)
    found = await members.of("a")
    assert [one.member_id for one in found] == [f"m{number}" for number in range(700)]
    assert (found[3].fields, found[3].protected, found[3].state) == ({"given_name": "Mended"}, {}, DraftState.WAITING)
    assert found[4] == somebody("m4")
    await members.remove([f"m{number}" for number in range(0, 700, 2)])
    assert len(await members.of("a")) == 350
    for path in settings.data.rglob("rostrum.db*"):
        assert NAME.encode() not in path.read_bytes()
        assert ALIAS.encode() not in path.read_bytes()


async def test_a_join_link_leads_to_its_delegation_until_it_is_replaced(database: Database, settings: Settings) -> None:
    _, members = await opened(database, settings)
    assert not await members.has_join_link("a")
    await members.set_join_link("a", "first")
    assert await members.application_of_join_link("first") == ("a", "s")
    await members.set_join_link("a", "second")
    assert await members.application_of_join_link("first") is None
    assert await members.application_of_join_link("second") == ("a", "s")
    await members.set_join_link("a", None)
    assert await members.application_of_join_link("second") is None


async def test_all_of_it_goes_with_the_draft(database: Database, settings: Settings) -> None:
    drafts, members = await opened(database, settings)
    await members.begin(replace(somebody("m1"), state=DraftState.JOINING), "own")
    await members.add([somebody("m2", "b")])
    await members.set_join_link("a", "join")
    assert await members.member_of_key("own") == ("m1", "a", "s")
    assert await members.purge() == 0
    await drafts.purge(NOW + timedelta(days=2))
    assert await members.member_of_key("own") is None, "without its draft a key opens nothing, purged or not"
    assert await members.purge() == 1
    assert await members.of("a") == []
    assert [one.member_id for one in await members.of("b")] == ["m2"]
