"""One-line log entries, without a traceback, for requests that Django refuses to read."""

from __future__ import annotations

import logging


class OneLine(logging.Filter):
    """Logs every record as a warning without its traceback: anyone can send any number of such requests."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
        return True
