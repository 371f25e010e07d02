"""docs/dependencies.md has a word for every package that we ask for."""

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_package_is_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    package = json.loads((ROOT / "package.json").read_text("utf-8"))
    asked = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["dev"],
        *project["dependency-groups"]["build"],
    ]
    names = {re.split(r"[\[<>=~! ]", requirement)[0] for requirement in asked}
    names |= package["devDependencies"].keys() | package["dependencies"].keys()
    page = (ROOT / "docs/dependencies.md").read_text("utf-8")
    rows = [re.split(r",\s*", row.split("|")[1].strip()) for row in page.splitlines() if row.startswith("|")]
    explained = {name for row in rows for name in row}
    short = {name: name.rpartition("-")[2] for name in names if name.startswith("@")}
    missing = {name for name in names if name not in explained and f"-{short.get(name)}" not in explained}
    assert not missing
