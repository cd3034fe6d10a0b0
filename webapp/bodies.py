"""Keeps no more of a request's body than the site reads; Daphne itself holds all of it, from whomever it comes."""

from __future__ import annotations

from typing import Any

from django.conf import settings


def keep_bodies_small() -> None:
    """What comes after the limit is dropped as it arrives; Django then answers 413 by the length that was declared.

    Replaces the one method of Daphne's request that stores a body. Does nothing under another server.
    """
    try:
        from daphne.http_protocol import WebRequest
    except ImportError:
        return
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1

    def handle_content_chunk(self: Any, data: bytes) -> None:
        self.content.write(data[: max(0, most - self.content.tell())])

    WebRequest.handleContentChunk = handle_content_chunk


def leave_forms_to_django() -> None:
    """Twisted takes a posted body's type apart, 0.2 ms, and a form as a whole, for nobody: Django reads it itself."""
    try:
        from daphne.http_protocol import WebRequest
    except ImportError:
        return
    begin = WebRequest.__init__

    def begin_without_forms(self: Any, *args: Any, **options: Any) -> None:
        begin(self, *args, **options)
        self._parsePOSTFormSubmission = False

    WebRequest.__init__ = begin_without_forms
