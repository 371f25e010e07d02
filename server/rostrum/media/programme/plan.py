"""Which frames a programme is made of, in its own times: cuts joined, with plates and silence where nothing is given.

After a cut no picture is shown before one that stands for itself: until then a plain plate does, so that nobody's face
stands while somebody else is heard. Sounds follow each other without a gap, each as late as those before it are long:
players count so, whatever the times that are written, and silence keeps them together with the picture.
"""

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rostrum.media.programme.index import Track, size_of
from rostrum.media.programme.job import Cut
from rostrum.media.wire.opus import OPUS_RATE, SILENCE, SILENCE_SAMPLES, STEREO

PLATE_EVERY_MS = 2_000
"""A plate is shown anew so often: players begin at one, and wait for none."""
OFF_MS_MAX = 30
"""How far a sound may be from its time before silence is put in, or one is left out."""
PLATE_SIZE = (640, 360)
"""Where there is no picture to follow."""
_PER_MS = OPUS_RATE // 1000
_MADE = -1


class Blocks:
    """The frames of one track of a programme, by their number. Of `file` -1 are those in `made`, at `start`."""

    def __init__(self) -> None:
        self.at_ms, self.file, self.start, self.length = array("I"), array("h"), array("Q"), array("I")
        self.keyframe = array("B")
        self.made: list[bytes] = []

    def add(self, at_ms: int, file: int, start: int, length: int, *, keyframe: bool) -> None:
        """The next frame, which lies in a file."""
        self.at_ms.append(at_ms)
        self.file.append(file)
        self.start.append(start)
        self.length.append(length)
        self.keyframe.append(keyframe)

    def add_made(self, at_ms: int, data: bytes) -> None:
        """The next frame, which is ours and stands for itself."""
        if not self.made or self.made[-1] is not data:
            self.made.append(data)
        self.add(at_ms, _MADE, len(self.made) - 1, len(data), keyframe=True)

    def data(self, number: int, read: Callable[[int, int, int], bytes]) -> bytes:
        """A frame; `read` is given its file, where it lies and how long it is."""
        file, start = self.file[number], self.start[number]
        return self.made[start] if file == _MADE else read(file, start, self.length[number])


@dataclass(frozen=True)
class Placed:
    """A cut at its time in what is made, with its run's tracks: (position among the files, frames)."""

    at_ms: int
    cut: Cut
    stage: tuple[int, Track] | None
    sound: tuple[int, Track] | None

    @property
    def length_ms(self) -> int:
        """How long it is."""
        return self.cut.to_ms - self.cut.from_ms

    def frames(self, track: Track) -> tuple[int, int]:
        """The first frame of a track in it, and the first after it."""
        return bisect_left(track.at_ms, self.cut.from_ms), bisect_left(track.at_ms, self.cut.to_ms)

    @property
    def holds_something(self) -> bool:
        """Whether a run's picture or sound is given in it."""
        given = [self.sound, self.stage if self.cut.picture else None]
        return any(range(*self.frames(one[1])) for one in given if one is not None)

    def own_ms(self, at_ms: int) -> int:
        """A time of the run's files, in what is made."""
        return self.at_ms + at_ms - self.cut.from_ms


def placed(
    cuts: Sequence[Cut], sources: Sequence[tuple[int | None, int | None]], tracks: Mapping[int, Track]
) -> Iterator[Placed]:
    """Cuts one after the other. `sources`: by run, the positions of stage and sound; `tracks` by position."""
    at_ms = 0
    for cut in cuts:
        stage, sound = (None if one is None else (one, tracks[one]) for one in sources[cut.run])
        yield Placed(at_ms, cut, stage, sound)
        at_ms += cut.to_ms - cut.from_ms


def first_size(cuts: Sequence[Placed]) -> tuple[int, int]:
    """The size of the first picture that may be shown."""
    for one in cuts:
        if one.stage is not None and one.cut.picture:
            first = _first_keyframe(one, one.stage[1])
            if first is not None:
                return size_of(one.stage[1].about[first])
    return PLATE_SIZE


def _first_keyframe(one: Placed, track: Track) -> int | None:
    first, end = one.frames(track)
    return next((number for number in range(first, end) if track.about[number]), None)


def pictures(cuts: Sequence[Placed], plate: Callable[[tuple[int, int]], bytes]) -> Blocks:
    """All pictures. `plate`: a keyframe of a size on which nothing is to be seen."""
    found, size = Blocks(), first_size(cuts)
    for one in cuts:
        file, track = one.stage or (_MADE, Track())
        first = _first_keyframe(one, track) if one.cut.picture else None
        shown_ms = one.at_ms + one.length_ms if first is None else one.own_ms(track.at_ms[first])
        for at_ms in range(one.at_ms, shown_ms, PLATE_EVERY_MS):
            found.add_made(at_ms, plate(size))
        if first is None:
            continue
        for number in range(first, one.frames(track)[1]):
            about = track.about[number]
            if about:
                size = size_of(about)
            start, length = track.start[number], track.length[number]
            found.add(one.own_ms(track.at_ms[number]), file, start, length, keyframe=about > 0)
    return found


def sounds(cuts: Sequence[Placed]) -> Blocks:
    """All sounds, with silence between and after them."""
    line, length_ms = _Line(), 0
    for one in cuts:
        length_ms = one.at_ms + one.length_ms
        if one.sound is None:
            continue
        file, track = one.sound
        for number in range(*one.frames(track)):
            line.add(one.own_ms(track.at_ms[number]), length_ms, file, track, number)
    line.fill(length_ms * _PER_MS - SILENCE_SAMPLES // 2)
    return line.blocks


class _Line:
    """Sounds one after the other. `samples`: where the next one stands."""

    def __init__(self) -> None:
        self.blocks = Blocks()
        self._samples = 0
        self._silence = SILENCE

    def add(self, at_ms: int, end_ms: int, file: int, track: Track, number: int) -> None:
        """A sound that is due at a time, and must not go on after another; it is left out where it would."""
        samples, stereo = track.about[number] & ~STEREO, track.about[number] & STEREO
        due = at_ms * _PER_MS
        if due + samples > end_ms * _PER_MS or self._samples - due > OFF_MS_MAX * _PER_MS:
            return
        if due - self._samples > OFF_MS_MAX * _PER_MS:
            self.fill(due - SILENCE_SAMPLES // 2)
        if bool(self._silence[0] & STEREO) != bool(stereo):
            self._silence = bytes([SILENCE[0] | stereo]) + SILENCE[1:]
        start, length = track.start[number], track.length[number]
        self.blocks.add(self._samples // _PER_MS, file, start, length, keyframe=True)
        self._samples += samples

    def fill(self, until: int) -> None:
        """Silence as long as one begins before."""
        while self._samples < until:
            self.blocks.add_made(self._samples // _PER_MS, self._silence)
            self._samples += SILENCE_SAMPLES
