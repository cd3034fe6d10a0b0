"""compose.yaml and the Dockerfile fit the product, as far as that can be told without Docker."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from cluster import image
from cluster.debian import Programs
from cluster.nginx import configuration
from tests.servers import ROOT
from webapp import env
from webapp.server import graceful

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
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "DEMO_PASSWORD", "ADMIN_PASSWORD"):
        assert f"${{{name}:?}}" in text
    assert not re.search(r"(SECRET_KEY|PASSWORD): (?!\$)", text)


def test_what_an_operator_sets_reaches_the_servers(compose: dict[str, Any]) -> None:
    environment = compose["services"]["server-1"]["environment"]
    chosen = {"FEED", "FINNHUB_KEY", "PAPER_BROKER", "TLS", "QUOTES_PER_SECOND", "DATABASE_REPLICA_URL", "DEMO_PEOPLE"}
    chosen |= {name for name in env.VARIABLES if name.startswith(("ORDERS_", "SIGN_INS_"))}
    assert [name for name in sorted(chosen) if not environment[name].startswith(f"${{{name}:-")] == []


def test_a_build_of_today_and_one_of_next_month_are_made_of_the_same(compose: dict[str, Any]) -> None:
    images = [service["image"] for service in compose["services"].values() if "image" in service]
    images += re.findall(r"^FROM (\S+) AS", DOCKERFILE, re.MULTILINE)
    assert len(images) == 5
    assert [image for image in images if not re.search(r":\d+\.\d+(\.\d+)?-", image)] == []


def test_no_container_can_take_the_whole_machine_and_each_tells_that_it_is_well(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert {"mem_limit", "healthcheck", "restart"} <= service.keys()


def test_only_nginx_is_reached_from_outside_and_only_from_this_machine(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["front"]
    assert services["front"]["ports"] == ["127.0.0.1:${PORT:-8000}:8000"]


def test_whoever_is_waited_for_is_there_and_tells_that_it_is_well(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for service in services.values():
        for name in service.get("depends_on", {}):
            assert "healthcheck" in services[name]


def test_a_server_is_given_the_time_it_takes_to_part(compose: dict[str, Any]) -> None:
    grace = compose["services"]["server-1"]["stop_grace_period"]
    assert float(grace.removesuffix("s")) > graceful.FINISH_SECONDS + 5


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


def made_for_the_image(tls: str, capsys: pytest.CaptureFixture[str]) -> str:
    image.main(tls)
    return capsys.readouterr().out


def test_nginx_asks_again_and_again_where_a_server_is_that_was_made_anew(
    compose: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    made = made_for_the_image("off", capsys)
    servers = re.findall(r"^ +server (server-\d):8000 .*resolve;$", made, re.MULTILINE)
    assert set(servers) == {name for name in compose["services"] if name.startswith("server")}
    assert re.search(r"resolver 127\.0\.0\.11 ", made)


def test_nginx_believes_another_proxy_only_where_one_ends_tls_in_front_of_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    alone, behind = made_for_the_image("off", capsys), made_for_the_image("on", capsys)
    assert "X-Forwarded-Proto $scheme;" in alone
    assert "real_ip_header" not in alone
    assert "X-Forwarded-Proto https;" in behind
    assert "real_ip_header X-Forwarded-For;" in behind


@pytest.mark.parametrize("behind_tls", [False, True])
def test_nginx_takes_the_configuration(programs: Programs, tmp_path: Path, behind_tls: bool) -> None:
    # Names of containers are known to Docker alone, and older releases know no `resolve`.
    made = configuration(["127.0.0.1:1", "127.0.0.1:2"], "8000", Path("/srv/static"), behind_tls=behind_tls)
    (tmp_path / "nginx.conf").write_text(made)
    tried = subprocess.run(
        [programs.nginx, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")], capture_output=True, text=True
    )
    assert tried.returncode == 0, tried.stderr
