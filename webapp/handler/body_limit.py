"""Read a request's body, with the size limit of its view and a timeout for silent senders."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.core.exceptions import RequestAborted, RequestDataTooBig

from orders.api.json import SMALL_BYTES
from webapp import view_costs

KEPT_IN_MEMORY = 64 * 1024
# Timeout between two parts of a body.
SILENT_SECONDS = 60.0
# Stands for the headers of a request with credentials.
SIGNED_IN = [(b"authorization", b"")]


async def read(scope: dict[str, Any], receive: Callable[[], Any]) -> IO[bytes]:
    """The request's whole body, positioned at its start.

    Raises RequestDataTooBig above the view's limit, RequestAborted if the client disconnects, and TimeoutError.
    """
    most: int | None = None
    body: IO[bytes] = SpooledTemporaryFile(KEPT_IN_MEMORY)  # noqa: SIM115 – its reader closes it
    try:
        while True:
            async with asyncio.timeout(SILENT_SECONDS):
                message = await receive()
            if message["type"] == "http.disconnect":
                raise RequestAborted
            body.write(message.get("body", b""))
            if body.tell() > SMALL_BYTES:
                most = most or view_costs.most_bytes(_path(scope), scope["headers"])
                _refuse_beyond(most, body.tell(), scope)
            if not message.get("more_body", False):
                body.seek(0)
                return body
    except BaseException:
        body.close()
        raise


def _refuse_beyond(most: int, size: int, scope: dict[str, Any]) -> None:
    if size > most:
        more = view_costs.most_bytes(_path(scope), SIGNED_IN) > most
        without = " without a sign-in" if more else ""
        raise RequestDataTooBig(f"At most {most // 1024} KiB can be sent here{without}.")


def _path(scope: dict[str, Any]) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path") or "")
