"""What anybody may send without a sign-in leaves a line in the log, and no traceback."""

from __future__ import annotations

import logging

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def line_of(caplog: pytest.LogCaptureFixture) -> str:
    [record] = caplog.records
    assert (record.levelno, record.levelname, record.exc_info) == (logging.WARNING, "WARNING", None)
    return record.getMessage()


@pytest.mark.parametrize("path", ["/", "/api/me/", "/metrics"])
def test_a_host_that_is_none_of_the_site_s_is_named(path: str, caplog: pytest.LogCaptureFixture) -> None:
    assert Client(headers={"host": "anything.example"}).get(path).status_code == 400
    told = line_of(caplog)
    assert "'anything.example'" in told
    assert "ALLOWED_HOSTS" in told
    assert "\n" not in told


def test_a_form_of_a_thousand_fields_is_no_trouble_of_the_site_s(caplog: pytest.LogCaptureFixture) -> None:
    fields = {f"field-{number}": "1" for number in range(1100)}
    assert Client().post("/accounts/login/", fields).status_code == 400
    assert "DATA_UPLOAD_MAX_NUMBER_FIELDS" in line_of(caplog)
