"""Why something failed, in one line whatever failed."""

from __future__ import annotations

from market.support.reasons import reason


def test_an_error_s_own_words_stand_on_one_line() -> None:
    assert reason(RuntimeError("no connection:\n\tConnection refused \n")) == "no connection: Connection refused"


def test_an_error_without_words_is_told_by_its_name() -> None:
    assert reason(TimeoutError()) == "TimeoutError"
    assert reason(RuntimeError(" \n ")) == "RuntimeError"


def test_what_the_system_refuses_is_told_without_its_number() -> None:
    assert reason(FileNotFoundError(2, "No such file or directory", "day.csv")) == "No such file or directory"
    assert reason(OSError("Multiple exceptions")) == "Multiple exceptions"
    assert reason(OSError()) == "OSError"
