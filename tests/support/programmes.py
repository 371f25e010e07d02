"""A recording of two runs, and a programme that is to be made of it."""

import io
from collections.abc import Sequence

from rostrum.media.programme.job import Cut, Job, Mark, Source
from rostrum.media.programme.layout import Layout
from rostrum.media.programme.plate import plate
from rostrum.media.programme.work import lay_out
from tests.support.tracks import FPS, file_of, pictures, sounds

KEYFRAME_EVERY = 30
SECOND_RUN = 500
STAGE, FLOOR = pictures(0, 8 * FPS, KEYFRAME_EVERY), sounds(8)
STAGE_AGAIN, FLOOR_AGAIN = pictures(SECOND_RUN, 4 * FPS, KEYFRAME_EVERY), sounds(4, channels=2)
FILES = [file_of(each) for each in (STAGE, FLOOR, STAGE_AGAIN, FLOOR_AGAIN)]
JOB = Job(
    (Source(0, 1), Source(2, 3), Source(None, None)),
    (
        Cut(0, 0, 2_500, picture=True),
        Cut(0, 3_500, 5_010, picture=True),
        Cut(0, 5_010, 6_000, picture=False),
        Cut(2, 0, 1_200, picture=True),
        Cut(1, 400, 12_000, picture=True),
    ),
    (Mark(0, 2_500, "Ünion of Cities"), Mark(2_500, 6_200, "المنظمة"), Mark(6_200, 17_800, "第三")),
    "The 12th meeting",
    "fr",
)


def laid(files: Sequence[bytes], job: Job = JOB) -> tuple[Layout, bytes]:
    """What is made of files, all of it."""
    opened = [io.BytesIO(each) for each in files]

    def read(file: int, start: int, length: int) -> bytes:
        opened[file].seek(start)
        return opened[file].read(length)

    layout = lay_out(job, opened, plate)
    return layout, b"".join(layout.parts(read))
