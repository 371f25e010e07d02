"""Applications that may be for the same: one e-mail address, one person in two delegations, one organisation twice.

Pure and incremental. What is compared is filed under a few keys, and only what shares one is compared at all, so that
a thousand applications take a thousand small looks and no million. Nothing is decided here: people look and say.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rostrum.reads import spelling
from rostrum.reads.spelling import Spelling

BLOCK_MAX = 100
"""What shares a key with more than these is compared with the first of them: a key of so many tells nobody apart."""
DOTLESS = frozenset({"gmail.com", "googlemail.com"})
"""Where dots in an address mean nothing."""


class Kind(StrEnum):
    """What matches."""

    SAME_EMAIL = "same-email"
    ALIKE_EMAIL = "alike-email"
    """But for what follows a plus, or for dots that mean nothing there."""
    SAME_NAME = "same-name"
    ALIKE_NAME = "alike-name"
    SAME_ORGANISATION = "same-organisation"
    ALIKE_ORGANISATION = "alike-organisation"


@dataclass(frozen=True)
class Person:
    """Somebody whom an application names, as written."""

    given_name: str
    family_name: str
    email: str

    @property
    def name(self) -> str:
        """Given and family name."""
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True)
class Likeness:
    """That two applications have something in common: `mine` in the one that was asked about, `theirs` in the other."""

    other_id: str
    kind: Kind
    mine: str
    theirs: str


Judge = Callable[[Spelling, Spelling], float]


@dataclass(frozen=True, eq=False)
class _Feature:
    """Something of an application that is compared. An address has no spelling and is compared by its keys alone."""

    application_id: str
    text: str
    keys: frozenset[str]
    spelling: Spelling | None
    judge: Judge | None
    same: Kind
    alike: Kind

    def kind(self, other: "_Feature") -> Kind | None:
        """What matches; None: nothing."""
        if self.spelling is None or other.spelling is None or self.judge is None:
            return self.same if _address(self.text) == _address(other.text) else self.alike
        likeness = self.judge(self.spelling, other.spelling)
        if not likeness:
            return None
        return self.same if likeness == 1.0 else self.alike


class Likenesses:
    """The likenesses between all applications that were put here."""

    def __init__(self) -> None:
        self._blocks: dict[str, dict[_Feature, None]] = {}
        self._features: dict[str, Sequence[_Feature]] = {}
        self._found: dict[str, dict[str, dict[Likeness, None]]] = {}

    def put(self, application_id: str, organisation: str, people: Sequence[Person]) -> None:
        """File an application, in the place of what was filed of it before."""
        self.drop(application_id)
        features = _features(application_id, organisation, people)
        for feature in features:
            for other in self._candidates(feature):
                kind = feature.kind(other)
                if kind is not None:
                    self._note(feature, other, kind)
        for feature in features:
            for key in feature.keys:
                self._blocks.setdefault(key, {})[feature] = None
        self._features[application_id] = features

    def drop(self, application_id: str) -> None:
        """Forget an application."""
        for feature in self._features.pop(application_id, ()):
            for key in feature.keys:
                block = self._blocks[key]
                block.pop(feature, None)
                if not block:
                    del self._blocks[key]
        for other_id in self._found.pop(application_id, {}):
            others = self._found[other_id]
            del others[application_id]
            if not others:
                del self._found[other_id]

    def of(self, application_id: str) -> Mapping[str, Sequence[Likeness]]:
        """The other applications that one may be the same as, and what matches."""
        return {other: tuple(found) for other, found in self._found.get(application_id, {}).items()}

    def others(self, application_id: str) -> frozenset[str]:
        """The same without what matches."""
        return frozenset(self._found.get(application_id, ()))

    def _candidates(self, feature: _Feature) -> list[_Feature]:
        candidates: dict[_Feature, None] = {}
        for key in feature.keys:
            for place, other in enumerate(self._blocks.get(key, ())):
                if place >= BLOCK_MAX:
                    break
                candidates[other] = None
        return list(candidates)

    def _note(self, one: _Feature, other: _Feature, kind: Kind) -> None:
        for mine, theirs in ((one, other), (other, one)):
            likeness = Likeness(theirs.application_id, kind, mine.text, theirs.text)
            known = self._found.setdefault(mine.application_id, {}).setdefault(theirs.application_id, {})
            known[likeness] = None


def _features(application_id: str, organisation: str, people: Sequence[Person]) -> Sequence[_Feature]:
    # Whoever is the focal point is mostly one of the people, too: what is written twice is compared once.
    features: dict[tuple[Kind, str], _Feature] = {}

    def add(
        text: str, keys: Iterable[str], spelt: Spelling | None, judge: Judge | None, same: Kind, alike: Kind
    ) -> None:
        filed = frozenset(f"{same} {key}" for key in keys)
        features[same, text] = _Feature(application_id, text, filed, spelt, judge, same, alike)

    spelt = spelling.organisation(organisation)
    if spelt.words:
        kinds = (Kind.SAME_ORGANISATION, Kind.ALIKE_ORGANISATION)
        add(organisation, spelling.keys(spelt), spelt, spelling.organisation_likeness, *kinds)
    for each in people:
        spelt = spelling.person(each.given_name, each.family_name)
        if len(spelt.words) > 1:
            add(each.name, spelling.keys(spelt), spelt, spelling.person_likeness, Kind.SAME_NAME, Kind.ALIKE_NAME)
        if each.email:
            add(each.email, [_mailbox(each.email)], None, None, Kind.SAME_EMAIL, Kind.ALIKE_EMAIL)
    return tuple(features.values())


def _address(email: str) -> str:
    return email.strip().casefold()


def _mailbox(email: str) -> str:
    """The mailbox that an address most likely leads to."""
    local, _, domain = _address(email).rpartition("@")
    local = local.partition("+")[0]
    return f"{local.replace('.', '') if domain in DOTLESS else local}@{domain}"
