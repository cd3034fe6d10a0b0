"""The websocket's door: who gets in, from which page, to which host, with what."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError
from django.utils import timezone

from orders.live.threads import in_thread
from orders.socket import auth, registry
from tests.sockets import Socket, session_headers, session_of, token_header

pytestmark = pytest.mark.django_db(transaction=True)


async def answer_of(*headers: tuple[bytes, bytes], host: str = "localhost") -> str:
    """refused in the handshake, signed out (4401), or the name of whoever was let in."""
    socket = Socket(*headers, host=host)
    if not await socket.connect():
        return "refused"
    frame = await socket.frame()
    if frame["type"] == "error":
        assert (frame["code"], frame["status"]) == ("unauthenticated", 401)
        assert await socket.frame() == {"type": "close", "code": 4401}
        return "signed out"
    await socket.leave()
    return str(frame["user"])


async def test_a_session_of_the_same_origin_gets_in(alice: User) -> None:
    session = await in_thread(session_of, alice)
    assert await answer_of(*session_headers(session)) == "alice"


async def test_a_token_gets_in_without_an_origin(alice: User) -> None:
    assert await answer_of(await in_thread(token_header, alice)) == "alice"


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "https://localhost",
        "http://localhost:8001",
        "http://localhost.evil.example",
        "http://evil.example/?http://localhost",
        "http://localhost@evil.example",
        "http://127.0.0.1",
        "null",
        "",
        "file://",
        "http://localhost:port",
        "http://alice@localhost",
        "http://localhost/",
        "http://localhost#",
        "http://localhost?",
        "http://localhost:80#@evil.example",
        "http://local host",
        "http://\tlocalhost",
        " http://localhost",
        "ws://localhost",
        "http://[",
    ],
)
async def test_a_session_from_another_origin_is_refused_in_the_handshake(alice: User, origin: str) -> None:
    session = await in_thread(session_of, alice)
    assert await answer_of(*session_headers(session, origin)) == "refused"


async def test_a_session_without_an_origin_is_refused(alice: User) -> None:
    cookie, _ = session_headers(await in_thread(session_of, alice))
    assert await answer_of(cookie) == "refused"


async def test_two_origins_are_none(alice: User) -> None:
    session = await in_thread(session_of, alice)
    extra = (b"origin", b"http://evil.example")
    assert await answer_of(*session_headers(session), extra) == "refused"


async def test_the_port_of_an_origin_counts(alice: User) -> None:
    headers = session_headers(await in_thread(session_of, alice), "http://localhost:8000")
    assert await answer_of(*headers, host="localhost:8000") == "alice"
    assert await answer_of(*headers, host="localhost:8001") == "refused"
    assert await answer_of(*session_headers(await in_thread(session_of, alice)), host="localhost:80") == "alice"


async def test_an_origin_may_be_written_with_its_usual_port_and_in_either_case(alice: User) -> None:
    session = await in_thread(session_of, alice)
    assert await answer_of(*session_headers(session, "HTTP://LocalHost:80")) == "alice"


@pytest.fixture
def behind_tls(settings: Any) -> None:
    settings.TLS = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


SECURE = (b"x-forwarded-proto", b"https")


async def test_behind_tls_a_page_of_this_host_is_one_of_https_alone(alice: User, behind_tls: None) -> None:
    session = await in_thread(session_of, alice)
    for origin in ("https://localhost", "https://localhost:443"):
        assert await answer_of(*session_headers(session, origin), SECURE) == "alice", origin
    for origin in ("http://localhost", "http://localhost:80", "http://localhost:443", "https://localhost:80"):
        assert await answer_of(*session_headers(session, origin), SECURE) == "refused", origin


async def test_behind_tls_a_handshake_that_did_not_come_by_it_is_refused(alice: User, behind_tls: None) -> None:
    session = session_headers(await in_thread(session_of, alice), "https://localhost")
    token = await in_thread(token_header, alice)
    for how in ([], [(b"x-forwarded-proto", b"http")], [SECURE, (b"x-forwarded-proto", b"http")]):
        assert await answer_of(*session, *how) == "refused", how
        assert await answer_of(token, *how) == "refused", how
    assert await answer_of(token, SECURE) == "alice"


async def test_without_tls_nobody_is_believed_who_says_to_have_come_by_it(alice: User) -> None:
    session = await in_thread(session_of, alice)
    assert await answer_of(*session_headers(session, "https://localhost"), SECURE) == "refused"
    assert await answer_of(*session_headers(session), SECURE) == "alice"


async def test_a_listed_origin_gets_in(alice: User, settings: Any) -> None:
    settings.ALLOWED_ORIGINS = ["https://orders.example.com"]
    session = await in_thread(session_of, alice)
    assert await answer_of(*session_headers(session, "https://orders.example.com")) == "alice"
    assert await answer_of(*session_headers(session, "https://orders.example.com:443")) == "alice"
    assert await answer_of(*session_headers(session, "http://orders.example.com")) == "refused"


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "localhost:8000@evil", "localhost:x"])
async def test_another_host_is_refused_even_with_a_token(alice: User, host: str) -> None:
    assert await answer_of(await in_thread(token_header, alice), host=host) == "refused"


async def test_nobody_gets_in_without_signing_in() -> None:
    assert await answer_of((b"origin", b"http://localhost")) == "signed out"


@pytest.mark.parametrize(
    "value",
    [
        "Token",
        "Token ",
        "Token nonsense",
        "Token a\u00e9b",
        "Bearer x",
        "Basic YTpi",
        "Token '; DROP TABLE",
        "",
        "x" * 9999,
    ],
)
async def test_a_wrong_token_does_not_get_in(alice: User, value: str) -> None:
    await in_thread(token_header, alice)
    assert await answer_of((b"authorization", value.encode("latin-1"))) == "signed out"


async def test_two_tokens_are_none(alice: User) -> None:
    token = await in_thread(token_header, alice)
    assert await answer_of(token, token) == "signed out"


async def test_a_token_is_asked_for_even_where_a_session_is_good(alice: User) -> None:
    session = await in_thread(session_of, alice)
    assert await answer_of(*session_headers(session), (b"authorization", b"Token nonsense")) == "signed out"


async def test_an_inactive_person_does_not_get_in(alice: User) -> None:
    headers = session_headers(await in_thread(session_of, alice))
    token = await in_thread(token_header, alice)
    await in_thread(User.objects.filter(pk=alice.pk).update, is_active=False)
    assert await answer_of(*headers) == "signed out"
    assert await answer_of(token) == "signed out"


async def test_an_expired_session_does_not_get_in(alice: User) -> None:
    session = await in_thread(session_of, alice)
    expired = type(session).get_model_class().objects.filter(session_key=session.session_key)
    await in_thread(expired.update, expire_date=timezone.now())
    assert await answer_of(*session_headers(session)) == "signed out"


async def test_a_session_from_before_a_password_change_does_not_get_in(alice: User) -> None:
    session = await in_thread(session_of, alice)
    alice.set_password("another one")
    await in_thread(alice.save)
    assert await answer_of(*session_headers(session)) == "signed out"


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "key",
    [
        "",
        "nonsense",
        "../../etc/passwd",
        "x" * 5000,
        "\u00e9",
        '"\\000aaaaaaaaaa"',
        '"aaaaaaaaaa\\000"',
        "\0aaaaaaaaaa",
    ],
)
async def test_a_made_up_session_does_not_get_in(key: str, settings: Any) -> None:
    cookie = f"{settings.SESSION_COOKIE_NAME}={key}".encode("latin-1")
    assert await answer_of((b"cookie", cookie), (b"origin", b"http://localhost")) == "signed out"


async def test_a_handshake_while_the_database_is_away_ends_with_a_moment_to_come_back_at(
    alice: User, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(scope: dict[str, Any]) -> None:
        raise OperationalError("connection refused\n\tIs the server running?")

    token = await in_thread(token_header, alice)
    with monkeypatch.context() as patch:
        patch.setattr(auth, "find_credentials", away)
        socket = Socket(token)
        assert await socket.connect()
        farewell = await socket.frame()
        assert (farewell["type"], farewell["reason"]) == ("going_away", "unavailable")
        assert registry.RESTART_MS <= farewell["reconnect_after_ms"] < registry.RESTART_MS + registry.RESTART_SPREAD_MS
        assert await socket.frame() == {"type": "close", "code": 1012}
        await socket.leave()
    assert await answer_of(token) == "alice"
    [told] = caplog.records
    assert told.message == "The database does not answer: connection refused Is the server running?"
    assert told.exc_info is None
