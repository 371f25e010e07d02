"""Writes the table of settings into a document, between its two marks: `python -m tools.settings_table FILE`."""

import sys
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from rostrum.settings import PREFIX, SOURCES, Settings

BEGIN, END = "<!-- settings: made by `make docs` -->", "<!-- end of settings -->"


def table() -> str:
    """The settings as a Markdown table, in the order in which the class has them."""
    rows = ["| Variable | Default | What it sets |", "|---|---|---|"]
    rows += [f"| `{PREFIX}{name.upper()}` | {_default(field)} | {field.description} |" for name, field in
             Settings.model_fields.items()]  # fmt: skip
    rows += [f"| `{name}` | | {text} |" for name, text in SOURCES.items()]
    return "\n".join(rows)


def with_table(document: str) -> str:
    """The document with its table made anew. Raises ValueError where it has no marks."""
    before, _, rest = document.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError("the document lacks the marks for the table of settings")
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, SecretStr) or value in ("", ()):
        return ""
    return f"`{value}`"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(with_table(target.read_text("utf-8")), "utf-8")
