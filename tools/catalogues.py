"""Compiles the translation catalogues: `python -m tools.catalogues`. Only what changed is compiled again."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_all(locales: Path) -> None:
    """Write the `.mo` beside each `.po` under the folder that is newer than its `.mo`."""
    for catalogue in sorted(locales.glob("**/*.po")):
        compiled = catalogue.with_suffix(".mo")
        if compiled.exists() and compiled.stat().st_mtime >= catalogue.stat().st_mtime:
            continue
        with catalogue.open("rb") as source, compiled.open("wb") as target:
            write_mo(target, read_po(source))


if __name__ == "__main__":
    compile_all(Path("web/locales"))
