"""Says what is wrong with the catalogues: `python -m rostrum.i18n.check` ends with 1 where anything is."""

import re
import sys
from collections.abc import Iterator

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

from rostrum.i18n.extract import catalogue_path, stale
from rostrum.i18n.locale import LANGUAGES

SOURCE = "en"
"""The language of the messages themselves. In every other one each must be translated."""

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def faults(code: str) -> Iterator[str]:
    """What is wrong with a language's catalogue, a line each."""
    with catalogue_path(code).open("rb") as file:
        catalog = read_po(file, locale=code)
    for message in catalog:
        if not message.id:
            continue
        yield from (
            f"{code}: {fault}: {_source(message)!r}" for fault in _faults_of(message, code, catalog.num_plurals)
        )


def _faults_of(message: Message, code: str, plurals: int) -> Iterator[str]:
    strings = message.string if isinstance(message.string, (tuple, list)) else [message.string]
    filled = [string for string in strings if string]
    if len(filled) < len(strings) or not filled:
        if filled or code != SOURCE:
            yield "not translated" if not filled else "a plural form is missing"
        return
    if isinstance(message.id, (tuple, list)) and len(filled) != plurals:
        yield f"has {len(filled)} plural forms of {plurals}"
    wanted = set(PLACEHOLDER.findall(" ".join(message.id) if isinstance(message.id, (tuple, list)) else message.id))
    for string in filled:
        # A form for exactly one or two may say the number in words.
        if set(PLACEHOLDER.findall(string)) - wanted or (
            len(filled) == 1 and set(PLACEHOLDER.findall(string)) != wanted
        ):
            yield f"placeholders differ in {string!r}"


def _source(message: Message) -> str:
    return message.id[0] if isinstance(message.id, (tuple, list)) else str(message.id)


def main() -> int:
    """Print every fault; 1 where there is one."""
    found = [f"{path}: not up to date with the messages; run python -m rostrum.i18n.extract" for _, path, _ in stale()]
    for code in LANGUAGES:
        if catalogue_path(code).exists():
            found.extend(faults(code))
    for fault in found:
        sys.stdout.write(f"{fault}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
