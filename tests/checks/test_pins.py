"""What is installed is pinned exactly, proved by hashes, and named without the address of any registry."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tools.vendor import listed

ROOT = Path(__file__).parents[2]
LISTS = ("constraints.txt", "constraints-run.txt", "constraints-build.txt")
REQUIREMENT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==(\S+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return {found[1].lower(): found[2] for found in REQUIREMENT.finditer((ROOT / name).read_text("ascii"))}


def package_lock() -> dict[str, Any]:
    packages: dict[str, Any] = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    return packages


@pytest.mark.parametrize("name", LISTS)
def test_every_python_package_is_pinned_with_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text("ascii")
    assert "://" not in text
    assert not re.search(r"^-", text, re.MULTILINE), "no option of a package client"
    entries = [entry for entry in re.split(r"\n(?=\S)", text.strip()) if not entry.startswith("#")]
    assert entries
    for entry in entries:
        assert REQUIREMENT.match(entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]


def test_what_runs_is_what_was_tested() -> None:
    everything = pins("constraints.txt")
    for name in LISTS[1:]:
        assert pins(name).items() <= everything.items()


def test_every_dependency_of_the_project_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = [
        (project["project"]["dependencies"], "constraints-run.txt"),
        (project["project"]["optional-dependencies"]["dev"], "constraints.txt"),
        (project["dependency-groups"]["build"], "constraints-build.txt"),
    ]
    for requirements, name in asked:
        names = {re.split(r"[\[<>=~! ]", requirement)[0].lower() for requirement in requirements}
        assert names <= pins(name).keys(), f"run `make lock`: {names - pins(name).keys()}"


def test_every_npm_package_has_its_integrity_and_no_address() -> None:
    for path, entry in package_lock().items():
        if path:
            assert entry["integrity"].startswith("sha512-"), path
            assert "resolved" not in entry, path


def test_npm_packages_are_asked_for_by_exact_version() -> None:
    package = json.loads((ROOT / "package.json").read_text("utf-8"))
    asked = package["dependencies"] | package["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in asked.values())
    assert {name: package_lock()[f"node_modules/{name}"]["version"] for name in asked} == asked


def test_what_browsers_get_comes_from_dependencies_and_with_its_licence() -> None:
    package = json.loads((ROOT / "package.json").read_text("utf-8"))
    sources = dict(listed(ROOT / "web/vendor.json"))
    for source in sources.values():
        assert any(source.startswith(f"{name}/") for name in package["dependencies"]), source
    for name in package["dependencies"]:
        assert any(source == f"{name}/LICENSE" for source in sources.values()), f"{name} comes without its licence"
    for target in sources:
        assert (ROOT / "web/vendor" / target).is_file(), f"{target} is missing: `make setup`"
