"""A file of instruments in the admin: shown first, taken when it is confirmed, and then all of it or nothing."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from market.admin import FILE_BYTES, InForm
from market.models import Instrument

IMPORT, CONFIRM = "/admin/market/instrument/import/", "/admin/market/instrument/process_import/"
KO = "symbol,name,currency,tick_size\nKO,Coca-Cola,USD,0.05\n"

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(admin_client: Client) -> Client:
    return admin_client


def upload(client: Client, content: str | bytes) -> HttpResponse:
    file = SimpleUploadedFile("instruments.csv", content.encode() if isinstance(content, str) else content)
    return client.post(IMPORT, {"import_file": file, "format": "0"})


def text(response: HttpResponse) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split()))


def confirmation(response: HttpResponse) -> dict[str, str]:
    return response.context["confirm_form"].initial


def test_a_file_is_shown_and_nothing_written_until_it_is_confirmed(client: Client) -> None:
    Instrument.objects.create(symbol="KO", name="Coke", currency="USD", lot_size=10)
    shown = upload(client, KO + "PEP,<b>Pepsi</b>,USD,\n")

    assert re.search(r"<del>Coke</del> <ins>Coca-Cola</ins>", shown.content.decode())
    assert "&lt;b&gt;Pepsi&lt;/b&gt;" in shown.content.decode()
    assert [name for (name,) in Instrument.objects.values_list("name")] == ["Coke"]

    done = client.post(CONFIRM, confirmation(shown), follow=True)
    assert "Import finished: 1 new, 1 updated, 0 deleted and 0 skipped instruments." in text(done)
    names = {each.symbol: (each.name, each.price_decimals, each.lot_size) for each in Instrument.objects.all()}
    assert names == {"KO": ("Coca-Cola", 2, 10), "PEP": ("<b>Pepsi</b>", 2, 1)}
    assert LogEntry.objects.count() == 2


def test_what_is_wrong_is_told_by_its_line_and_cannot_be_confirmed(client: Client) -> None:
    shown = upload(client, KO + "\npep,Pepsi,dollar,none\n")

    assert "confirm_form" not in shown.context
    [row] = shown.context["result"].invalid_rows
    assert (row.number, sorted(row.error_dict)) == (4, ["currency", "symbol", "tick_size"])
    assert "'none': Write 25000 or 1.1" in text(shown)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("symbol,name\n", "Line 1: the columns must be symbol, name, currency"),
        (KO + "KO,Again,USD,\n", "Line 3: KO appears twice."),
        (KO + 'PEP,"Pepsi,USD,\n', "Line 3: a quotation mark is opened and never closed."),
        (KO.encode() + b"PEP,Peps\xff,USD,\n", "Line 3: it is not UTF-8."),
        (KO + "PEP,Pep\0si,USD,\n", "Line 3: it contains a NUL character."),
        ("symbol,name,currency\n", "No valid data to import."),
        ("x" * (FILE_BYTES + 1), "at most 2,097,152 are read"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_why(client: Client, content: str | bytes, reason: str) -> None:
    shown = upload(client, content)

    assert reason in text(shown)
    assert "confirm_form" not in shown.context
    assert not Instrument.objects.exists()


def test_a_spreadsheet_s_byte_order_mark_is_no_part_of_a_name(client: Client) -> None:
    assert confirmation(upload(client, b"\xef\xbb\xbf" + KO.encode()))


def test_what_became_wrong_since_it_was_shown_is_not_taken_in_part(client: Client) -> None:
    form = InForm()
    form.save((KO + "PEP,Pepsi,USD,none\n").encode())
    wrong = {"import_file_name": form.name, "original_file_name": "instruments.csv", "format": "0"}

    said = text(client.post(CONFIRM, wrong, follow=True))

    assert "Nothing was imported: line 3: tick_size: 'none'" in said
    assert not Instrument.objects.exists()


def test_more_than_a_page_can_show_is_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("market.catalog.importing.MOST_SHOWN", 2)
    assert confirmation(upload(client, KO + "PEP,Pepsi,USD,\n"))
    assert "Line 4: at most 2 instruments are read at a time." in text(upload(client, KO + "P,Pep,USD,\nQ,Cue,USD,\n"))


@pytest.mark.parametrize(("name", "value"), [("format", "1"), ("format", "csv"), ("resource", "9")])
def test_a_confirmation_with_a_choice_that_is_not_there_is_refused(client: Client, name: str, value: str) -> None:
    forged = confirmation(upload(client, KO)) | {name: value}

    assert name in client.post(CONFIRM, forged).context["confirm_form"].errors
    assert not Instrument.objects.exists()


@pytest.mark.parametrize("name", ["", "a", "../../etc/passwd", "é", "====", "eHg="])
def test_a_forged_confirmation_is_refused(client: Client, name: str) -> None:
    forged = {"import_file_name": name, "original_file_name": "instruments.csv", "format": "0"}

    answer = client.post(CONFIRM, forged)

    assert "import_file_name" in answer.context["confirm_form"].errors
    assert not Instrument.objects.exists()


@pytest.mark.parametrize("may", [(), ("view_instrument",), ("view_instrument", "change_instrument")])
def test_whoever_may_not_add_and_change_instruments_may_not_import_them(may: tuple[str, ...]) -> None:
    person = User.objects.create_user("clerk", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=may))
    client = Client()
    client.force_login(person)

    assert upload(client, KO).status_code == 403
    assert client.post(CONFIRM, {}).status_code == 403
    if may:
        assert "Import" not in text(client.get("/admin/market/instrument/"))
