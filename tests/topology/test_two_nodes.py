"""Several application nodes on one database: what one decides, the others do."""

import asyncio
from dataclasses import replace
from pathlib import Path

from tests.pages.test_captions import captions, until, write
from tests.pages.test_papers import called
from tests.pages.test_public_captions import ADDRESS, switched, watched, words
from tests.pages.test_wishes import protect
from tests.support.databases import running_cluster
from tests.support.nodes import revoked, two_nodes

AT_ONCE_S = 5.0
"""Enough for a busy machine; `make bench-revocation` prints how long it takes."""


async def test_a_link_revoked_on_one_node_is_closed_on_both_at_once(tmp_path: Path) -> None:
    with running_cluster(tmp_path) as cluster:
        async with two_nodes(cluster, "revoked", tmp_path / "data") as (first, second):
            for felt_on in (first, second):
                felt = await revoked(first, felt_on, "ngo")
                assert felt.left_at - felt.sent_at < AT_ONCE_S
                assert felt.refused_at - felt.sent_at < AT_ONCE_S


async def test_captions_written_on_one_node_are_read_on_the_other_word_by_word(tmp_path: Path) -> None:
    with running_cluster(tmp_path) as cluster:
        async with two_nodes(cluster, "captions", tmp_path / "data") as (first, second):
            captioner, reader = await first.place("captioner"), await first.place("ngo")
            there = replace(reader, base=second.base)
            async with captions(there) as stream:
                await until(stream, "cues")
                assert await write(captioner, "line", {"text": "Madame la"}) == 204
                while (await until(stream, "line"))["text"] != "Madame la":
                    pass
                elsewhere = replace(captioner, base=second.base)
                assert await write(elsewhere, "line", {"text": "Monsieur"}, page="another") == 409
                assert await write(captioner, "cue", {"text": "Madame la Présidente", "nonce": "1"}) == 303
                cue = await until(stream, "cue")
                assert cue["text"] == "Madame la Présidente"
                assert await write(captioner, f"cue/{cue['id']}", {"text": "Monsieur le Président"}) == 303
                assert await until(stream, "cue") == {**cue, "text": "Monsieur le Président", "corrected": True}


async def test_what_one_node_holds_back_goes_to_nobody_on_the_other(tmp_path: Path) -> None:
    with running_cluster(tmp_path) as cluster:
        async with two_nodes(cluster, "public", tmp_path / "data") as (first, second):
            captioner, ngo = await first.place("captioner"), await first.place("ngo")
            await protect(first, ngo, masked="yes")
            await switched(first)
            async with asyncio.timeout(AT_ONCE_S):
                while await second.stranger.status("GET", f"{ADDRESS}?language=fr") == 404:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
            async with watched(second) as public:
                assert await write(captioner, "line", {"text": "Madame"}) == 204
                while (await until(public, "line"))["text"] != "Madame":
                    pass
                await called(first, ngo)
                assert (await until(public, "line"))["text"] == ""
                assert await write(captioner, "line", {"text": "Madame, what she saw"}) == 204
                assert await write(captioner, "cue", {"text": "Madame, what she saw", "nonce": "1"}) == 303
                assert await public.is_quiet()
            async with watched(second) as late:
                assert words(await until(late, "cues")) == []
