"""Recognisers: programs that hear a channel and write what is said. Any program that keeps to the pipe can be one.

It reads sound on its standard input, without a head: signed 16-bit little-endian, mono, 16,000 a second, in real time,
with silence where nothing is said. It writes one JSON object a line on its standard output:
    {"text": "what was said", "final": true, "start_ms": 1200, "end_ms": 3400}
`final` false: it thinks so as yet, and may say otherwise in the next line. Times count from the sound's beginning. It
ends with its input. `recogniser_keeper.py` runs it.
"""
