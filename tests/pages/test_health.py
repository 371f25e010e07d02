"""What the server says of itself to those who watch it."""

import aiohttp

from rostrum.app import ENGINE
from tests.support.app import Running


async def readiness(running: Running) -> tuple[int, dict[str, dict[str, object]]]:
    async with aiohttp.ClientSession() as session, session.get(f"{running.base}/readyz") as answer:
        return answer.status, (await answer.json())["parts"]


async def test_a_server_without_media_is_not_ready(running: Running) -> None:
    status, parts = await readiness(running)
    assert (status, parts["media"]["ready"], parts["database"]["ready"]) == (200, True, True)
    await running.app[ENGINE].close()
    status, parts = await readiness(running)
    assert (status, parts["media"]["ready"], parts["database"]["ready"]) == (503, False, True)
