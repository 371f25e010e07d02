"""A recogniser that tells loud from quiet, and which process it is; `dies`: after something loud."""

import array
import json
import os
import sys

RATE = 16_000


def main(*, dies: bool) -> None:
    """As docs/operator.md says that a recogniser is, after lines that are none."""
    sys.stdout.write('no JSON at all\n{"text": 7, "final": "perhaps"}\n')
    heard_ms = 0
    while sound := sys.stdin.buffer.read(RATE * 2):
        samples = array.array("h", sound)
        loud = sum(abs(each) > 500 for each in samples) > RATE // 50
        for final in (False, True):
            text = f"{'loud' if loud else 'quiet'} <b> {os.getpid()} {os.environ.get('ROSTRUM_TURN_SECRET')}"
            said = {"text": text, "final": final, "start_ms": heard_ms, "end_ms": heard_ms + 1000}
            sys.stdout.write(json.dumps(said) + "\n")
            sys.stdout.flush()
        heard_ms += 1000
        if loud and dies:
            return
