"""The shape of the house: small files and functions, nothing left over, no foreign host."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILE_LINES_MAX = 450  # "about 400": more is a question to be answered by a split
FUNCTION_LINES_MAX = 70
LEFT_OVER = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X{3})\b")
REGISTRIES = tuple(".".join(parts) for parts in (
    ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("deb", "debian", "org"),
))  # fmt: skip
NAMES_NOT_ADDRESSES = ("http://www.w3.org/",)
"""Names of XML's kinds look like addresses, and nothing fetches them."""


@cache
def tracked() -> tuple[Path, ...]:
    """The repository's files, with those that aren't committed yet."""
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.split("\0")  # fmt: skip
    return tuple(path for path in (ROOT / name for name in sorted(names) if name) if path.is_file())


def texts(*endings: str, under: str = "") -> list[tuple[str, str]]:
    """Name and text of the files whose name ends so."""
    return [
        (str(path.relative_to(ROOT)), path.read_text("utf-8"))
        for path in tracked()
        if path.suffix in endings and str(path.relative_to(ROOT)).startswith(under)
    ]


@pytest.mark.parametrize("ending", [".py", ".js", ".css", ".html"])
def test_files_are_short(ending: str) -> None:
    long = {name: len(text.splitlines()) for name, text in texts(ending)}
    assert not {name: lines for name, lines in long.items() if lines > FILE_LINES_MAX}


def test_functions_are_short() -> None:
    long = []
    for name, text in texts(".py"):
        if "/migrations/versions/" in name:
            continue  # a migration is a list of tables, best read in one piece
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    long.append(f"{name}:{node.lineno} {node.name} has {lines} lines")
    assert not long


def test_nothing_is_left_to_be_done_later() -> None:
    everywhere = texts(".py", ".js", ".css", ".html", ".sh", ".toml", ".yaml", ".md")
    assert not [name for name, text in everywhere if LEFT_OVER.search(text)]


def test_no_file_names_a_package_registry() -> None:
    everywhere = texts(".py", ".js", ".css", ".html", ".sh", ".toml", ".yaml", ".yml", ".md", ".json", ".txt", "")
    assert not [name for name, text in everywhere for host in REGISTRIES if host in text]


def test_no_page_script_or_style_names_a_foreign_host() -> None:
    found = []
    for name, text in texts(".html", ".js", ".css", ".svg", under="web/"):
        for address in re.findall(r"(?:https?|wss?):?//[^\s\"'<>)]+", text):
            if not address.startswith(NAMES_NOT_ADDRESSES):
                found.append(f"{name}: {address}")
    assert not found


def test_no_page_has_a_script_or_style_inside() -> None:
    inline = re.compile(
        r"<script(?![^>]*\b(?:src=|type=\"application/json\"))[^>]*>|<style\b|\sstyle=|\son[a-z]+=\"|href=\"javascript:",
        re.IGNORECASE,
    )
    # A mail's own style is all that mail programs keep; no page includes it, and `test_letters` looks at what it does.
    pages = [each for each in texts(".html", under="web/templates/") if each[0] != "web/templates/mail/layout.html"]
    assert not [name for name, text in pages if inline.search(text)]


def test_a_button_that_only_a_script_answers_waits_for_it() -> None:
    buttons = [
        (name, button)
        for name, text in texts(".html", under="web/templates/")
        for button in re.findall(r'<button type="button"[^>]*>', text)
    ]
    assert buttons
    deaf = [pair for pair in buttons if not re.search(r"\s(?:hidden|disabled)\b", pair[1])]
    assert deaf == [], "a press before the script is there would be lost: see ui/press.js"


def test_every_script_and_style_is_used() -> None:
    readers = "\n".join(text for _, text in texts(".html", ".js", ".css", ".py"))
    unused = [name for name, _ in texts(".js", ".css", under="web/static/") if Path(name).name not in readers]
    assert not unused


def test_every_template_is_used() -> None:
    readers = "\n".join(text for _, text in texts(".html", ".py", ".txt"))
    folder = ROOT / "web/templates"
    templates = [path.relative_to(folder) for path in tracked() if path.is_relative_to(folder)]
    assert not [str(path) for path in templates if str(path) not in readers and path.name not in readers]
