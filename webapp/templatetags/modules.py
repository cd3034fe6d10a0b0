"""`{% module_preloads 'js/main.js' %}`: preload links for a module and its imports, so that they load in parallel."""

from __future__ import annotations

import posixpath
import re
from functools import cache

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()

STATIC_IMPORT = re.compile(r'^(?:import|export|\})[^"\n]*\bfrom "(\.[^"]+)";', re.MULTILINE)


@register.simple_tag
def module_preloads(name: str) -> SafeString:
    """A `modulepreload` link for the module and each of its static imports, direct or indirect."""
    links = ((static(each),) for each in needed_by(name))
    return format_html_join("\n  ", '<link rel="modulepreload" href="{}">', links)


@cache
def needed_by(name: str) -> tuple[str, ...]:
    """The module, then its imports level by level. Modules of packages import nothing."""
    found = [name]
    for each in found:
        source = settings.BASE_DIR / "static" / each
        if not source.exists():
            continue
        for relative in STATIC_IMPORT.findall(source.read_text()):
            imported = posixpath.normpath(posixpath.join(posixpath.dirname(each), relative))
            if imported not in found:
                found.append(imported)
    return tuple(found)
