"""What the site shows beside the product: its icon where browsers ask for one, and what programmers read."""

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
    """For browsers that ask without having read a page; the icon's own name holds a hash, which an upgrade changes."""
    return HttpResponseRedirect(static(ICON), headers={"Cache-Control": "public, max-age=3600"})


@require_safe
def document(request: HttpRequest, name: str) -> HttpResponse:
    """A page of docs/ as it is written; the API's own page leads to it."""
    file = Path(settings.BASE_DIR, "docs", f"{name}.md")
    if name not in DOCUMENTS or not file.exists():
        raise Http404
    return HttpResponse(file.read_bytes(), content_type="text/plain; charset=utf-8")
