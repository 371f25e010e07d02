"""The front end's pure modules, tested by Node's own runner: tests/front/*.test.js."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_what_scripts_compute() -> None:
    scripts = sorted(str(script) for script in Path(__file__).parent.glob("*.test.js"))
    run = subprocess.run([ROOT / "build/node/bin/node", "--test", *scripts], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stdout + run.stderr
