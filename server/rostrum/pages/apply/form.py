"""Groups of questions: what is typed, what is wrong with it in words, and what is kept of it."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from rostrum.i18n import Locale
from rostrum.pages.apply.words import words_of

BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
TYPED_MAX = 10_000
"""Characters of a field that are looked at; no field allows as many."""


def tidy(text: object) -> object:
    """Text without what could upset the page or the list it stands in: controls, and marks that turn the direction."""
    if not isinstance(text, str):
        return text
    kept = (
        character
        for character in unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
        if character == "\n" or (unicodedata.category(character) != "Cc" and character not in BIDI_CONTROLS)
    )
    return "".join(kept).strip()


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _email(text: str) -> str:
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise PydanticCustomError("email", "not an address") from error


def line(longest: int, shortest: int = 1) -> object:
    """The annotation of a line of text, lengths in characters."""
    return Annotated[
        str, BeforeValidator(tidy), Field(min_length=shortest, max_length=longest), AfterValidator(_one_line)
    ]


def paragraphs(longest: int, shortest: int = 1) -> object:
    """The annotation of a longer text, lengths in characters."""
    return Annotated[str, BeforeValidator(tidy), Field(min_length=shortest, max_length=longest)]


EMAIL = Annotated[str, BeforeValidator(tidy), Field(min_length=1, max_length=254), AfterValidator(_email)]


class Group(BaseModel):
    """A group of questions on one page. What is not asked is left out."""

    model_config = ConfigDict(extra="ignore", frozen=True)


@dataclass(frozen=True)
class Checked:
    """A group's values as typed, what is wrong with them (field to words), and as kept: None where something is."""

    values: Mapping[str, str]
    errors: Mapping[str, str]
    kept: Mapping[str, str] | None


def typed(group: type[Group], post: Mapping[str, object]) -> dict[str, str]:
    """The group's fields as they were typed; what is not among them is left out."""
    return {name: value[:TYPED_MAX] for name in group.model_fields if isinstance(value := post.get(name, ""), str)}


def check(
    group: type[Group], values: Mapping[str, str], locale: Locale, context: Mapping[str, object] | None = None
) -> Checked:
    """Look at a group's values."""
    try:
        found = group.model_validate(dict(values), context=dict(context or {}))
    except ValidationError as error:
        wrong: dict[str, str] = {}
        for mistake in error.errors():
            field = str(mistake["loc"][0]) if mistake["loc"] else str(mistake.get("ctx", {}).get("field", ""))
            wrong.setdefault(field, words_of(field, mistake["type"], locale))
        return Checked(values, {name: wrong[name] for name in group.model_fields if name in wrong}, None)
    return Checked(values, {}, {name: str(value) for name, value in found.model_dump().items()})


def valid(group: type[Group], values: Mapping[str, str], context: Mapping[str, object] | None = None) -> bool:
    """Whether nothing is wrong with a group's values."""
    try:
        group.model_validate(dict(values), context=dict(context or {}))
    except ValidationError:
        return False
    return True


def answered(group: type[Group], values: Mapping[str, str]) -> bool:
    """Whether the group has been answered at all."""
    return all(name in values for name in group.model_fields)
