"""The image and the compose file, read closely: no container engine is there to run them, so nothing may be amiss."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from rostrum.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "docker/Dockerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((ROOT / "docker/compose.yaml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]


def stages() -> list[str]:
    return re.split(r"(?m)^(?=FROM )", DOCKERFILE)[1:]


def test_bases_are_pinned_to_a_release() -> None:
    bases = re.findall(r"(?m)^FROM (\S+)", DOCKERFILE)
    assert bases
    images = bases + [service["image"] for service in SERVICES.values()]
    assert all(re.search(r":\d+\.\d+(\.\d+)?([-.]|$)", image) for image in images), images


def test_the_image_runs_as_a_numbered_user_without_root_and_says_how_it_is() -> None:
    last = stages()[-1]
    assert re.search(r"(?m)^USER (?!0)\d+:(?!0)\d+$", last)
    assert last.index("USER ") < last.index("ENTRYPOINT ")
    assert re.search(r"(?m)^HEALTHCHECK .*\\\n\s+CMD \[", last)
    assert "readyz" in last


def test_the_image_holds_no_build_tools_and_no_secret() -> None:
    last = stages()[-1]
    assert not re.search(r"\b(make|gcc|build-essential|npm|nodejs|git)\b", last.replace("/usr/bin", ""))
    assert not re.search(r"(?i)(secret|password|token|key)\w*=", DOCKERFILE)
    assert "ADD " not in DOCKERFILE


def test_every_file_that_the_image_is_made_of_is_there_and_not_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    kept = {line[1:] for line in ignored if line.startswith("!")}
    copied = [name for line in re.findall(r"(?m)^COPY (?!--)(.+)$", DOCKERFILE) for name in line.split()[:-1]]
    assert copied
    for name in copied:
        assert (ROOT / name).exists(), name
        assert name in kept, f"{name} is ignored by .dockerignore"
    assert not [line for line in kept if line.startswith(("docker", ".git", "var", "tests"))]


@pytest.mark.parametrize("name", SERVICES)
def test_a_container_has_no_more_than_it_needs(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) in ([], ["NET_BIND_SERVICE"])
    assert "no-new-privileges:true" in service["security_opt"]
    assert service.get("network_mode") is None
    assert not service.get("privileged")
    assert {"mem_limit", "pids_limit", "cpus"} <= service.keys()
    for volume in service.get("volumes", []):
        source, _, rest = volume.partition(":")
        assert "docker.sock" not in source
        assert source in COMPOSE["volumes"] or rest.endswith(":ro"), volume


def test_what_is_secret_comes_by_files() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            assert name.endswith("_FILE") or not re.search("SECRET|PASSWORD|TOKEN|DATABASE_URL|SMTP", name), name
            assert "password" not in str(value) or str(value).startswith("/run/secrets/")
        assert set(service.get("secrets", [])) <= COMPOSE["secrets"].keys()


def test_the_database_has_no_way_out() -> None:
    assert SERVICES["database"]["networks"] == ["store"]
    assert COMPOSE["networks"]["store"] == {"internal": True}
    assert "ports" not in SERVICES["database"]


def test_the_application_is_given_settings_that_there_are() -> None:
    app = SERVICES["app"]
    names = {PREFIX + name.upper() for name in Settings.model_fields}
    assert app["environment"].keys() <= names
    assert {name.upper() for name in app["secrets"]} <= names
    assert set(re.findall(rf"{PREFIX}\w+", DOCKERFILE)) <= names


def test_each_media_worker_has_its_port_published() -> None:
    first, workers = (int(SERVICES["app"]["environment"][f"ROSTRUM_MEDIA_{name}"]) for name in ("PORT", "WORKERS"))
    ports = f"{first}-{first + workers - 1}"
    assert SERVICES["app"]["ports"] == [f"{ports}:{ports}/udp"]
    assert f"EXPOSE 8080/tcp {ports}/udp" in DOCKERFILE


def test_every_variable_is_explained_in_the_example() -> None:
    text = (ROOT / "docker/compose.yaml").read_text("utf-8")
    example = (ROOT / "docker/env.example").read_text("utf-8")
    assert set(re.findall(r"\$\{(\w+)", text)) == set(re.findall(r"(?m)^(\w+)=", example))


def test_secrets_are_made_once_and_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    made = []
    for _ in range(2):
        subprocess.run(["sh", str(ROOT / "docker/secrets.sh"), str(folder)], check=True)
        made.append({path.name: path.read_text("ascii") for path in folder.iterdir()})
    seen = made[0]
    assert made[1] == seen
    assert {Path(entry["file"]).name for entry in COMPOSE["secrets"].values()} == seen.keys()
    assert folder.stat().st_mode & 0o077 == 0
    assert len(seen["turn_secret"]) == 64
    assert seen["turn_secret"] != seen["database_password"]
    assert seen["database_password"] in seen["database_url"]
