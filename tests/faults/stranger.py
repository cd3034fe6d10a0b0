"""Floods a server: `python -m tests.faults.stranger PORT KIND CLIENTS`, until it is ended; a process of its own.

`sign-ins` guesses passwords of ever new names, `bodies` sends 4 MiB of small JSON values where a token is asked for,
`crumbs` a body there in chunks of a byte, and `lists` 4 MiB as a trader whose token is in TOKEN. Each client has a
connection and asks again at once.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterator
from itertools import count

VALUES = b'{"username":[' + b"{}," * 1_390_000 + b"1]}"
CRUMBS = b"1\r\n \r\n" * 20_000 + b"0\r\n\r\n"
LIST = b"[" + b"{}," * 1_390_000 + b"{}]"


def requests(kind: str, number: int) -> Iterator[bytes]:
    token = f"Authorization: Token {os.environ.get('TOKEN', '')}\r\n" if kind == "lists" else ""
    path = "/api/orders/" if kind == "lists" else "/api/token/"
    for turn in count():
        body = {"bodies": VALUES, "crumbs": CRUMBS, "lists": LIST}.get(kind)
        if body is None:
            body = json.dumps({"username": f"nobody-{number}-{turn}", "password": "guess"}).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{token}Content-Type: application/json\r\n"
        length = "Transfer-Encoding: chunked" if body is CRUMBS else f"Content-Length: {len(body)}"
        yield f"{head}{length}\r\n\r\n".encode() + body


async def flood(port: int, kind: str, number: int) -> None:
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for request in requests(kind, number):
                writer.write(request)
                await writer.drain()
                head = await reader.readuntil(b"\r\n\r\n")
                length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]
                await reader.readexactly(int(length))
        except (OSError, asyncio.IncompleteReadError):
            await asyncio.sleep(0.1)


async def main(port: int, kind: str, clients: int) -> None:
    await asyncio.gather(*(flood(port, kind, number) for number in range(clients)))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
