"""Hatchling's hook: the wheel carries `web/` as `rostrum/web`, with what npm brought and compiled catalogues."""

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebHook(BuildHookInterface[Any]):
    """Adds the pages' files to a wheel. An editable install finds them in the checkout instead."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the catalogues and name what goes into the wheel; `version` is hatchling's word for its kind."""
        if version == "editable":
            return
        root = Path(self.root)
        if not (root / "web/vendor").is_dir():
            raise FileNotFoundError("web/vendor is missing: `make vendor` copies npm's files there")
        runpy.run_path(str(root / "tools/catalogues.py"))["compile_all"](root / "web/locales")
        build_data["force_include"][str(root / "web")] = "rostrum/web"
