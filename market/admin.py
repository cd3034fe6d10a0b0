"""The instruments' admin: the only page that edits them, one by one or from a file that is shown before it is taken."""

from __future__ import annotations

import base64
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import PositiveSmallIntegerField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from import_export.admin import ImportMixin
from import_export.forms import ConfirmImportForm, ImportForm
from import_export.results import Result
from import_export.tmp_storages import BaseStorage

from market.catalog.admin_columns import amount_column
from market.catalog.importing import OPTIONAL, REQUIRED, InstrumentCsv, InstrumentResource, first_error
from market.models import Instrument
from market.support.reasons import reason
from market.values.csv_rows import BadLine
from market.values.forms import TextFormField, WholeFormField

FILE_BYTES = 2 * 1024 * 1024


class InstrumentForm(forms.ModelForm):
    class Meta:
        field_classes = {"name": TextFormField}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not name.strip():
            raise forms.ValidationError("Enter a name.")
        return name


class InForm(BaseStorage):
    """Keeps the file in the form that confirms it, so that any server can answer; its name is its content."""

    def save(self, data: bytes) -> None:
        self.name = base64.urlsafe_b64encode(data).decode()

    def read(self) -> str:
        return base64.urlsafe_b64decode(self.name).decode("utf-8-sig", "surrogateescape")

    def remove(self) -> None:
        pass


class UploadForm(ImportForm):
    def clean_import_file(self) -> Any:
        file = self.cleaned_data["import_file"]
        if file.size > FILE_BYTES:
            raise forms.ValidationError(f"The file has {file.size:,} bytes; at most {FILE_BYTES:,} are read.")
        return file


class ConfirmForm(ConfirmImportForm):
    format = forms.ChoiceField(choices=[("0", "csv")], widget=forms.HiddenInput)
    resource = forms.ChoiceField(choices=[("0", "instruments")], required=False, widget=forms.HiddenInput)

    def clean_import_file_name(self) -> str:
        name: str = self.cleaned_data["import_file_name"]
        try:
            InstrumentCsv().create_dataset(InForm(name=name).read())
        except (ValueError, BadLine) as error:
            raise forms.ValidationError("This is not the file that was shown.") from error
        return name


@admin.register(Instrument)
class InstrumentAdmin(ImportMixin, admin.ModelAdmin):
    form = InstrumentForm
    list_display = [
        *("symbol", "name", "currency", amount_column("tick_size"), amount_column("lot_size"), "price_decimals"),
        *("feed_symbol", "active"),
    ]
    list_filter = ["active", "currency"]
    formfield_overrides = {PositiveSmallIntegerField: {"form_class": WholeFormField}}
    search_fields = ["symbol", "name", "feed_symbol"]
    ordering = ["symbol"]
    resource_classes = [InstrumentResource]
    import_formats = [InstrumentCsv]
    import_template_name = "admin/market/import.html"
    import_form_class = UploadForm
    confirm_form_class = ConfirmForm
    tmp_storage_class = InForm

    def get_readonly_fields(self, request: object, obj: Instrument | None = None) -> list[str]:
        """Make the symbol of a stored instrument read-only, because orders refer to it."""
        return ["symbol"] if obj else []

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def get_import_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {"required": REQUIRED, "optional": OPTIONAL}

    def get_import_data_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_import_data_kwargs(**kwargs), "rollback_on_validation_errors": True}

    def add_data_read_fail_error_to_form(self, form: forms.Form, error: Exception) -> None:
        if not isinstance(error, BadLine):
            raise error
        form.add_error("import_file", reason(error).replace("line", "Line", 1))

    def process_result(self, result: Result, request: HttpRequest) -> HttpResponse:
        """The answer to a confirmed file; another person may have changed instruments since it was shown."""
        if (wrong := first_error(result)) is not None:
            messages.error(request, f"Nothing was imported: {wrong}")
            return HttpResponseRedirect(reverse("admin:market_instrument_import"))
        response: HttpResponse = super().process_result(result, request)
        return response
