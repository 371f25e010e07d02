"""Letters by mail: a template's first line is the subject, the rest the text."""

from dataclasses import dataclass
from typing import Any

from rostrum.house import House
from rostrum.identity.secrets import new_id
from rostrum.record.journal import Write


@dataclass(frozen=True)
class Letter:
    """A mail's words."""

    subject: str
    body: str


def letter(house: House, language: str, template: str, **model: Any) -> Letter:
    """The letter of a template (`mail/….txt`) in a language."""
    text = house.templates.render(language, template, model)
    subject, _, body = text.strip().partition("\n")
    return Letter(" ".join(subject.split()), body.strip() + "\n")


def queued(house: House, session_id: str, recipient: str, language: str, words: Letter) -> Write:
    """A write that puts a letter into the outbox, in the transaction of what it tells of."""
    return house.outbox.queue(
        new_id(),
        session_id=session_id,
        recipient=recipient,
        subject=words.subject,
        body=words.body,
        language=language,
        now=house.clock(),
    )
