"""Jinja2 for pages, fragments and mails: strict, escaping, translated."""

import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from rostrum.i18n.locale import LANGUAGES, Locale, Locales
from rostrum.i18n.refusals import WORDS


class Templates:
    """Renders a template in a language."""

    def __init__(self, web_root: Path) -> None:
        self.locales = Locales(web_root / "locales")
        self._static = web_root / "static"
        self._environments = {code: self._environment(web_root / "templates", self.locales[code]) for code in LANGUAGES}

    def render(self, language: str, template: str, model: Mapping[str, Any]) -> str:
        """The template's text. Raises jinja2's errors, also where the model lacks what the template names."""
        return self._environments[language].get_template(template).render(model)

    def _environment(self, folder: Path, locale: Locale) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(folder),
            # Mails are plain text: in them "&amp;" would be a fault.
            autoescape=select_autoescape(enabled_extensions=("html",), disabled_extensions=("txt",), default=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
            locale.gettext, locale.ngettext, newstyle=True
        )
        environment.globals.update(
            locale=locale,
            languages=LANGUAGES,
            localised=locale.localised,
            duration=locale.duration,
            position=locale.position,
            refusal_words=WORDS,
            static=self._static_url(),
        )
        environment.filters.update(
            date=locale.date, time=locale.time, moment=locale.moment, number=locale.number, percent=locale.percent
        )
        return environment

    def _static_url(self) -> Callable[[str], str]:
        """An address that changes with the file's content, so that browsers may keep it for ever."""

        @cache
        def static(path: str) -> str:
            digest = hashlib.sha256((self._static / path).read_bytes()).hexdigest()[:12]
            return f"/static/{path}?v={digest}"

        return static
