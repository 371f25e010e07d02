"""Copies what browsers need out of `node_modules` into `web/vendor`, as `web/vendor.json` lists it.

A name that ends in a slash is a folder, and its files keep their names. What is no longer listed is removed.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

MODULES = Path("node_modules")
MANIFEST = Path("web/vendor.json")
VENDOR = Path("web/vendor")


def listed(manifest: Path) -> Iterator[tuple[str, str]]:
    """Each file's path under `web/vendor` and its path under `node_modules`."""
    for target, source in json.loads(manifest.read_text("utf-8")).items():
        if isinstance(source, str):
            yield target, source
        else:
            yield from ((target + path.rsplit("/", 1)[1], path) for path in source)


def copy_all() -> None:
    """Make `web/vendor` anew beside the old one, and change them over."""
    fresh = VENDOR.with_name("vendor.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for target, source in listed(MANIFEST):
        (fresh / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / source, fresh / target)
    shutil.rmtree(VENDOR, ignore_errors=True)
    fresh.rename(VENDOR)


if __name__ == "__main__":
    copy_all()
