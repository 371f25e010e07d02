"""Several application nodes on one database: what one decides, the others do."""

from pathlib import Path

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
