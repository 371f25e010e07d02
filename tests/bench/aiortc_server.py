"""The peer of the bench: stock aiortc with a MediaRelay, as its documentation shows it. Speaks JSON lines.

In: {"sdp": offer}; out: {"sdp": answer}. Each receiver is given the same generated picture and sound.
"""

import asyncio
import fractions
import json
import sys
import time

import av
from aiortc import AudioStreamTrack, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.contrib.media import MediaRelay

from rostrum.media import hall_picture


class Picture(VideoStreamTrack):
    """The generated hall at thirty frames a second."""

    def __init__(self) -> None:
        super().__init__()
        wall = hall_picture.background()
        chroma = hall_picture.chroma()
        self._frames = [(hall_picture.luma(number, wall), *chroma) for number in range(50)]
        self._number = 0
        self._began_s = time.monotonic()

    async def recv(self) -> av.VideoFrame:
        """The next frame when it is due."""
        await asyncio.sleep(max(0.0, self._began_s + self._number / 30 - time.monotonic()))
        frame = av.VideoFrame(hall_picture.WIDTH, hall_picture.HEIGHT, "yuv420p")
        for plane, content in zip(frame.planes, self._frames[self._number % 50], strict=True):
            plane.update(content)
        frame.pts, frame.time_base = self._number * 3000, fractions.Fraction(1, 90_000)
        self._number += 1
        return frame


async def main() -> None:
    """Answer offers until the input ends."""
    relay, picture, sound = MediaRelay(), Picture(), AudioStreamTrack()
    connections = []
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        connection = RTCPeerConnection()
        connections.append(connection)
        connection.addTrack(relay.subscribe(picture))
        connection.addTrack(relay.subscribe(sound))
        await connection.setRemoteDescription(RTCSessionDescription(json.loads(line)["sdp"], "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        print(json.dumps({"sdp": connection.localDescription.sdp}), flush=True)


asyncio.run(main())
