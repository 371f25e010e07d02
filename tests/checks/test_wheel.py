"""The wheel alone, without the repository: it has all that the server serves."""

import json
import shutil
import site
import subprocess
import sys
import urllib.request
import venv
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.programs import running
from tests.support.server import free_port

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Installed:
    """A virtual environment with the wheel in it."""

    folder: Path

    @property
    def rostrum(self) -> str:
        """The installed command."""
        return str(self.folder / "bin/rostrum")

    def python(self, code: str) -> str:
        """What the code prints, run outside the repository."""
        command = [str(self.folder / "bin/python"), "-c", code]
        return subprocess.run(command, check=True, capture_output=True, text=True, cwd=self.folder).stdout.strip()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel, built from a copy of what is tracked, and installed by pip where nothing of the repository is."""
    copy = tmp_path_factory.mktemp("source") / "rostrum"
    shutil.copytree(
        ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", "node_modules", "build", "var", ".*_cache", "tests")
    )
    dist = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(dist), str(copy)]
    subprocess.run(build, check=True, capture_output=True)
    shutil.rmtree(copy)
    (wheel,) = dist.iterdir()
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin/python"
    install = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "-qq",
        "--no-deps",
        "--no-index",
        str(wheel),
    ]
    subprocess.run(install, check=True)
    # the libraries are those of the tests; a .pth file leads to them, but not on to the editable Rostrum beside them
    packages = next(folder.glob("lib/python*/site-packages"))
    libraries = next(path for path in site.getsitepackages() if Path(path).is_relative_to(sys.prefix))
    (packages / "libraries.pth").write_text(f"{libraries}\n", "utf-8")
    return Installed(folder)


def test_it_is_the_wheels_own_code_and_files_that_run(installed: Installed) -> None:
    code = "import rostrum, rostrum.webroot as w; print(rostrum.__file__); print(w.web_root())"
    for path in installed.python(code).splitlines():
        assert Path(path).is_relative_to(installed.folder)


def test_pages_scripts_catalogues_and_what_npm_brought_are_inside(installed: Installed) -> None:
    web = Path(installed.python("from rostrum.webroot import web_root; print(web_root())"))
    wanted = {
        path.relative_to(ROOT / "web")
        for folder in ("templates", "static", "vendor", "locales")
        for path in (ROOT / "web" / folder).rglob("*")
        if path.is_file() and path.suffix != ".mo"
    }
    assert wanted
    assert {path for path in wanted if not (web / path).is_file()} == set()
    catalogues = list(web.glob("locales/**/*.po"))
    assert {path.parts[-3] for path in catalogues} == {"ar", "en", "es", "fr", "ru", "zh"}
    assert all(path.with_suffix(".mo").is_file() for path in catalogues)


def test_it_serves(installed: Installed, tmp_path: Path) -> None:
    version = subprocess.run([installed.rostrum, "--version"], check=True, capture_output=True, text=True).stdout
    assert version.startswith("rostrum")
    port = free_port()
    base = f"http://127.0.0.1:{port}"

    def ready() -> bool:
        try:
            with urllib.request.urlopen(f"{base}/readyz", timeout=2) as answer:
                return answer.status == 200 and isinstance(json.load(answer), dict)
        except OSError:
            return False

    environment = {"ROSTRUM_PORT": str(port), "ROSTRUM_MEDIA_PORT": "0", "ROSTRUM_METRICS_PORT": "0",
                   "ROSTRUM_DATA": str(tmp_path / "data")}  # fmt: skip
    with running([installed.rostrum, "demo"], environment=environment, log=tmp_path / "log", ready=ready):
        for path in ("/", "/apply/demo", "/vendor/idiomorph.js", "/vendor/licences/idiomorph.txt"):
            with urllib.request.urlopen(base + path, timeout=5) as answer:
                assert answer.status == 200
                assert answer.read()
