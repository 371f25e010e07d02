"""Brings the catalogues up to date with the messages in templates and code: `python -m rostrum.i18n.extract`."""

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from rostrum.i18n.locale import DOMAIN, LANGUAGES
from rostrum.webroot import web_root

METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
OPTIONS = {
    "**.html": {"newstyle_gettext": "true", "trimmed": "false", "extensions": "", "silent": "false"},
    "**.txt": {"silent": "false"},
}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}


def messages() -> Catalog:
    """Every message that pages, mails and code hold now."""
    catalog = Catalog(charset="utf-8")
    for folder in (Path(__file__).parents[1], web_root() / "templates"):
        for _, _, message, _, _ in extract_from_dir(folder, METHODS, OPTIONS, keywords=KEYWORDS):
            catalog.add(message)
    return catalog


def catalogue_path(code: str) -> Path:
    """The catalogue of a language."""
    return web_root() / "locales" / code / "LC_MESSAGES" / f"{DOMAIN}.po"


def updated(code: str, wanted: Catalog) -> Catalog:
    """A language's catalogue with exactly the messages that are wanted, its translations kept."""
    path = catalogue_path(code)
    known = read_po(io.BytesIO(path.read_bytes()), locale=code) if path.exists() else Catalog(locale=code)
    fresh = Catalog(locale=code, charset="utf-8", fuzzy=False)
    for message in wanted:
        if not message.id:
            continue
        old = known.get(message.id)
        fresh.add(message.id, old.string if old is not None and not old.fuzzy else None)
    return fresh


def text(catalog: Catalog) -> str:
    """A catalogue as its file holds it: sorted, without places or dates, so that a change shows only what changed."""
    file = io.BytesIO()
    write_po(file, catalog, width=0, no_location=True, omit_header=True, sort_output=True)
    plural = f"{catalog.plural_forms}"
    head = (
        'msgid ""\nmsgstr ""\n'
        f'"Language: {catalog.locale}\\n"\n'
        '"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Content-Transfer-Encoding: 8bit\\n"\n'
        f'"Plural-Forms: {plural}\\n"\n\n'
    )
    return head + file.getvalue().decode().strip() + "\n"


def stale() -> Iterator[tuple[str, Path, str]]:
    """(language, path, what should be in it) of every catalogue that is not up to date."""
    wanted = messages()
    for code in LANGUAGES:
        path, fresh = catalogue_path(code), text(updated(code, wanted))
        if not path.exists() or path.read_text("utf-8") != fresh:
            yield code, path, fresh


if __name__ == "__main__":
    for _, path, fresh in stale():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(fresh, "utf-8")
