"""Duplicates: one name found in six scripts, others told apart, and the same found whatever came first."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostrum.reads import spelling
from rostrum.reads.duplicates import BLOCK_MAX, Kind, Likenesses, Person

SAME_PERSON = [
    (("Awa", "Sarr"), ("AWA", "Sarr")),
    (("José", "García Márquez"), ("Jose", "Garcia Marquez")),
    (("María Fernanda", "García"), ("Maria", "Garcia")),
    (("Ahmed", "Hussein"), ("Ahmad", "Husayn")),
    (("Sergej", "Iwanow"), ("Сергей", "Иванов")),
    (("Aleksei", "Scherbakov"), ("Алексей", "Щербаков")),
    (("Николай", "Романов"), ("Nikolai", "Romanoff")),
    (("Pyotr", "Tchaikovsky"), ("Piotr", "Chaikovskiy")),
    (("Мохаммед", "Амин"), ("محمد", "الأمين")),
    (("Muhammad", "al-Amin"), ("محمد", "الأمين")),
    (("Abd el-Rahman", "Khalil"), ("عبد الرحمن", "خليل")),
    (("Abdullah", "Haddad"), ("عبد الله", "حداد")),
    (("Siham", "Khalidi"), ("سهام", "الخالدي")),
    (("Xiao Ming", "Wang"), ("小明", "王")),
    (("Wang", "Xiao-Ming"), ("小明", "王")),
    (("Wei", "Zhang"), ("伟", "张")),
    (("Georgios", "Papadopoulos"), ("Γεώργιος", "Παπαδόπουλος")),
    (("Amit", "Kumar"), ("अमित", "कुमार")),
]
OTHERS = [
    (("Ivan", "Petrov"), ("Irina", "Petrova")),
    (("Sergei", "Ivanov"), ("Sergei", "Pavlov")),
    (("Aleksandr", "Ivanov"), ("Aleksandra", "Ivanova")),
    (("Martin", "Hansen"), ("Morten", "Hansen")),
    (("Maria", "Garcia"), ("Mario", "Garcia")),
    (("John", "Smith"), ("Jane", "Smith")),
    (("Wei", "Zhang"), ("Wei", "Zheng")),
    (("伟", "张"), ("Wei", "Wang")),
    (("محمد", "حداد"), ("Mohammed", "Hassan")),
    (("Omar", "Said"), ("Maria", "Said")),
    (("Ali", "Hassan"), ("Leila", "Hussein")),
]
SAME_ORGANISATION = [
    ("Défense des droits – Dakar", "DEFENSE DES DROITS, DAKAR"),
    ("International Federation for Human Rights", "International Federation of Human Rights"),
    ("Мемориал", "Memorial"),
    ("مركز القاهرة", "Markaz al-Qahira"),
    ("Ligue des droits de l'homme", "Ligue des Droits de l’Homme"),
    ("No Peace Without Justice", "No Peace Without Justice e.V."),
]
OTHER_ORGANISATIONS = [
    ("Human Rights Watch", "Human Rights First"),
    ("Amnesty International", "Transparency International"),
    ("Niger", "Nigeria"),
    ("Guinea", "Guinea-Bissau"),
    ("Mali", "Malawi"),
]


def kinds(one: tuple[str, Person], other: tuple[str, Person]) -> set[Kind]:
    """What matches between two applications of an organisation and a person each."""
    found = Likenesses()
    found.put("one", one[0], [one[1]])
    found.put("other", other[0], [other[1]])
    return {each.kind for each in found.of("one").get("other", ())}


@pytest.mark.parametrize(("one", "other"), SAME_PERSON)
def test_one_person_is_found_under_two_spellings(one: tuple[str, str], other: tuple[str, str]) -> None:
    both = [("", Person(*name, email)) for name, email in ((one, "a@example.org"), (other, "b@example.org"))]
    assert kinds(*both) & {Kind.SAME_NAME, Kind.ALIKE_NAME}


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_two_people_are_told_apart(one: tuple[str, str], other: tuple[str, str]) -> None:
    both = [("", Person(*name, email)) for name, email in ((one, "a@example.org"), (other, "b@example.org"))]
    assert not kinds(*both)


@pytest.mark.parametrize(("one", "other"), SAME_ORGANISATION)
def test_one_organisation_is_found_under_two_spellings(one: str, other: str) -> None:
    assert kinds((one, Person("", "", "")), (other, Person("", "", ""))) & {
        Kind.SAME_ORGANISATION,
        Kind.ALIKE_ORGANISATION,
    }


@pytest.mark.parametrize(("one", "other"), OTHER_ORGANISATIONS)
def test_two_organisations_are_told_apart(one: str, other: str) -> None:
    assert not kinds((one, Person("", "", "")), (other, Person("", "", "")))


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        ("Awa@Example.org", "awa@example.org", Kind.SAME_EMAIL),
        ("awa+icc@example.org", "awa@example.org", Kind.ALIKE_EMAIL),
        ("a.wa.sarr@gmail.com", "awasarr@gmail.com", Kind.ALIKE_EMAIL),
    ],
)
def test_one_mailbox_is_found(one: str, other: str, kind: Kind) -> None:
    assert kinds(("", Person("", "", one)), ("", Person("", "", other))) == {kind}
    assert not kinds(("", Person("", "", one)), ("", Person("", "", f"x{other}")))


NAMES = st.sampled_from(sorted({name for both in SAME_PERSON + OTHERS for name in both}))
APPLICATIONS = st.lists(st.tuples(NAMES, st.sampled_from("abcd"), st.sampled_from(SAME_ORGANISATION)), max_size=12)


@given(APPLICATIONS, st.randoms(use_true_random=False))
def test_the_same_is_found_whatever_came_first_and_nothing_of_what_is_gone(
    given_ones: list[tuple[tuple[str, str], str, tuple[str, str]]], shuffled: object
) -> None:
    every = {
        str(number): (names[number % 2], [Person(*name, f"{box}@example.org")])
        for number, (name, box, names) in enumerate(given_ones)
    }
    straight, turned = Likenesses(), Likenesses()
    for key, (organisation, people) in every.items():
        straight.put(key, organisation, people)
    order = list(every)
    shuffled.shuffle(order)  # type: ignore[attr-defined]  # a random.Random
    for key in order:
        turned.put(key, "Something else first", [Person("Nobody", "Atall", "a@example.org")])
    for key in order:
        turned.put(key, *every[key])
    for key in every:
        assert {each: set(found) for each, found in straight.of(key).items()} == {
            each: set(found) for each, found in turned.of(key).items()
        }
        assert all(key in straight.others(other) for other in straight.others(key))
    for key in order[::2]:
        turned.drop(key)
    assert not any(key in turned.others(other) for key in order[::2] for other in order)


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_whatever_people_are_called_can_be_compared(a: str, b: str, c: str, d: str) -> None:
    one, other = spelling.person(a, b), spelling.person(c, d)
    assert spelling.person_likeness(one, other) == spelling.person_likeness(other, one)
    assert 0 <= spelling.person_likeness(one, other) <= 1
    assert spelling.organisation_likeness(spelling.organisation(a), spelling.organisation(c)) <= 1
    if spelling.person_likeness(one, one) == 1:
        assert spelling.keys(one)


def test_many_who_share_a_name_are_not_compared_each_with_each() -> None:
    found = Likenesses()
    begin = time.process_time()
    for number in range(500):
        found.put(str(number), "", [Person("John", "Smith", f"{number}@example.org")])
    assert time.process_time() - begin < 10
    assert len(found.others("499")) == BLOCK_MAX
