"""From files and what is to be made of them to a programme."""

from collections.abc import Callable, Sequence

from rostrum.media.programme.index import File, Track, index
from rostrum.media.programme.job import Job, NotMade
from rostrum.media.programme.layout import Layout
from rostrum.media.programme.plan import first_size, pictures, placed, sounds
from rostrum.media.wire import webm


def lay_out(job: Job, files: Sequence[File], plate: Callable[[tuple[int, int]], bytes]) -> Layout:
    """Look through all files. `plate`: see `plan.pictures`. Raises `NotMade`, and what reading raises."""
    cuts = job.joined()
    tracks: dict[int, Track] = {}
    sources = []
    for source in job.sources:
        for position, codec in ((source.stage, webm.VP8), (source.sound, webm.OPUS)):
            if position is not None:
                if not 0 <= position < len(files) or position in tracks:
                    raise NotMade("no such file, or one for two tracks")
                tracks[position] = index(files[position], codec)
        sources.append((source.stage, source.sound))
    where = list(placed(cuts, sources, tracks))
    if not any(one.holds_something for one in where):
        raise NotMade("nothing is in it")
    return Layout(job, first_size(where), pictures(where, plate), sounds(where))
