"""A mail's words in parts, from which its plain text and its HTML are both made, so that they cannot differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar


@dataclass(frozen=True)
class Paragraph:
    """Lines of text."""

    lines: tuple[str, ...]
    kind: ClassVar = "paragraph"


@dataclass(frozen=True)
class Heading:
    """What the parts below it are about, where a mail holds several notices."""

    text: str
    kind: ClassVar = "heading"


@dataclass(frozen=True)
class Button:
    """A link: what it leads to in words, and its address, which is always shown in full."""

    url: str
    words: str
    kind: ClassVar = "button"


@dataclass(frozen=True)
class Figure:
    """Something to be typed elsewhere, such as a code."""

    text: str
    kind: ClassVar = "figure"


Part = Paragraph | Heading | Button | Figure


@dataclass(frozen=True)
class Invitation:
    """A meeting for the recipient's own calendar (RFC 5545, 5546).

    `uid` stays, `sequence` rises with every revision. `zone` is an IANA name. `place` is the site's address, or empty;
    calendars are shared with colleagues, so that a personal link never stands in one.
    """

    uid: str
    sequence: int
    cancelled: bool
    starts_at: datetime
    zone: str
    summary: str
    place: str


@dataclass(frozen=True)
class Letter:
    """A mail's words. `greeting` and `closing` may be empty."""

    subject: str
    greeting: str
    parts: tuple[Part, ...]
    closing: str
    invitations: tuple[Invitation, ...] = field(default=())

    @property
    def plain(self) -> str:
        """The mail as plain text."""
        blocks = (self.greeting, *(_plain(part) for part in self.parts), self.closing)
        return "\n\n".join(block for block in blocks if block) + "\n"

    def kept(self) -> dict[str, Any]:
        """The letter as JSON holds it."""
        return {
            "subject": self.subject,
            "greeting": self.greeting,
            "parts": [_kept(part) for part in self.parts],
            "closing": self.closing,
            "invitations": [_kept_invitation(each) for each in self.invitations],
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Letter":
        """The letter of what `kept` made."""
        if "body" in kept:
            # Queued by a version that knew plain text alone.
            blocks = str(kept["body"]).strip().split("\n\n")
            return cls(str(kept["subject"]), "", tuple(Paragraph(tuple(each.split("\n"))) for each in blocks), "")
        return cls(
            kept["subject"],
            kept["greeting"],
            tuple(_part(each) for each in kept["parts"]),
            kept["closing"],
            tuple(_invitation(each) for each in kept["invitations"]),
        )


def together(letters: Sequence[Letter], subject: str) -> Letter:
    """Several letters to one person as one; what is said alike in each is said once.

    Of a meeting that several of them tell of, only the newest invitation stays.
    """
    headed = len({letter.subject for letter in letters}) > 1
    parts: list[Part] = []
    invitations: dict[str, Invitation] = {}
    for letter in letters:
        if headed:
            parts.append(Heading(letter.subject))
        parts.extend(part for part in letter.parts if headed or part not in parts)
        for each in letter.invitations:
            if each.uid not in invitations or invitations[each.uid].sequence <= each.sequence:
                invitations[each.uid] = each
    first = letters[0]
    return Letter(subject, first.greeting, tuple(parts), first.closing, tuple(invitations.values()))


def _plain(part: Part) -> str:
    match part:
        case Paragraph():
            return "\n".join(part.lines)
        case Button():
            return f"{part.words}\n{part.url}"
        case Heading() | Figure():
            return part.text


_KINDS: Mapping[str, Any] = {each.kind: each for each in (Paragraph, Heading, Button, Figure)}


def _kept(part: Part) -> dict[str, Any]:
    return {"kind": part.kind, **vars(part)}


def _part(kept: Mapping[str, Any]) -> Part:
    fields: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in kept.items() if name != "kind"
    }
    part: Part = _KINDS[kept["kind"]](**fields)
    return part


def _kept_invitation(one: Invitation) -> dict[str, Any]:
    return {**vars(one), "starts_at": one.starts_at.isoformat()}


def _invitation(kept: Mapping[str, Any]) -> Invitation:
    return Invitation(**{**kept, "starts_at": datetime.fromisoformat(kept["starts_at"])})
