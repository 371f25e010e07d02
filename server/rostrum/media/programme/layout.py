"""How a programme lies in its file: WebM (RFC 9559) whose index stands in front, so that it is sought in by ranges.

Everything but the frames is small and made first; how long the file is is known before its first frame is read.
"""

import struct
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from rostrum.assembly.interpretation import FLOOR
from rostrum.media.programme.job import Job
from rostrum.media.programme.plan import Blocks
from rostrum.media.wire import ebml, webm

PICTURE, SOUND = 1, 2
"""Numbers of the tracks."""
CLUSTER_MS = 2_000
KEYFRAMES_MS_MIN = 250
"""Of keyframes that follow each other faster not every one begins a cluster."""
CUE_MS = 5_000
"""Where no picture can be begun with for so long, a sound is."""
_SEEK_HEAD, _CHAPTERS, _CUES = 0x114D9B74, 0x1043A770, 0x1C53BB6B
_POSITION_BYTES, _TIME_BYTES = 6, 4
_NS_PER_MS = 1_000_000
_UNKNOWN_LANGUAGE = "und"


@dataclass(frozen=True, slots=True)
class _Cluster:
    """Frames of both tracks, by their numbers. `cue`: the track that can be begun with here."""

    at_ms: int
    pictures: range
    sounds: range
    cue: int | None
    head: bytes
    size: int


class Layout:
    """The file of two tracks. `size`: its bytes; `length_ms`: its time."""

    def __init__(self, job: Job, frame: tuple[int, int], pictures: Blocks, sounds: Blocks) -> None:
        """`frame`: width and height of the first picture."""
        self.length_ms = job.length_ms
        self._pictures, self._sounds = pictures, sounds
        self._clusters = list(_clusters(pictures, sounds, self.length_ms))
        about = [(webm.INFO, _info(job)), (webm.TRACKS, _tracks(job, frame))]
        if job.marks:
            about.append((_CHAPTERS, _chapters(job)))
        named = [*about, (_CUES, self._cues(0))]
        seek_bytes = len(_seek_head([(identifier, 0) for identifier, _ in named]))
        positions = list(accumulate((len(content) for _, content in named), initial=seek_bytes))
        seek = _seek_head([(identifier, at) for (identifier, _), at in zip(named, positions, strict=False)])
        within = positions[-1] + sum(one.size for one in self._clusters)
        segment = ebml.identifier_bytes(webm.SEGMENT) + (1 << 56 | within).to_bytes(8, "big")
        self._front = b"".join(
            (webm.file_head(), segment, seek, *(content for _, content in about), self._cues(positions[-1]))
        )
        self.size = len(webm.file_head()) + len(segment) + within

    def parts(self, read: Callable[[int, int, int], bytes]) -> Iterator[bytes]:
        """The file from its begin to its end. `read`: a frame of a file (its position, where, how many bytes)."""
        yield self._front
        for cluster in self._clusters:
            yield cluster.head
            for track, number in self._in_order(cluster):
                blocks = self._pictures if track == PICTURE else self._sounds
                after_ms = blocks.at_ms[number] - cluster.at_ms
                yield webm.block(track, after_ms, blocks.data(number, read), keyframe=blocks.keyframe[number] == 1)

    def _in_order(self, cluster: _Cluster) -> Iterator[tuple[int, int]]:
        """Track and number of each frame; of those of one time the picture first."""
        sound, after = cluster.sounds.start, cluster.sounds.stop
        for picture in cluster.pictures:
            while sound < after and self._sounds.at_ms[sound] < self._pictures.at_ms[picture]:
                yield SOUND, sound
                sound += 1
            yield PICTURE, picture
        for rest in range(sound, after):
            yield SOUND, rest

    def _cues(self, first_at: int) -> bytes:
        """The index; as long wherever the first cluster lies."""
        points, at = list[bytes](), first_at
        for cluster in self._clusters:
            if cluster.cue is not None:
                at_ms = cluster.at_ms if cluster.cue == PICTURE else self._sounds.at_ms[cluster.sounds.start]
                where = ebml.number(0xF7, cluster.cue) + ebml.number(0xF1, at, _POSITION_BYTES)
                points.append(ebml.element(0xBB, ebml.number(0xB3, at_ms, _TIME_BYTES) + ebml.element(0xB7, where)))
            at += cluster.size
        return ebml.element(_CUES, b"".join(points))


def _clusters(pictures: Blocks, sounds: Blocks, length_ms: int) -> Iterator[_Cluster]:
    sums = [array("Q", accumulate(map(webm.block_bytes, each.length), initial=0)) for each in (pictures, sounds)]
    picture = sound = 0
    begins, cue_ms = list(_begins(pictures, length_ms)), 0
    for (at_ms, begun_with), (end_ms, _) in zip(begins, [*begins[1:], (1 << 32, False)], strict=True):
        shown = range(picture, bisect_left(pictures.at_ms, end_ms, picture))
        heard = range(sound, bisect_left(sounds.at_ms, end_ms, sound))
        picture, sound = shown.stop, heard.stop
        if not (shown or heard):
            continue
        cue = PICTURE if begun_with else SOUND if heard and at_ms - cue_ms >= CUE_MS else None
        cue_ms = cue_ms if cue is None else at_ms
        time = ebml.number(webm.CLUSTER_TIME, at_ms)
        inside = sums[0][shown.stop] - sums[0][shown.start] + sums[1][heard.stop] - sums[1][heard.start]
        head = ebml.head(webm.CLUSTER, len(time) + inside) + time
        yield _Cluster(at_ms, shown, heard, cue, head, len(head) + inside)


def _begins(pictures: Blocks, length_ms: int) -> Iterator[tuple[int, bool]]:
    """When clusters begin, and whether with a keyframe. The first frame is one, at the begin."""
    keyframes = [0]
    for at_ms, keyframe in zip(pictures.at_ms, pictures.keyframe, strict=True):
        if keyframe and at_ms - keyframes[-1] >= KEYFRAMES_MS_MIN:
            keyframes.append(at_ms)
    for at_ms, end_ms in zip(keyframes, [*keyframes[1:], length_ms], strict=True):
        yield at_ms, True
        for more_ms in range(at_ms + CLUSTER_MS, end_ms, CLUSTER_MS):
            yield more_ms, False


def _seek_head(positions: list[tuple[int, int]]) -> bytes:
    """Where in the segment what stands in front lies; as long whatever it says."""
    found = (
        ebml.element(0x53AB, ebml.identifier_bytes(identifier)) + ebml.number(0x53AC, at, _POSITION_BYTES)
        for identifier, at in positions
    )
    return ebml.element(_SEEK_HEAD, b"".join(ebml.element(0x4DBB, one) for one in found))


def _info(job: Job) -> bytes:
    return webm.info(ebml.element(0x4489, struct.pack("!d", job.length_ms)) + ebml.text(0x7BA9, job.title))


def _tracks(job: Job, frame: tuple[int, int]) -> bytes:
    spoken = _UNKNOWN_LANGUAGE if job.language == FLOOR else job.language
    return ebml.element(webm.TRACKS, webm.picture_track(PICTURE, frame) + webm.sound_track(SOUND, spoken))


def _chapters(job: Job) -> bytes:
    atoms = []
    for number, mark in enumerate(job.marks, 1):
        times = ebml.number(0x91, mark.from_ms * _NS_PER_MS) + ebml.number(0x92, mark.to_ms * _NS_PER_MS)
        language = ebml.text(0x437C, _UNKNOWN_LANGUAGE)
        shown = ebml.element(0x80, ebml.text(0x85, mark.title) + language)
        atoms.append(ebml.element(0xB6, ebml.number(0x73C4, number) + times + shown))
    return ebml.element(_CHAPTERS, ebml.element(0x45B9, ebml.number(0x45BC, 1) + b"".join(atoms)))
