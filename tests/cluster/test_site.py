"""The cluster serves one site: whichever server answers, whoever listens, and static files from nginx itself."""

from __future__ import annotations

import fcntl
import http.client
import json
from contextlib import ExitStack
from pathlib import Path

import pytest

from cluster import debian, site
from cluster.debian import Programs
from cluster.parts import CannotStart
from cluster.site import Cluster
from tests.cluster.conftest import Command
from tests.servers import ROOT, Server
from tests.stack.sockets import Follower, by_session
from tests.traders import Trader


def hashed(name: str) -> str:
    names = json.loads((ROOT / "staticfiles" / "staticfiles.json").read_text())["paths"]
    return f"/static/{names[name]}"


def headers_of(server: Server, path: str, **sent: str) -> http.client.HTTPMessage:
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    try:
        client.request("GET", path, headers=sent)
        answer = client.getresponse()
        answer.read()
        assert answer.status == 200
        return answer.headers
    finally:
        client.close()


def test_an_order_placed_through_nginx_reaches_the_sockets_of_every_server_and_of_nginx(
    cluster: Command, front: Server, trader: Trader
) -> None:
    with ExitStack() as opened:
        ports = [cluster.port, *cluster.ports]
        followers = [opened.enter_context(Follower.of(trader, port=port)) for port in ports]
        followers.append(opened.enter_context(Follower(front, by_session(trader), trader.name)))
        for _ in range(4):
            trader.place()
        for follower in followers:
            follower.until(4)
            assert follower.seqs == [1, 2, 3, 4]


def test_both_servers_know_the_same_people_sessions_and_tokens(cluster: Command, trader: Trader) -> None:
    for port in cluster.ports:
        client = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        client.request("GET", "/api/me/", headers={"Cookie": f"sessionid={trader.session}"})
        assert json.load(client.getresponse())["user"] == trader.name
        client.close()


def test_hashed_static_files_come_from_nginx_and_are_kept_for_ever(front: Server) -> None:
    headers = headers_of(front, hashed("js/main.js"), **{"Accept-Encoding": "gzip"})

    assert headers["Server"] == "nginx"
    assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Content-Type"].startswith("text/javascript")
    for name in ("staticfiles.json", ".stamp"):
        assert (ROOT / "staticfiles" / name).exists()
        assert front.request("GET", f"/static/{name}")[0] == 404


def test_a_static_file_has_the_same_protecting_headers_from_nginx_as_from_the_server(
    cluster: Command, front: Server
) -> None:
    beside = cluster.server(cluster.ports[0])
    protecting = {"X-Content-Type-Options", "Referrer-Policy"}
    protecting |= {f"Cross-Origin-{name}" for name in ("Opener-Policy", "Embedder-Policy", "Resource-Policy")}

    ours, servers = (headers_of(server, hashed("js/main.js")) for server in (front, beside))

    assert {name: ours[name] for name in protecting} == {name: servers[name] for name in protecting}
    assert all(ours[name] for name in protecting)


def test_what_a_client_claims_to_be_its_address_does_not_keep_it_from_being_locked_out(
    front: Server, trader: Trader
) -> None:
    wrong = {"username": trader.name, "password": "not-this-one"}

    statuses = [
        front.request("POST", "/api/token/", wrong, **{"X-Forwarded-For": f"203.0.113.{number}"})[0]
        for number in range(7)
    ]

    assert statuses[0] == 400
    assert statuses[-1] == 429


def test_an_address_that_is_locked_out_does_not_lock_out_another_behind_the_same_proxy(
    cluster: Command, trader: Trader
) -> None:
    behind = cluster.server(cluster.ports[0])
    wrong = {"username": trader.name, "password": "not-this-one"}
    for _ in range(6):
        locked, _ = behind.request("POST", "/api/token/", wrong, **{"X-Forwarded-For": "203.0.113.7"})

    other, _ = behind.request("POST", "/api/token/", wrong, **{"X-Forwarded-For": "203.0.113.8"})

    assert (locked, other) == (429, 400)


def test_a_second_cluster_in_the_same_folder_refuses_in_one_line(
    cluster: Command, programs: Programs, environment: dict[str, str]
) -> None:
    with (
        pytest.raises(CannotStart, match=r"^The cluster already runs from this folder\.$"),
        Cluster(cluster.folder, programs, environment, port=0),
    ):
        pass
    assert cluster.are_ready()


def test_a_cluster_waits_for_what_is_left_of_one_that_was_killed_and_then_says_so(
    tmp_path: Path, programs: Programs, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "ENDING_SECONDS", 0.1)
    another = Cluster(tmp_path, programs, environment, port=0)

    with open(another.folder / "parts.lock", "w") as left:
        fcntl.flock(left, fcntl.LOCK_EX)
        with pytest.raises(CannotStart, match=r"is still running; `fuser \S+/parts\.lock` shows which\.$"), another:
            pass


def test_missing_packages_are_named_in_one_line_with_the_command_that_brings_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(debian, "SYSTEM", str(tmp_path))

    with pytest.raises(debian.Missing) as missing:
        debian.find()

    line = str(missing.value)
    assert line.endswith("Redis and nginx: apt-get install postgresql redis-server nginx")
    assert "\n" not in line
