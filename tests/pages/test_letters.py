"""Every mail in every language: HTML as the text, a subject that names nobody, a discreet one that says nothing."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from rostrum.assembly.sitting import MeetingKind, MeetingState
from rostrum.i18n import LANGUAGES
from rostrum.letter import Button, Figure, Letter, Paragraph, together
from rostrum.pages.letters import letter, neutral
from rostrum.reads.programme import PlannedMeeting
from rostrum.webroot import web_root
from tests.support.app import Running

TEMPLATES = sorted(
    f"mail/{path.name}"
    for path in (web_root() / "templates/mail").glob("*.txt")
    if path.name not in {"_letter.txt", "discreet.txt"}
)
SECRETS = {
    "name": "Given⟪name⟫",
    "member": "Member⟪name⟫",
    "titles": {code: f"Session⟪{code}⟫" for code in LANGUAGES},
    "question": "Question⟪words⟫\n\nand <b>more</b> & so on",
    "words": "Decision⟪words⟫",
    "reference": "R-⟪reference⟫",
    "organisation": "Organisation⟪name⟫",
}
URL = "https://example.org/l/abc?x=1&y=2"
MODEL = {
    **SECRETS,
    "link": URL,
    "url": URL,
    "code": "1234 5678",
    "expires_at": datetime(2027, 1, 2, tzinfo=UTC),
    "reason": "not-eligible",
    "changed": False,
    "evidence": ["registration"],
    "appeal_days": 14,
    "overturned": False,
    "what": "revised",
    "meeting": {"en": "Meeting⟪title⟫"},
    "at": datetime(2027, 1, 2, tzinfo=UTC),
    "zone": ZoneInfo("Africa/Dakar"),
    "zone_name": "Africa/Dakar",
    "meetings": [
        PlannedMeeting(
            "m",
            {"en": "Meeting⟪title⟫"},
            MeetingKind.PUBLIC,
            MeetingState.SCHEDULED,
            datetime(2027, 1, 2, tzinfo=UTC),
            True,
        )
    ],
}


class Words(HTMLParser):
    """The lines that a reader sees, and the addresses that links lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.lines, self.links, self.tags = [""], list[str](), set[str]()
        self._head = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self._head = tag == "head" or self._head
        if tag in {"p", "br", "h2"}:
            self.lines.append("")
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        self._head = self._head and tag != "head"

    def handle_data(self, data: str) -> None:
        if not self._head:
            self.lines[-1] += data


def shown(html: str) -> Words:
    words = Words()
    words.feed(html)
    words.lines = [" ".join(line.split()) for line in words.lines if line.strip()]
    return words


def of(running: Running, template: str, language: str) -> Letter:
    return letter(running.house, language, template, **MODEL)


def html_of(running: Running, language: str, words: Letter) -> str:
    return running.house.templates.render(language, "mail/layout.html", {"letter": words})


async def test_html_and_text_say_the_same_in_every_language(running: Running) -> None:
    assert len(TEMPLATES) >= 9
    for template in TEMPLATES:
        for language in LANGUAGES:
            told = of(running, template, language)
            assert "&#" not in told.plain, "text is no HTML"
            for one in (told, neutral(running.house, language, told), together([told, told], "Two")):
                text = html_of(running, language, one)
                html = shown(text)
                assert html.lines == [" ".join(line.split()) for line in one.plain.split("\n") if line], (
                    template,
                    language,
                )
                urls = re.findall(r"https?://\S+", one.plain)
                assert sorted(html.links) == sorted([*urls, *urls]), "the button, and the address in full beside it"
                assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in text
                assert not html.tags & {"img", "link", "script", "style", "iframe", "form", "object"}
            assert {part.url for part in told.parts if isinstance(part, Button)} == set(urls), "every link is a button"


async def test_no_subject_names_anybody_or_anything(running: Running) -> None:
    for template in TEMPLATES:
        for language in LANGUAGES:
            assert "⟪" not in of(running, template, language).subject, template


async def test_a_discreet_mail_says_nothing_but_where_to_read_on(running: Running) -> None:
    subjects = set()
    for template in TEMPLATES:
        for language in LANGUAGES:
            told = of(running, template, language)
            assert "⟪" in told.plain, "the test would else see nothing"
            quiet = neutral(running.house, language, told)
            subjects.add((language, quiet.subject))
            for text in (quiet.subject, quiet.plain, html_of(running, language, quiet)):
                assert "⟪" not in text, template
                assert told.subject not in text, template
            assert quiet.greeting == quiet.closing == ""
            kept = [part for part in told.parts if isinstance(part, Button | Figure)]
            left = [part for part in quiet.parts if isinstance(part, Button | Figure)]
            assert {getattr(part, "url", None) or part.text for part in kept if isinstance(part, Figure)} == {
                part.text for part in left if isinstance(part, Figure)
            }
            assert {part.url for part in kept if isinstance(part, Button)} == {
                part.url for part in left if isinstance(part, Button)
            }
    assert len(subjects) == len(LANGUAGES), "whatever it is about, the subject is the same"


@pytest.mark.parametrize("forged", ["\x1ehttps://evil.example\x1fOpen\x1e", "\x1d\x1d\x1d"])
async def test_no_word_makes_itself_a_button_or_ends_its_part(running: Running, forged: str) -> None:
    told = letter(running.house, "en", "mail/question.txt", **{**MODEL, "name": forged, "question": forged})
    assert [part.url for part in told.parts if isinstance(part, Button)] == [URL]
    assert told.greeting.startswith("Dear ")
    assert told.closing == "The secretariat"


def test_a_letter_is_what_it_was_after_it_was_kept() -> None:
    whole = Letter("S", "G", (Paragraph(("a", "b")), Button(URL, "w"), Figure("1")), "C")
    assert Letter.read(whole.kept()) == whole
    old = Letter.read({"subject": "S", "body": "one\ntwo\n\nthree\n"})
    assert old.plain == "one\ntwo\n\nthree\n"


def test_the_templates_are_all_seen() -> None:
    folder = Path(__file__).parents[2] / "web/templates/mail"
    assert {f"mail/{path.name}" for path in folder.glob("[!_]*.txt")} == {*TEMPLATES, "mail/discreet.txt"}
