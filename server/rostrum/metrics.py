"""Figures for Prometheus, on a port of their own that only this machine reaches. Counts and times, nobody's names."""

import time
from collections.abc import Iterable

from aiohttp import web
from aiohttp.typedefs import Handler
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from rostrum.disk import Disk
from rostrum.media.engine import Engine, PeerState

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class _Peers(Collector):
    """Peers of the media engine by state, looked at when asked."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """The figures now."""
        family = GaugeMetricFamily("rostrum_media_peers", "Senders and receivers of media", labels=["state"])
        states = [peer.state for peer in self._engine.peers()]
        for state in PeerState:
            family.add_metric([str(state)], states.count(state))
        yield family


class _Room(Collector):
    """Room on the data folder's disk, looked at when asked."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk

    def collect(self) -> Iterable[GaugeMetricFamily]:
        """The figures now."""
        yield GaugeMetricFamily("rostrum_disk_free_bytes", "Room on the data folder's disk", self._disk.free_bytes)
        yield GaugeMetricFamily(
            "rostrum_disk_reserve_bytes", "With less no file is taken and nothing recorded", self._disk.reserve_bytes
        )


class Metrics:
    """The figures of one server."""

    def __init__(self, engine: Engine, disk: Disk) -> None:
        self._registry = CollectorRegistry()
        labels = ["method", "route", "status"]
        self._requests = Counter("rostrum_requests", "Requests answered", labels, registry=self._registry)
        self._seconds = Histogram(
            "rostrum_request_seconds", "Time to an answer", ["route"], buckets=SECONDS, registry=self._registry
        )
        self._registry.register(_Peers(engine))
        self._registry.register(_Room(disk))

    @web.middleware
    async def count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Count a request by its route's pattern; a stream's time is its length and is not counted."""
        started = time.perf_counter()
        try:
            response = await handler(request)
        except web.HTTPException as redirect:
            self._count(request, redirect, started)
            raise
        self._count(request, response, started)
        return response

    def _count(self, request: web.Request, response: web.StreamResponse, started: float) -> None:
        resource = request.match_info.route.resource
        route = "" if resource is None else resource.canonical
        self._requests.labels(request.method, route, str(response.status)).inc()
        if response.content_type != "text/event-stream":
            self._seconds.labels(route).observe(time.perf_counter() - started)

    def page(self) -> web.Application:
        """The application that answers `/metrics`."""
        app = web.Application()
        app.router.add_get("/metrics", self._answer)
        return app

    async def _answer(self, _request: web.Request) -> web.Response:
        text = generate_latest(self._registry)
        return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})
