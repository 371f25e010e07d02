"""Letters by mail: from templates (`mail/….txt`) to their parts, and into the outbox.

Every template extends `mail/_letter.txt`; `{{ cut }}` parts its pieces, `{{ button(…) }}` and `{{ figure(…) }}` make
the parts that are no text. For who asked for protection only those two are kept, under words that say nothing.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from rostrum.house import House
from rostrum.identity.secrets import new_id
from rostrum.letter import Button, Figure, Invitation, Letter, Paragraph, Part
from rostrum.record.journal import Write
from rostrum.record.outbox import NewMail

CUT, MARK, FIELD = "\x1d", "\x1e", "\x1f"
"""Controls that no word in a model holds: each is taken out of it."""
_CONTROLS = dict.fromkeys(map(ord, (CUT, MARK, FIELD)))


def letter(house: House, language: str, template: str, **model: Any) -> Letter:
    """The letter of a template in a language. Raises ValueError where the template is none."""
    words = {name: _clean(value) for name, value in model.items()}
    marks = {"cut": CUT, "button": _button, "figure": _figure}
    pieces = house.templates.render(language, template, {**words, **marks}).split(CUT)
    if len(pieces) != 4:
        raise ValueError(f"{template} should extend mail/_letter.txt")
    subject, greeting, body, closing = (piece.strip() for piece in pieces)
    return Letter(" ".join(subject.split()), greeting, _parts(body), closing)


def queued(
    house: House,
    session_id: str,
    recipient: str,
    language: str,
    words: Letter,
    *,
    discreet: bool,
    hold: bool = False,
) -> Write:
    """A write that puts a letter into the outbox, in the transaction of what it tells of.

    `discreet`: it is to, or about, somebody who asked for protection. `hold`: it may wait for others to the same
    address, and become one mail with them.
    """
    mail = new_mail(house, session_id, recipient, language, words, discreet=discreet, hold=hold)
    return house.outbox.queue([mail], house.clock())


def new_mail(
    house: House, session_id: str, recipient: str, language: str, words: Letter, *, discreet: bool, hold: bool
) -> NewMail:
    """A letter to be queued, perhaps with others."""
    held_for = timedelta(minutes=house.settings.mail_digest_minutes) if hold else timedelta()
    told = neutral(house, language, words) if discreet else words
    return NewMail(new_id(), session_id, recipient, language, told, discreet, held_for)


def neutral(house: House, language: str, words: Letter) -> Letter:
    """A letter that tells nothing to whoever else reads it: where to read on, and what cannot be left out."""
    essential = [part for part in words.parts if isinstance(part, Button | Figure)]
    model = {
        "urls": [part.url for part in essential if isinstance(part, Button)],
        "figures": [part.text for part in essential if isinstance(part, Figure)],
    }
    told = letter(house, language, "mail/discreet.txt", **model)
    _ = house.templates.locales[language].gettext
    invitations = tuple(_hidden(each, _("Appointment")) for each in words.invitations)
    return replace(told, invitations=invitations)


def _hidden(invitation: Invitation, summary: str) -> Invitation:
    return replace(invitation, summary=summary, place="")


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.translate(_CONTROLS)
    if isinstance(value, Mapping):
        return {key: _clean(each) for key, each in value.items()}
    return [_clean(each) for each in value] if isinstance(value, list) else value


def _button(url: str, words: str) -> str:
    return f"{MARK}{url}{FIELD}{words}{MARK}"


def _figure(text: str) -> str:
    return f"{MARK}{text}{MARK}"


def _parts(body: str) -> tuple[Part, ...]:
    parts: list[Part] = []
    for position, piece in enumerate(body.split(MARK)):
        if position % 2:
            url, between, words = piece.partition(FIELD)
            parts.append(Button(url, words) if between else Figure(url))
        else:
            parts.extend(_paragraphs(piece))
    return tuple(parts)


def _paragraphs(text: str) -> list[Part]:
    blocks = [[line.strip() for line in block.split("\n") if line.strip()] for block in text.split("\n\n")]
    return [Paragraph(tuple(lines)) for lines in blocks if lines]
