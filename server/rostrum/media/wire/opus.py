"""Opus packets (RFC 6716 section 3.1): how long each is, and one in which nothing is."""

OPUS_RATE = 48_000
SILENCE = b"\xf8\xff\xfe"
"""An Opus frame of 20 ms in which nothing is."""
SILENCE_SAMPLES = OPUS_RATE // 50
PACKET_SAMPLES_MAX = OPUS_RATE * 120 // 1000
STEREO = 4
"""The bit of a packet's first byte that says that it holds two channels."""
_DURATIONS = ((480, 960, 1920, 2880), (480, 960), (120, 240, 480, 960))


def opus_duration(packet: bytes) -> int:
    """Samples at 48 kHz in a packet, by its first two bytes."""
    config, count = packet[0] >> 3, packet[0] & 3
    sizes = _DURATIONS[0] if config < 12 else _DURATIONS[1] if config < 16 else _DURATIONS[2]
    frames = (1, 2, 2)[count] if count < 3 else packet[1] & 0x3F if len(packet) > 1 else 1
    return sizes[config % len(sizes)] * frames
