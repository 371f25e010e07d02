"""Writes the machines' diagrams into a document, between its two marks: `python -m tools.state_diagrams FILE`.

A diagram is drawn from the table that the code itself moves by, so that it cannot say anything else.
"""

import re
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from rostrum.assembly.booth import HANDOVER_MACHINE
from rostrum.assembly.consent import CONSENT_MACHINE
from rostrum.assembly.entry import ENTRY_MACHINE
from rostrum.assembly.motions import MOTION_MACHINE
from rostrum.assembly.sitting import MEETING_MACHINE
from rostrum.assembly.state_credentials import CREDENTIALS_MACHINE
from rostrum.assembly.voting import VOTE_MACHINE

BEGIN, END = "<!-- machines: made by `make docs` -->", "<!-- end of machines -->"

Machine = Mapping[Any, Mapping[type, StrEnum]]
MACHINES: Mapping[str, tuple[Machine, str]] = {
    "A meeting": (MEETING_MACHINE, "sitting.py"),
    "An entry on the list": (ENTRY_MACHINE, "entry.py"),
    "A motion or a point of order": (MOTION_MACHINE, "motions.py"),
    "A question put to consensus": (CONSENT_MACHINE, "consent.py"),
    "A vote": (VOTE_MACHINE, "voting.py"),
    "A handover in a booth": (HANDOVER_MACHINE, "booth.py"),
    "A state's credentials": (CREDENTIALS_MACHINE, "state_credentials.py"),
}


def diagram(machine: Machine) -> str:
    """A state diagram in Mermaid's language; the first state of the table is where it begins."""
    first = next(iter(machine))
    lines = ["stateDiagram-v2", f"  [*] --> {first}"]
    for state, moves in machine.items():
        lines += [f"  {state} --> {target}: {_words(event)}" for event, target in moves.items()]
        if not moves:
            lines.append(f"  {state} --> [*]")
    return "\n".join(lines)


def _words(event: type) -> str:
    """An event's name as words: 'SpeakerCalled' is 'speaker called'."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", event.__name__).lower()


def diagrams() -> str:
    """All machines, each under its heading."""
    return "\n\n".join(
        f"### {title}\n\nFrom `assembly/{source}`.\n\n```mermaid\n{diagram(machine)}\n```"
        for title, (machine, source) in MACHINES.items()
    )


def with_diagrams(document: str) -> str:
    """The document with its diagrams made anew. Raises ValueError where it has no marks."""
    before, _, rest = document.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError("the document lacks the marks for the machines")
    return f"{before}{BEGIN}\n\n{diagrams()}\n\n{END}{after}"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(with_diagrams(target.read_text("utf-8")), "utf-8")
