"""compose.yaml and the Dockerfile fit the product, as far as that can be told without Docker."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from cluster.debian import Programs
from cluster.nginx import configuration
from tests.servers import ROOT
from webapp import env, parting

DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return found


def test_there_are_two_servers_on_one_database_and_broker(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert set(services) == {"database", "broker", "server-1", "server-2", "front"}
    environment = services["server-1"]["environment"]
    assert environment == services["server-2"]["environment"]
    assert "@database/" in environment["DATABASE_URL"]
    assert "//broker:" in environment["REDIS_URL"]


def test_the_servers_are_given_no_variable_that_is_not_a_setting(compose: dict[str, Any]) -> None:
    assert set(compose["services"]["server-1"]["environment"]) <= set(env.VARIABLES)


def test_every_secret_must_be_given_and_none_is_written_down() -> None:
    text = (ROOT / "compose.yaml").read_text()
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "DEMO_PASSWORD"):
        assert f"${{{name}:?}}" in text
    assert not re.search(r"(SECRET_KEY|PASSWORD): (?!\$)", text)


def test_only_nginx_is_reached_from_outside_and_only_from_this_machine(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["front"]
    assert all(port.startswith("127.0.0.1:") for port in services["front"]["ports"])


def test_whoever_is_waited_for_is_there_and_tells_that_it_is_well(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for service in services.values():
        for name in service.get("depends_on", {}):
            assert "healthcheck" in services[name]


def test_a_server_is_given_the_time_it_takes_to_part(compose: dict[str, Any]) -> None:
    grace = compose["services"]["server-1"]["stop_grace_period"]
    assert float(grace.removesuffix("s")) > parting.FINISH_SECONDS + 5


def test_what_the_images_copy_is_in_the_repository_and_is_sent(compose: dict[str, Any]) -> None:
    sent = set(re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE))
    copied = {
        name for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE) for name in line.split()
    }
    assert copied == sent
    known = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert copied <= {name.split("/")[0] for name in known}


def test_the_stages_that_are_built_are_there(compose: dict[str, Any]) -> None:
    stages = set(re.findall(r"^FROM \S+ AS (\S+)$", DOCKERFILE, re.MULTILINE))
    built = {service["build"]["target"] for service in compose["services"].values() if "build" in service}
    assert built == {"server", "front"} <= stages


def test_nginx_takes_the_configuration_that_the_image_makes(
    compose: dict[str, Any], programs: Programs, tmp_path: Path
) -> None:
    [code] = re.findall(r"python -c \"(.+)\"", DOCKERFILE)
    servers = re.findall(r"'(server-\d):8000'", code)
    assert set(servers) == {name for name in compose["services"] if name.startswith("server")}
    # Names of containers are known to Docker alone.
    (tmp_path / "nginx.conf").write_text(configuration(["127.0.0.1:1", "127.0.0.1:2"], "8000", Path("/srv/static")))
    tried = subprocess.run(
        [programs.nginx, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")], capture_output=True, text=True
    )
    assert tried.returncode == 0, tried.stderr
