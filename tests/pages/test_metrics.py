"""What is counted for those who watch the server."""

from aiohttp.test_utils import TestClient, TestServer

from rostrum.app import METRICS
from tests.support.app import Running


async def counted(running: Running) -> str:
    async with TestClient(TestServer(running.app[METRICS].page())) as client, client.get("/metrics") as answer:
        return await answer.text()


async def test_redirects_and_pages_are_counted_by_route(running: Running) -> None:
    await running.place("ngo")
    assert await running.stranger.status("GET", "/healthz") == 200
    figures = await counted(running)
    assert 'rostrum_requests_total{method="POST",route="/l/{token}",status="303"} 1.0' in figures
    assert 'rostrum_requests_total{method="GET",route="/healthz",status="200"} 1.0' in figures
    assert "rostrum_disk_free_bytes" in figures
    assert "rostrum_disk_reserve_bytes 1e+09" in figures
