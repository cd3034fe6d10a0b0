"""`{% module_preloads 'js/main.js' %}`: preload links for a module and its imports, so that they load in parallel."""

from __future__ import annotations

import posixpath
import re
from functools import cache
from pathlib import Path

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage, staticfiles_storage
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()

STATIC_IMPORT = re.compile(r'(?:^|(?<=;))(?:import|export|\})[^";\n]*\bfrom "(\.[^"]+)";', re.MULTILINE)


@register.simple_tag
def module_preloads(name: str) -> SafeString:
    """A `modulepreload` link for the module and each of its static imports, direct or indirect."""
    if settings.DEBUG or not isinstance(staticfiles_storage, ManifestStaticFilesStorage):
        urls = [static(each) for each in needed_by(settings.BASE_DIR / "static", name)]
    else:
        needed = needed_by(settings.STATIC_ROOT, staticfiles_storage.stored_name(name))
        urls = [f"{settings.STATIC_URL}{each}" for each in needed]
    return format_html_join("\n  ", '<link rel="modulepreload" href="{}">', ((url,) for url in urls))


@cache
def needed_by(folder: Path, name: str) -> tuple[str, ...]:
    """The module of this folder, then its imports level by level. Modules of packages import nothing."""
    found = [name]
    for each in found:
        source = folder / each
        if not source.exists():
            continue
        for relative in STATIC_IMPORT.findall(source.read_text()):
            imported = posixpath.normpath(posixpath.join(posixpath.dirname(each), relative))
            if imported not in found:
                found.append(imported)
    return tuple(found)
