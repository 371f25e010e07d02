"""docs/procedure.md shows the machines that the code moves by."""

from pathlib import Path

from tools.state_diagrams import MACHINES, with_diagrams

PAGE = Path(__file__).parents[2] / "docs/procedure.md"


def test_the_diagrams_are_those_of_the_tables() -> None:
    page = PAGE.read_text("utf-8")
    assert with_diagrams(page) == page, "run `make docs`"


def test_no_state_is_a_dead_letter() -> None:
    for title, (machine, _) in MACHINES.items():
        reached = {target for moves in machine.values() for target in moves.values()} | {next(iter(machine))}
        assert reached == set(machine), title
