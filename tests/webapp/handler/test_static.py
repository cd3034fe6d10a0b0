"""Static files come from the handler itself; pytest makes a warning on the way an error."""

from __future__ import annotations

from typing import Any

from tests.servers import ROOT
from tests.webapp import asgi

FILE = "js/page/announcer.js"


async def test_a_static_file_is_sent_whole_and_in_one_part(transactional_db: None, settings: Any) -> None:
    settings.WHITENOISE_USE_FINDERS = True
    async with asgi.site() as site:
        answer = await site.ask("GET", f"/static/{FILE}")
        head = await site.ask("HEAD", f"/static/{FILE}")

    content = (ROOT / "static" / FILE).read_bytes()
    assert (answer.status, answer.body) == (200, content)
    assert (head.status, head.body, head.headers["content-length"]) == (200, b"", str(len(content)))
    assert answer.parts == [content]
