"""EBML (RFC 8794), what WebM is written in: elements made, and their heads read."""

from rostrum.media.wire.rtp import Malformed

HEAD_BYTES_MAX = 12
"""An identifier and a size, at most."""
UNKNOWN = b"\x01" + b"\xff" * 7
"""The size of what ends with the file."""


def identifier_bytes(identifier: int) -> bytes:
    """An identifier, its own length in its first bits."""
    return identifier.to_bytes((identifier.bit_length() + 7) // 8, "big")


def size_width(length: int) -> int:
    """In how many bytes a size is written."""
    width = 1
    while length >= (1 << 7 * width) - 1:
        width += 1
    return width


def head(identifier: int, length: int) -> bytes:
    """What stands before so many bytes of content."""
    width = size_width(length)
    return identifier_bytes(identifier) + (1 << 7 * width | length).to_bytes(width, "big")


def element(identifier: int, content: bytes) -> bytes:
    """An element whole."""
    return head(identifier, len(content)) + content


def number(identifier: int, value: int, width: int = 0) -> bytes:
    """An unsigned number; `width` in bytes, where it must not depend on the value."""
    return element(identifier, value.to_bytes(width or max(1, (value.bit_length() + 7) // 8), "big"))


def text(identifier: int, value: str) -> bytes:
    """Words."""
    return element(identifier, value.encode())


def read_head(data: bytes) -> tuple[int, int | None, int] | None:
    """(identifier, bytes of content or None for unknown, bytes of the head) at the begin of `data`.

    None where the head is cut off. Raises `Malformed`.
    """
    if not data:
        return None
    width = 9 - data[0].bit_length()
    if width > 4:
        raise Malformed("no identifier of an element")
    if len(data) <= width:
        return None
    first = data[width]
    size_bytes = 9 - first.bit_length()
    if size_bytes > 8:
        raise Malformed("no size of an element")
    end = width + size_bytes
    if len(data) < end:
        return None
    unknown = (1 << 7 * size_bytes) - 1
    length = int.from_bytes(data[width:end], "big") & unknown
    return int.from_bytes(data[:width], "big"), None if length == unknown else length, end
