"""The favicon, and the documents for programmers."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe

DOCUMENTS = frozenset({"api", "protocol"})
ICON = "img/icon.svg"


@require_safe
def icon(request: HttpRequest) -> HttpResponse:
    """The icon for browsers that request it without a page; its real name contains a hash that an upgrade changes."""
    return HttpResponseRedirect(static(ICON), headers={"Cache-Control": "public, max-age=3600"})


@require_safe
def document(request: HttpRequest, name: str) -> HttpResponse:
    """A page of docs/ as plain text; the API's page links to it."""
    file = Path(settings.BASE_DIR, "docs", f"{name}.md")
    if name not in DOCUMENTS or not file.exists():
        raise Http404
    return HttpResponse(file.read_bytes(), content_type="text/plain; charset=utf-8")
