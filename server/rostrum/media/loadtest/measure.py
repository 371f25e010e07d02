"""One measurement of a crowd, with what it cost each process and where packets were lost; and what the generator alone
can do."""

import time
from dataclasses import asdict

from rostrum.media.loadtest import machine
from rostrum.media.loadtest.crowd import Crowd
from rostrum.media.loadtest.listener import Listener
from rostrum.media.loadtest.servers import OwnServer
from rostrum.media.sfu.dtls import Identity
from rostrum.media.sfu.engine import EmbeddedEngine
from rostrum.media.wire import rtp

SATURATED = 0.9
"""Of a core: from here on the generator may be what is short, and a maximum is a lower bound."""
_CALIBRATED_BATCH, _CALIBRATED_BATCHES = 64, 150
_PAYLOAD_BYTES = 1050


async def measured(crowd: Crowd, pid: int, seconds: float, *, port: int | None = None) -> dict[str, object]:
    """Let a crowd settle and count for so long. `pid`: the server's process; `port`: its media port, where known."""
    settled = await crowd.settle()
    ports = {listener.end.port for listener in crowd.listeners}
    server_ports = {speaker.end.port for speaker in crowd.speakers} | (set() if port is None else {port})
    before = _costs(pid, ports, server_ports)
    counted = await crowd.count(seconds)
    worker_s, own_s, *losses = (
        after - one for after, one in zip(_costs(pid, ports, server_ports), before, strict=True)
    )
    own_share = own_s / counted.seconds
    found = {key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(counted).items()}
    received = max(1, counted.received)
    return found | {
        "all_at_the_largest_picture": settled,
        "cpu_s": {"worker": round(worker_s, 2), "generator": round(own_s, 2)},
        "worker_core_share": round(worker_s / counted.seconds, 3),
        "generator_core_share": round(own_share, 3),
        "generator_saturated": own_share >= SATURATED,
        "worker_us_per_packet": round(1e6 * worker_s / received, 3),
        "loss_by_cause": {
            "sequence_gaps": counted.missing,
            "kernel_drops_at_receivers": round(losses[0]),
            "kernel_drops_at_server_and_speakers": round(losses[1]),
            "send_refused_eagain": round(losses[2]),
        },
        "worker_resident_kib": machine.resident_bytes(pid) // 1024,
    }


def _costs(pid: int, receivers: set[int], others: set[int]) -> tuple[float, ...]:
    return (
        machine.cpu_s(pid),
        machine.cpu_s(0),
        machine.dropped(receivers),
        machine.dropped(others),
        machine.send_refusals(),
    )


async def calibrated() -> dict[str, float]:
    """What the generator's receiving costs when nothing else goes on: packets sealed beforehand, sent to a receiver of
    its own, taken from the socket, authenticated and counted. Decryption costs as much as encryption, so that one core
    of generator may be full before one core of server is."""
    engine = EmbeddedEngine(0, ["127.0.0.1"])
    await engine.start()
    identity = Identity.generateCertificate()
    listener, server = Listener(identity), OwnServer(engine)
    await server.admit_listener(listener)
    peer = next(iter(engine._peers))
    listener.end.drain_by_hand()
    spent_s, number = 0.0, 0
    for _ in range(_CALIBRATED_BATCHES):
        for _ in range(_CALIBRATED_BATCH):
            number += 1
            head = rtp.header(False, 96, number & 0xFFFF, number, 1)
            peer.send_rtp(head + bytes(_PAYLOAD_BYTES))
        began_s = time.thread_time()
        listener.end.drain()
        spent_s += time.thread_time() - began_s
    received = sum(stream.received for stream in listener.streams.values())
    await listener.close()
    await engine.close()
    per_packet_s = spent_s / max(1, received)
    per_receiver = 30 * 4 + 50
    return {
        "packets": received,
        "us_per_packet": round(1e6 * per_packet_s, 3),
        "packets_per_core_s": round(1 / per_packet_s),
        "receivers_per_core_at_most": round(1 / per_packet_s / per_receiver),
    }
