"""Writes the table of what is kept into a document, between its two marks: `python -m tools.retention_table FILE`."""

import sys
from pathlib import Path

from rostrum.retention import Lives
from rostrum.retention_table import KEPT, Kept, setting_of
from rostrum.settings import PREFIX

BEGIN, END = "<!-- retention: made by `make docs` -->", "<!-- end of retention -->"


def table() -> str:
    """What is kept as a Markdown table, in the table's order."""
    rows = [
        "| What | Fields and columns | What for | Who sees it | How long | Purged by |",
        "|---|---|---|---|---|---|",
    ]
    rows += [
        f"| {kept.what} | {_named(kept)} | {kept.why} | {kept.who} | {_long(kept)} | {kept.chore or 'nothing'} |"
        for kept in KEPT
    ]
    return "\n".join(rows)


def with_table(document: str) -> str:
    """The document with its table made anew. Raises ValueError where it has no marks."""
    before, _, rest = document.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError("the document lacks the marks for the table of retention")
    return f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}"


def _named(kept: Kept) -> str:
    dossiers = [f"dossier `{kind}`" for kind in kept.dossiers]
    return ", ".join([*(f"`{name}`" for name in (*kept.asked, *kept.columns)), *dossiers])


def _long(kept: Kept) -> str:
    days, setting = kept.days(Lives()), setting_of(kept)
    if not days:
        return kept.since
    told = f"{days} {'day' if days == 1 else 'days'}, {kept.since}"
    return f"{told} (`{PREFIX}{setting.upper()}`)" if setting else told


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(with_table(target.read_text("utf-8")), "utf-8")
