"""What a log keeps of a request that Django refuses to read: one line, and not the way it took through the code."""

from __future__ import annotations

import logging


class OneLine(logging.Filter):
    """Lets everything pass as a warning without its traceback: anybody may send as many such requests as they like."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
        return True
