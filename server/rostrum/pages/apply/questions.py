"""What is asked of an organisation and of each of its people, in the groups in which it is asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, Self
from zoneinfo import available_timezones

from pydantic import ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticCustomError

from rostrum.pages.apply.form import EMAIL, Group, line, paragraphs

Language = Literal["ar", "en", "es", "fr", "ru", "zh"]
Tick = Literal["", "yes"]
REMOTE_REASONS = ("cost", "visa", "health", "care", "duties", "climate", "unsaid", "other")
"""Why somebody takes part from far away; "unsaid" is as good as any other."""


class CategoryGroup(Group):
    """What is applied as."""

    category: str

    @field_validator("category")
    @classmethod
    def _one_that_applies(cls, value: str, info: ValidationInfo) -> str:
        if value not in (info.context or {}).get("categories", ()):
            raise PydanticCustomError("choose", "not a category")
        return value


class OrganisationGroup(Group):
    """Whose people they are."""

    organisation: line(200)  # type: ignore[valid-type]  # a function makes the annotation, so that its limits stand here
    country: line(100, 0) = ""  # type: ignore[valid-type]


class ContactGroup(Group):
    """The focal point: to whom the secretariat writes."""

    given_name: line(100)  # type: ignore[valid-type]
    family_name: line(100)  # type: ignore[valid-type]
    email: EMAIL
    function: line(150, 0) = ""  # type: ignore[valid-type]
    language: Language


class ReasonGroup(Group):
    """Why they want to take part."""

    reason: paragraphs(4000)  # type: ignore[valid-type]


class ConsentGroup(Group):
    """That what is written may be kept, and that those who are named know of it."""

    consent: Literal["yes"]


class PersonGroup(Group):
    """Who a member is."""

    given_name: line(100)  # type: ignore[valid-type]
    family_name: line(100)  # type: ignore[valid-type]
    email: EMAIL
    function: line(150, 0) = ""  # type: ignore[valid-type]


class ParticipationGroup(Group):
    """How a member takes part, and why from far away."""

    mode: Literal["remote", "hall"]
    remote_reason: Literal["", "cost", "visa", "health", "care", "duties", "climate", "unsaid", "other"] = ""
    remote_words: line(300, 0) = ""  # type: ignore[valid-type]

    @model_validator(mode="after")
    def _a_reason_where_remote(self) -> Self:
        if self.mode == "remote" and not self.remote_reason:
            raise PydanticCustomError("choose", "no reason", {"field": "remote_reason"})
        return self


class LanguagesGroup(Group):
    """In which languages a member listens and is written to, and by which clock."""

    interpretation: Literal["floor", "ar", "en", "es", "fr", "ru", "zh"]
    language: Language
    time_zone: str

    @field_validator("time_zone")
    @classmethod
    def _one_that_there_is(cls, value: str) -> str:
        if value not in time_zones():
            raise PydanticCustomError("choose", "not a zone")
        return value


class NeedsGroup(Group):
    """What a member needs to take part."""

    sign_language: Tick = ""
    captions: Tick = ""
    extended_time: Tick = ""
    needs_words: paragraphs(1000, 0) = ""  # type: ignore[valid-type]


class ProtectionGroup(Group):
    """What protects a member. Kept apart from everything else."""

    alias: line(100, 0) = ""  # type: ignore[valid-type]
    voice_only: Tick = ""
    unlisted: Tick = ""
    no_photograph: Tick = ""
    masked: Tick = ""


@cache
def time_zones() -> frozenset[str]:
    """The zones that can be chosen: those of places, and UTC."""
    places = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    return frozenset(zone for zone in available_timezones() if zone.startswith(places)) | {"UTC"}


@dataclass(frozen=True)
class Page:
    """A page of questions: its name in addresses, its fields, its template, and what is in its fields before."""

    name: str
    group: type[Group]
    template: str
    start: Mapping[str, str]


SECTIONS: tuple[Page, ...] = (
    Page("category", CategoryGroup, "apply/category.html", {}),
    Page("organisation", OrganisationGroup, "apply/organisation.html", {}),
    Page("contact", ContactGroup, "apply/contact.html", {}),
    Page("reason", ReasonGroup, "apply/reason.html", {}),
    Page("consent", ConsentGroup, "apply/consent.html", {}),
)
"""The pages on the organisation, in the order in which they are asked."""

MEMBER_PAGES: tuple[Page, ...] = (
    Page("person", PersonGroup, "apply/person.html", {}),
    Page("participation", ParticipationGroup, "apply/participation.html", {}),
    Page("languages", LanguagesGroup, "apply/languages.html", {"interpretation": "floor", "time_zone": "UTC"}),
    Page("needs", NeedsGroup, "apply/needs.html", {}),
    Page("protection", ProtectionGroup, "apply/protection.html", {}),
)
"""The pages on one member, in the order in which they are asked."""

MEMBER_FIELDS: tuple[str, ...] = tuple(
    name for page in MEMBER_PAGES if page.name != "protection" for name in page.group.model_fields
)
PROTECTED_FIELDS: tuple[str, ...] = tuple(ProtectionGroup.model_fields)
