"""What every answer of the site carries, and who may see what without signing in."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client
from redis import Redis
from rest_framework.authtoken.models import Token

from tests.servers import PASSWORD, ROOT
from tests.tables import failing
from webapp.launch.embedded_redis import EmbeddedRedis
from webapp.launch.secret import redis_prefix, secret_key
from webapp.middleware import StaticFiles


@pytest.fixture
def signed_in(alice: User) -> Client:
    client = Client()
    client.force_login(alice, "django.contrib.auth.backends.ModelBackend")
    return client


def test_the_page_allows_scripts_and_styles_of_its_own_origin_alone(signed_in: Client) -> None:
    answer = signed_in.get("/")

    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def test_the_one_style_sheet_that_a_library_writes_into_the_page_is_allowed_and_no_other(signed_in: Client) -> None:
    library = ROOT / "node_modules/lightweight-charts/dist/lightweight-charts.standalone.production.mjs"
    [written] = re.findall(r'createElement\("style"\),this\.\w+\.innerText="([^"]+)"', library.read_text())
    digest = b64encode(sha256(written.encode()).digest()).decode()

    policy = signed_in.get("/").headers["Content-Security-Policy"]

    [styles] = [rule for rule in policy.split("; ") if rule.startswith("style-src ")]
    assert styles == f"style-src 'self' 'sha256-{digest}'"


def test_every_answer_isolates_itself_from_other_origins(signed_in: Client) -> None:
    headers = signed_in.get("/").headers

    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"


def test_an_answer_to_an_ended_session_leaves_the_cookie_to_a_newer_one(alice: User, client: Client) -> None:
    client.cookies["sessionid"] = "that-of-a-session-that-has-ended-1"
    for path in ("/", "/api/me/", "/accounts/login/"):
        assert "sessionid" not in client.get(path).cookies

    client.force_login(alice)
    assert client.get("/api/me/").json()["user"] == "alice"
    assert client.post("/accounts/logout/").cookies["sessionid"].value == ""


def test_nobody_sees_the_page_without_signing_in(db: None) -> None:
    answer = Client().get("/")

    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", ["/api/orders/", "/api/events/", "/api/me/", "/api/instruments/", "/api/demo/"])
def test_the_api_asks_programs_to_sign_in_in_its_own_words(db: None, path: str) -> None:
    answer = Client().get(path)

    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthenticated"


def test_an_unknown_api_path_answers_json(signed_in: Client) -> None:
    answer = signed_in.get("/api/nothing/")

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_a_write_to_a_path_without_its_last_slash_is_not_found_and_never_sent_elsewhere(
    signed_in: Client, administrator: User
) -> None:
    def refused(client: Client, method: str, path: str) -> str:
        answer = client.generic(method, path, b"{}", "application/json")
        assert answer.status_code == 404, answer
        assert "Location" not in answer.headers
        return answer.headers["Content-Type"]

    def check(method: str, path: str) -> None:
        assert refused(signed_in, method, path) == "application/json"

    paths = [
        "orders",
        "orders/1",
        "orders/1/cancel",
        "orders/1/executions",
        "orders/export",
        "token",
        "demo",
        "nothing",
    ]
    methods = ("POST", "PATCH", "PUT", "DELETE", "OPTIONS", "PROPFIND")
    assert failing([(method, f"/api/{path}") for path in paths for method in methods], check) == []
    assert failing([("POST", f"/api/{path}?a=/") for path in paths], check) == []

    told = signed_in.post("/api/token", {"username": "alice"}, "application/json").json()
    assert told == {"code": "not_found", "message": "Not found. Addresses of the API end in a slash."}

    client = Client()
    client.force_login(administrator, "django.contrib.auth.backends.ModelBackend")
    for path in ("/accounts/login", "/accounts/logout", "/admin", "/admin/orders/order/add", "/admin/nothing"):
        assert refused(client, "POST", path).startswith("text/html")


def test_a_reader_is_led_to_the_path_with_its_last_slash(signed_in: Client) -> None:
    for method in ("GET", "HEAD"):
        answer = signed_in.generic(method, "/api/orders?tab=working")
        assert (answer.status_code, answer.headers["Location"]) == (301, "/api/orders/?tab=working")


def test_health_answers_whatever_host_it_is_asked_for_and_no_other_address_does(
    db: None, settings: pytest.FixtureRequest
) -> None:
    settings.SECURE_SSL_REDIRECT = True  # type: ignore[attr-defined]  # as with TLS, over plain http
    for host in ("10.0.0.7:8000", "server-1", "anything.example", "[fe80::1]", "no host at all", ""):
        client = Client(headers={"host": host})
        assert client.get("/health/live").json() == {"status": "ok"}, host
        assert client.get("/health/ready").status_code == 200, host
    settings.SECURE_SSL_REDIRECT = False  # type: ignore[attr-defined]
    for path in ("/accounts/login/", "/api/me/", "/metrics", "/healthy", "/api/health/live"):
        assert Client(headers={"host": "anything.example"}).get(path).status_code == 400, path


def test_what_a_redirect_to_https_would_lose_is_refused_and_pages_are_led_there(
    alice: User, settings: pytest.FixtureRequest
) -> None:
    settings.SECURE_SSL_REDIRECT = True  # type: ignore[attr-defined]  # as with TLS, over plain http
    token = {"Authorization": f"Token {Token.objects.create(user=alice).key}"}

    def check(method: str, path: str, headers: dict[str, str]) -> None:
        answer = Client(headers=headers).generic(method, path, b"{}", "application/json")
        assert (answer.status_code, answer.headers.get("Location")) == (403, None)
        if path.startswith("/api/"):
            told = {"code": "forbidden", "message": "Use https://. Nothing was done."}
            assert answer.json() == told
        else:
            assert answer.headers["Content-Type"].startswith("text/plain")

    written = [
        *(("POST", path) for path in ("/api/orders/", "/api/token/", "/api/orders/1/cancel/", "/accounts/login/")),
        *(
            ("POST", "/admin/login/"),
            ("PATCH", "/api/orders/1/"),
            ("DELETE", "/api/orders/1/"),
            ("OPTIONS", "/api/me/"),
        ),
    ]
    read = [("GET", "/api/orders/"), ("GET", "/api/events/"), ("HEAD", "/")]
    requests = [(*each, headers) for each in written for headers in ({}, token)] + [(*each, token) for each in read]
    assert failing(requests, check) == []
    for path in ("/", "/accounts/login/?next=/", "/api/docs/", "/static/css/theme.css"):
        answer = Client().get(path)
        assert (answer.status_code, answer.headers["Location"]) == (301, f"https://testserver{path}")
    assert Client().post("/api/orders/", b"{}", "application/json", secure=True).status_code == 401


def test_the_pages_of_the_api_s_documentation_keep_to_the_policy(signed_in: Client) -> None:
    page = signed_in.get("/api/docs/")
    schema = signed_in.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"})

    scripts = re.findall(r"<script(?P<attributes>[^>]*)>(?P<inline>[^<]*)", page.content.decode())
    assert scripts
    assert all("src=" in attributes and not inline.strip() for attributes, inline in scripts)
    assert "https://" not in page.content.decode()
    assert "/api/orders/" in schema.json()["paths"]


def test_the_api_s_page_leads_back_and_to_what_programmers_read(signed_in: Client) -> None:
    page = signed_in.get("/api/docs/").content.decode()
    links = re.findall(r'<a href="([^"]+)"', page)
    assert links == ["/", "/api/docs/api/", "/api/docs/protocol/"]
    for name in ("api", "protocol"):
        answer = signed_in.get(f"/api/docs/{name}/")
        assert answer.content.decode() == (ROOT / "docs" / f"{name}.md").read_text()
        assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert signed_in.get("/api/docs/operations/").status_code == 404
    assert Client().get("/api/docs/api/").status_code == 302


def test_a_browser_that_asks_for_an_icon_by_habit_gets_the_site_s(db: None) -> None:
    answer = Client().get("/favicon.ico")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/static/img/icon.svg")


def test_health_and_metrics_are_there_for_machines(db: None) -> None:
    assert Client().get("/health/live").json() == {"status": "ok"}
    assert Client().get("/health/ready").json() == {"status": "ok", "database": "ok", "broker": "ok"}
    metrics = Client().get("/metrics").content.decode()
    assert re.search(r"^orders_events_published_total \d+\.0$", metrics, re.MULTILINE)
    assert re.search(r"^orders_sockets 0\.0$", metrics, re.MULTILINE)


def test_the_site_is_not_ready_without_its_broker_and_says_so_to_who_asks(
    db: None, settings: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> None:
    layer = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": ["redis://127.0.0.1:1"]}}
    settings.CHANNEL_LAYERS = {"default": layer}  # type: ignore[attr-defined]

    answer = Client().get("/health/ready")

    assert answer.status_code == 503
    assert answer.json()["broker"] == "down"
    assert caplog.records == []


def test_whether_the_broker_answers_is_asked_over_one_connection_and_found_out_after_each_restart(
    db: None, settings: pytest.FixtureRequest, tmp_path: Path
) -> None:
    broker = EmbeddedRedis(tmp_path)
    hosts = [f"unix://{broker.path}"]
    layer = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer", "CONFIG": {"hosts": hosts}}
    settings.CHANNEL_LAYERS = {"default": layer}  # type: ignore[attr-defined]

    def told(times: int = 1) -> set[str]:
        return {Client().get("/health/ready").json()["broker"] for _ in range(times)}

    assert told() == {"down"}
    for _ in range(2):
        broker.start()
        try:
            with Redis.from_url(hosts[0]) as client:
                before = client.info("stats")["total_connections_received"]
                assert told(5) == {"ok"}
                assert client.info("stats")["total_connections_received"] == before + 1
        finally:
            broker.stop()
        assert told() == {"down"}


def test_five_wrong_passwords_lock_the_name_for_this_address(alice: User) -> None:
    client = Client()
    for _ in range(5):
        client.post("/accounts/login/", {"username": "alice", "password": "wrong"})

    answer = client.post("/accounts/login/", {"username": "alice", "password": PASSWORD})

    assert answer.status_code == 429
    assert "_auth_user_id" not in client.session


def test_signing_in_leads_to_the_page_and_signing_out_back_again(alice: User) -> None:
    client = Client()

    entered = client.post("/accounts/login/", {"username": "alice", "password": PASSWORD})
    left = client.post("/accounts/logout/")

    assert entered.headers["Location"] == "/"
    assert left.headers["Location"].startswith("/accounts/login/")
    assert client.get("/").status_code == 302


def test_signing_out_by_a_link_does_nothing(signed_in: Client) -> None:
    assert signed_in.get("/accounts/logout/").status_code == 405
    assert signed_in.get("/").status_code == 200


def test_the_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "secret"

    first, second = secret_key("", file), secret_key("", file)

    assert first == second
    assert len(first) >= 50
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]
    assert secret_key("given", file) == "given"


def test_names_in_redis_are_the_same_for_one_secret_and_others_for_another() -> None:
    secrets = ["one" * 20, "two" * 20]
    first, second = map(redis_prefix, secrets)
    assert first == redis_prefix(secrets[0]) != second
    assert re.fullmatch("orders-[0-9a-f]{12}", first)


def test_a_production_environment_passes_django_s_own_security_checks() -> None:
    environment = os.environ | {
        "TLS": "on",
        "SECRET_KEY": "k" * 20 + "".join(map(chr, range(65, 122))),
        "ALLOWED_HOSTS": "orders.example.com",
    }
    checked = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )

    assert checked.returncode == 0, checked.stderr


def test_processes_that_start_at_once_agree_on_one_secret(tmp_path: Path) -> None:
    script = "import sys; from pathlib import Path; from webapp.launch.secret import secret_key;"
    script += "print(secret_key('', Path(sys.argv[1])))"
    command = [sys.executable, "-c", script, str(tmp_path / "secret")]
    started = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(6)]

    keys = {process.communicate(timeout=60)[0] for process in started}

    assert len(keys) == 1
    assert keys == {(tmp_path / "secret").read_text() + "\n"}
    assert list(tmp_path.iterdir()) == [tmp_path / "secret"]


def test_nobody_is_offered_to_reset_a_password_by_a_mail_that_is_never_sent(db: None) -> None:
    assert Client().get("/accounts/password_reset/").status_code == 404


def test_a_new_password_ends_other_browsers_and_keeps_this_one(alice: User) -> None:
    here, elsewhere = Client(), Client()
    for client in (here, elsewhere):
        client.post("/accounts/login/", {"username": "alice", "password": PASSWORD})
    typed = {"old_password": PASSWORD, "new_password1": "staple-battery-horse", "new_password2": "staple-battery-horse"}

    changed = here.post("/accounts/password_change/", typed)

    assert changed.headers["Location"] == "/accounts/password_change/done/"
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302


def test_five_wrong_passwords_for_a_token_lock_it_in_the_api_s_own_words(alice: User) -> None:
    answers = [
        Client().post("/api/token/", {"username": "alice", "password": word}, "application/json")
        for word in ["wrong"] * 5 + [PASSWORD]
    ]

    assert answers[-1].status_code == 429
    assert answers[-1].json()["code"] == "rate_limited"


def test_the_sign_in_sends_on_who_is_signed_in_and_nowhere_else_than_within_the_site(signed_in: Client) -> None:
    leads = {
        "": "/",
        "?next=/admin/": "/admin/",
        "?next=/%3Ftab%3Dall": "/?tab=all",
        "?next=/accounts/login/": "/",
        "?next=/accounts/login/%3Fnext%3D/": "/",
        "?next=http://testserver/accounts/login/": "/",
        "?next=https://evil.example/": "/",
        "?next=//evil.example/": "/",
        "?next=javascript:alert(1)": "/",
    }

    assert {query: signed_in.get(f"/accounts/login/{query}").headers.get("Location") for query in leads} == leads


def test_who_sends_the_form_is_signed_in_as_they_say_whoever_was_before(signed_in: Client, bob: User) -> None:
    signed_in.post("/accounts/login/", {"username": "bob", "password": PASSWORD})

    assert signed_in.get("/api/me/").json()["user"] == "bob"


@pytest.mark.parametrize("path", ["/accounts/login/", "/admin/login/"])
def test_each_sign_in_has_a_session_of_its_own_and_the_one_before_is_gone(administrator: User, path: str) -> None:
    client = Client()
    keys = []
    for _ in range(3):
        client.post(path, {"username": "admin", "password": PASSWORD})
        keys.append(client.session.session_key)

    assert len(set(keys)) == 3
    assert [Session.objects.filter(session_key=key).exists() for key in keys] == [False, False, True]


@pytest.mark.parametrize("path", ["/accounts/login/", "/admin/login/"])
def test_a_sign_in_that_fails_is_told_in_plain_words(alice: User, path: str) -> None:
    page = Client().post(path, {"username": "alice", "password": "wrong"}).content.decode()

    assert "Name and password do not match." in page
    assert "case-sensitive" not in page


@pytest.mark.parametrize("path", ["/accounts/login/", "/admin/login/"])
def test_who_is_locked_out_is_told_for_how_long(administrator: User, path: str) -> None:
    for _ in range(5):
        answer = Client().post(path, {"username": "admin", "password": "wrong"})

    assert answer.status_code == 429
    assert 890 < int(answer.headers["Retry-After"]) <= 900
    assert "Try again in 15 minutes" in answer.content.decode()


def test_what_is_injected_into_a_page_gets_at_no_device(signed_in: Client) -> None:
    policy = signed_in.get("/").headers["Permissions-Policy"]

    assert {"camera=()", "microphone=()", "geolocation=()", "payment=()"} <= set(policy.split(", "))


@pytest.mark.parametrize("path", ["/api/schema/", "/api/docs/", "/api/me/", "/api/nothing/"])
def test_no_cache_keeps_what_the_api_answers(signed_in: Client, path: str) -> None:
    assert signed_in.get(path).headers["Cache-Control"] == "private, no-store"


def test_what_lies_beside_the_static_files_is_not_served(tmp_path: Path) -> None:
    for name in ("staticfiles.json", ".stamp", "theme.css"):
        (tmp_path / name).write_text("x")
    static = StaticFiles(lambda request: HttpResponse(status=404))
    static.autorefresh = False

    static.add_files(str(tmp_path), prefix="/static/")

    assert {url for url in static.files if url.endswith(("staticfiles.json", ".stamp", "theme.css"))} == {
        "/static/theme.css"
    }
