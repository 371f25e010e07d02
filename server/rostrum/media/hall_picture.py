"""The picture of a hall without a camera: a wall, a lamp that swings, a clock, and the frame's number for machines.

Drawn into planes of YUV 4:2:0 by rectangles alone, so that it needs no picture library.

The number stands at the lower left as `NUMBER_BITS` blocks of `BLOCK` pixels, the highest bit first, white for one and
black for nought, with a white block before them and a black one after them to measure against.
"""

import math

WIDTH, HEIGHT, FRAME_RATE = 640, 360, 25
BLOCK = 16
NUMBER_BITS = 12
NUMBER_X, NUMBER_Y = 16, HEIGHT - 2 * BLOCK

_BLACK, _WHITE = 16, 235
_SEGMENTS = {
    "0": "abcdef",
    "1": "bc",
    "2": "abged",
    "3": "abgcd",
    "4": "fgbc",
    "5": "afgcd",
    "6": "afgedc",
    "7": "abc",
    "8": "abcdefg",
    "9": "abcdfg",
}
"""Which of a seven-segment digit's bars are lit: a on top, then clockwise to f, g in the middle."""


class Canvas:
    """One luma plane to draw on."""

    def __init__(self, plane: bytearray) -> None:
        self.plane = plane

    def box(self, x: int, y: int, width: int, height: int, luma: int) -> None:
        """Fill a rectangle that lies inside the picture."""
        row = bytes([luma]) * width
        for at in range(y * WIDTH + x, (y + height) * WIDTH + x, WIDTH):
            self.plane[at : at + width] = row

    def disc(self, x: int, y: int, radius: int, luma: int) -> None:
        """Fill a circle."""
        for dy in range(-radius, radius + 1):
            half = math.isqrt(radius * radius - dy * dy)
            self.box(x - half, y + dy, 2 * half + 1, 1, luma)

    def digit(self, value: str, x: int, y: int, size: int, luma: int) -> None:
        """Draw a seven-segment digit, `size` wide and twice as high."""
        bar = max(2, size // 6)
        boxes = {
            "a": (x, y, size, bar),
            "b": (x + size - bar, y, bar, size),
            "c": (x + size - bar, y + size, bar, size),
            "d": (x, y + 2 * size - bar, size, bar),
            "e": (x, y + size, bar, size),
            "f": (x, y, bar, size),
            "g": (x, y + size - bar // 2, size, bar),
        }
        for segment in _SEGMENTS[value]:
            self.box(*boxes[segment], luma)


def background() -> bytearray:
    """The wall with its panels, and the table in front of it."""
    plane = bytearray()
    for y in range(HEIGHT):
        plane += bytes([44 + y * 30 // HEIGHT]) * WIDTH
    canvas = Canvas(plane)
    for x in range(40, WIDTH - 40, 80):
        canvas.box(x, 24, 2, 220, 38)
    canvas.box(120, 250, 400, 60, 96)
    canvas.box(120, 250, 400, 4, 128)
    return plane


def luma(number: int, wall: bytes | bytearray) -> bytes:
    """The luma plane of a frame; `wall` comes from `background`."""
    canvas = Canvas(bytearray(wall))
    swing = math.sin(2 * math.pi * number / (4 * FRAME_RATE))
    canvas.disc(WIDTH // 2 + round(180 * swing), 70 + round(18 * swing * swing), 22, 190)
    seconds, frame = divmod(number, FRAME_RATE)
    x = 196
    for part in (f"{seconds // 60:02d}", f"{seconds % 60:02d}", f"{frame * 100 // FRAME_RATE:02d}"):
        for character in part:
            canvas.digit(character, x, 140, 32, 210)
            x += 42
        x += 12
    canvas.box(NUMBER_X, NUMBER_Y, BLOCK, BLOCK, _WHITE)
    for index in range(NUMBER_BITS):
        bit = number >> (NUMBER_BITS - 1 - index) & 1
        canvas.box(NUMBER_X + (index + 1) * BLOCK, NUMBER_Y, BLOCK, BLOCK, _WHITE if bit else _BLACK)
    canvas.box(NUMBER_X + (NUMBER_BITS + 1) * BLOCK, NUMBER_Y, BLOCK, BLOCK, _BLACK)
    return bytes(canvas.plane)


def chroma() -> tuple[bytes, bytes]:
    """The two chroma planes, the same for every frame: a quiet blue."""
    size = WIDTH * HEIGHT // 4
    return bytes([142]) * size, bytes([118]) * size
