"""States by their names in six languages, in the order in which each language lists them."""

import pytest

from rostrum.assembly.rules.roll import states_parties
from rostrum.i18n import LANGUAGES
from rostrum.i18n.states import in_order, state_name, states


def test_every_state_has_a_name_in_every_language_and_no_two_share_one() -> None:
    assert len(states()) == 197  # 193 members of the United Nations, Holy See, Palestine, Cook Islands, Niue
    for language in LANGUAGES:
        names = [names[language] for names in states().values()]
        assert all(name and name == name.strip() and "*" not in name for name in names)
        assert len(set(names)) == len(names)


def test_the_roll_to_begin_with_names_known_states() -> None:
    assert len(states_parties()) == 124
    assert set(states_parties()) <= set(states())


@pytest.mark.parametrize(
    ("language", "codes"),
    [
        ("en", "CIV HRV GIN GNB GUY NLD NZL TUN TUR TKM"),
        ("fr", "ZAF DZA EGY SLV ARE ECU ERI ESP EST USA ETH FIN GIN GNB GNQ"),
        ("es", "AFG ALB DEU BEL BLZ ESP USA EST NER NGA PER POL"),
        ("ru", "AUS AUT ISR IND JOR IRQ YEM CPV TUR ZAF JPN"),
        ("ar", "RUS ETH ARG JOR ESP ALB DEU ARE BHR BRA CHN IRQ"),
        ("zh", "ALB DZA AFG ARG PER ISL CHN"),
    ],
)
def test_lists_stand_in_the_order_of_their_language(language: str, codes: str) -> None:
    wanted = codes.split()
    assert in_order(sorted(wanted), language) == wanted, [
        state_name(code, language) for code in in_order(wanted, language)
    ]
