"""Rules files: what they say, and that an error is named with its line."""

from pathlib import Path

import pytest

from rostrum.assembly import rules
from rostrum.assembly.rules import RulesError
from rostrum.assembly.rules.procedure import Closing, Order, RepliesWhen, Threshold
from rostrum.rules_file import load_rules

HEAD = """\
name = "test"

[floor]
limit_s = 300
warning_s = 30

[category.member]
rights = ["attend", "speak"]
"""


def test_the_assembly_of_states_parties_votes_as_article_112_7_says() -> None:
    vote, quorum = rules.load("asp").procedure.vote, rules.load("asp").procedure.quorum
    assert vote.substance == Threshold(2, 3, strict=False)
    assert vote.procedure == Threshold(1, 2, strict=True)
    assert quorum.substance.least(124) == 63
    assert quorum.substance.least(125) == 63
    assert quorum.procedure is None


@pytest.mark.parametrize(
    ("yes", "no", "adopted"),
    [(2, 1, True), (3, 2, False), (66, 33, True), (65, 34, False), (1, 0, True), (0, 0, False)],
)
def test_two_thirds_are_two_thirds(yes: int, no: int, adopted: bool) -> None:
    assert Threshold(2, 3, strict=False).is_met(yes, yes + no) == adopted


def test_a_tie_is_no_majority() -> None:
    assert not Threshold().is_met(5, 10)
    assert Threshold().is_met(6, 10)


def test_a_file_is_read() -> None:
    text = (
        HEAD
        + """
[procedure.speakers]
order = "general-debate"
blocks = ["state-party", "ngo"]
closing = "consent"
interleave_after = 5
interleave_categories = ["ngo"]
[procedure.reply]
limits_s = [240, 120, 60]
when = "end-of-meeting"
[procedure.quorum]
members = 125
procedure = { share = "1/4" }
"""
    )
    procedure = rules.parse(text).procedure
    assert procedure.speakers.order is Order.GENERAL_DEBATE
    assert procedure.speakers.closing is Closing.CONSENT
    assert procedure.reply.limits_ms == (240_000, 120_000, 60_000)
    assert procedure.reply.when is RepliesWhen.END_OF_MEETING
    assert procedure.quorum.members == 125
    assert procedure.quorum.procedure == Threshold(1, 4, strict=False)


@pytest.mark.parametrize(
    ("more", "line", "words"),
    [
        ("[procedure.speakers]\norder = 'by-height'", 10, "as-asked"),
        ("[procedure.reply]\n\nnumber = 'two'", 11, "int"),
        ("[procedure.reply]\nnumbers = 2", 10, "known are"),
        ("[procedure.vote]\nsubstance = { share = '3/2' }", 10, "never"),
        ("[procedure.vote]\n# the majority\nsubstance = 'most'", 11, "dict"),
        ("[procedure.time]\npoint_limit_s = -4", 10, "between"),
        ("[procedure.speakers]\ninterleave_after = 2", 9, "whom"),
        ("[procedure.time]\nundo_s = ", 10, "Invalid"),
        ("[category.other]\nrights = ['fly']", 10, "fly"),
        ("[category.other]\nlimit_s = 5", 9, "missing"),
    ],
)
def test_an_error_is_named_with_its_line(more: str, line: int, words: str) -> None:
    with pytest.raises(RulesError, match=words) as refused:
        rules.parse(f"{HEAD}{more}\n")
    assert str(refused.value).startswith(f"line {line}: "), str(refused.value)


def test_the_operators_own_file_is_named_with_its_line(tmp_path: Path) -> None:
    own = tmp_path / "ours.toml"
    own.write_text(HEAD, "utf-8")
    assert load_rules(str(own)).name == "test"
    own.write_text(f"{HEAD}[procedure.vote]\nsilence_s = 'long'\n", "utf-8")
    with pytest.raises(RulesError) as refused:
        load_rules(str(own))
    assert str(refused.value).startswith(f"{own}, line 10: procedure.vote.silence_s")
