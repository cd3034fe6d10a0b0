"""Rows 15 and 16: whoever sends what no decent client sends is shown out, and nobody else notices."""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Callable
from itertools import cycle

import pytest

from tests.faults.measures import Attack, delay, memory
from tests.faults.patience import anywhere
from tests.faults.report import Row
from tests.faults.rude import BINARY, CLOSE, CONTINUATION, PING, TEXT, Line, fragments, frame
from tests.faults.sabotage import environment as without
from tests.faults.site import Site
from tests.forms import scaled
from tests.servers import Server
from tests.stack.sockets import by_token
from tests.traders import Trader

STRIKES = 50
GROWTH_MB = 5.0
AGAIN_SECONDS = 0.5

GARBAGE = b"".join(frame(f"garbage {number}".encode()) for number in range(10_000))
MANY_FRAGMENTS = fragments(1_000_000)
PINGS = frame(b"x" * 100, PING) * 1_500 + frame(b"", CLOSE)
OVERSIZED: dict[str, Callable[[], bytes]] = {
    "1 MiB + 1": lambda: frame(b"x" * (1024 * 1024 + 1)),
    "64 KiB + 1": lambda: frame(b"x" * (64 * 1024 + 1)),
    "1 MiB in 32 frames": lambda: fragments(33, 32 * 1024),
    "100 MB": lambda: frame(b"x" * 100_000_000),
    "a million fragments": lambda: MANY_FRAGMENTS,
    "a million empty fragments": lambda: fragments(1_000_000, 0),
}
QUICK = ("1 MiB + 1", "64 KiB + 1", "1 MiB in 32 frames")
NONSENSE = {
    "malformed": b'{"type":"ping",',
    "no object": b"[1, 2, 3]",
    "a wrong type": b'{"type":"received","user":7,"seq":"many"}',
    "an unknown type": b'{"type":"open sesame"}',
    "arrays in arrays": b"[" * 60_000,
    "objects in objects": b'{"a":' * 10_000,
    "a deep field": b'{"type":"open","symbol":' + b"[" * 1_000 + b"]" * 1_000 + b"}",
    "half a character": b'{"type":"ping","client_time":"\\ud800"}',
    "a huge number": b'{"type":"received","seq":' + b"9" * 5_000 + b"}",
}


def answered(server: Server, trader: Trader, data: bytes, headers: dict[str, str] | None = None) -> int | None:
    """The code with which the server closes on whoever sends this."""
    with Line(server.port, by_token(trader) | (headers or {})) as line:
        sending = threading.Thread(target=line.send, args=[data])
        sending.start()
        code = line.close_code()
        sending.join()
    return code


def floods(server: Server, trader: Trader, *data: bytes) -> Attack:
    """One flood after another, again and again."""

    def attack(over: threading.Event) -> None:
        for flood in cycle(data):
            answered(server, trader, flood)
            if over.wait(AGAIN_SECONDS):
                return

    return attack


def growth(server: Server, trader: Trader, data: bytes, times: int = 1) -> float:
    """MB that so many such attacks leave behind."""
    before = memory(server)
    for _ in range(times):
        answered(server, trader, data)
    return memory(server) - before


@anywhere
@pytest.mark.fault(15, "oversized messages")
@pytest.mark.parametrize(
    "what", [pytest.param(what, marks=[] if what in QUICK else pytest.mark.long_form) for what in OVERSIZED]
)
def test_an_oversized_message_ends_in_1009_and_is_not_kept(site: Site, row: Row, what: str) -> None:
    [server, *_], trader = site.servers, site.trader()
    assert answered(server, trader, OVERSIZED["64 KiB + 1"]()) == 1009
    data = OVERSIZED[what]()

    # A connection that was closed is let go of after seconds: what is kept for good, the last round keeps as well.
    grown, codes = [], set()
    for times in (1, scaled(1, 10), scaled(1, 10)):
        before = memory(server)
        codes |= {answered(server, trader, data) for _ in range(times)}
        grown.append(memory(server) - before)

    row.figure(f"{what}: closed", codes, "1009")
    row.figure("memory grown by the first, MB", grown[0], f"<= {GROWTH_MB:g}")
    row.figure(f"by the last {scaled(1, 10)} of {scaled(2, 20)} more", grown[-1], f"<= {GROWTH_MB:g}")
    assert codes == {1009}
    row.at_most(grown[0], GROWTH_MB)
    row.at_most(grown[-1], GROWTH_MB)


@anywhere
@pytest.mark.fault(15, "a deflate bomb")
def test_compression_is_never_agreed_on_and_a_bomb_not_unpacked(site: Site, row: Row) -> None:
    [server, *_], trader = site.servers, site.trader()
    asking = {"Sec-WebSocket-Extensions": "permessage-deflate; client_max_window_bits"}
    bomb = frame(zlib.compress(b"0" * 50_000_000), rsv=4)
    with Line(server.port, by_token(trader) | asking) as line:
        assert b" 101 " in line.answer
        assert b"extensions" not in line.answer.lower()

    code = answered(server, trader, bomb, asking)
    grown = growth(server, trader, bomb, scaled(3, 50))

    row.figure("closed", code, "1002")
    row.figure("memory grown, MB", grown, f"<= {GROWTH_MB:g}")
    assert code == 1002
    row.at_most(grown, GROWTH_MB)


@anywhere
@pytest.mark.fault(16, "malformed and mistyped messages")
def test_nonsense_is_answered_until_the_last_strike_and_logged_by_nobody(site: Site, row: Row) -> None:
    [server, *_], trader = site.servers, site.trader()
    logged = len(server.log())
    struck: dict[str, int] = {}
    codes: dict[str, int | None] = {}
    for name, text in NONSENSE.items():
        with Line(server.port, by_token(trader)) as line:
            sending = threading.Thread(target=line.send, args=[frame(text) * 2 * STRIKES])
            sending.start()
            answers = list(line)
            sending.join()
        struck[name] = sum(json.loads(said)["type"] == "error" for opcode, said in answers if opcode == TEXT)
        codes[name] = int.from_bytes(answers[-1][1][:2], "big")

    row.figure("strikes until 4400", max(struck.values()), f"<= {STRIKES}")
    assert codes == dict.fromkeys(NONSENSE, 4400)
    assert struck == dict.fromkeys(NONSENSE, STRIKES)
    assert "ERROR" not in server.log()[logged:]


@anywhere
@pytest.mark.fault(16, "binary and broken text")
@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(frame(b"\0\1\2", BINARY) * STRIKES, 4400, id="binary"),
        pytest.param(frame(b"\xff\xfe"), 1007, id="no UTF-8"),
        pytest.param(frame(b'"\xf0\x9f'), 1007, id="half of UTF-8"),
        pytest.param(frame(b"x", 5), 1002, id="an unknown opcode"),
        pytest.param(frame(b"x" * 126, PING), 1002, id="a long ping"),
        pytest.param(frame(b"x", CONTINUATION), 1002, id="a continuation of nothing"),
    ],
)
def test_what_is_no_text_is_closed(site: Site, row: Row, data: bytes, code: int) -> None:
    [server, *_], trader = site.servers, site.trader()
    logged = len(server.log())

    found = answered(server, trader, data)

    row.figure("closed", found, str(code))
    assert found == code
    assert "ERROR" not in server.log()[logged:]


@pytest.mark.long_form
@anywhere
@pytest.mark.fault(16, "floods beside a neighbour: 10,000 garbage frames, a million fragments, pings")
def test_floods_do_not_delay_a_neighbour(site: Site, row: Row) -> None:
    [server, *_], trader = site.servers, site.trader()
    logged = len(server.log())

    found = delay(server, site.trader(), floods(server, trader, GARBAGE, MANY_FRAGMENTS, PINGS), 9)

    found.judge(row)
    assert answered(server, trader, GARBAGE) == 4400
    assert "ERROR" not in server.log()[logged:]


@pytest.mark.long_form
@pytest.mark.parametrize("site", ["embedded"], indirect=True)
def test_without_limits_floods_are_neither_ended_nor_borne(site: Site) -> None:
    trader, goodbye = site.trader(), frame(b"", CLOSE)
    with site.joined(**without("a_size_limit", "a_strike_limit", "fair_shares")) as server:
        assert answered(server, trader, OVERSIZED["1 MiB in 32 frames"]() + goodbye) != 1009
        assert growth(server, trader, fragments(250_000) + goodbye) > GROWTH_MB
        assert answered(server, trader, GARBAGE + goodbye) != 4400
        assert delay(server, site.trader(), floods(server, trader, GARBAGE + goodbye), 1, patience=1).is_noticed
