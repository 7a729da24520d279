"""`{% url %}` with a memory. A list of fifty rows names a hundred addresses, most of them the same at the next look."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.template import defaulttags
from django.template.base import Parser, Token
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

register = template.Library()


@lru_cache(maxsize=8192)
def _address(name: str, args: tuple[str | int, ...], _prefix: str, _urls: Any) -> SafeString:
    return conditional_escape(reverse(name, args=args))


class RememberedUrl(defaulttags.URLNode):
    """An address that depends on nothing but its name and its arguments in order; any other is left to Django."""

    def render(self, context: Any) -> str:
        """Give the address, escaped."""
        name = self.view_name.resolve(context)
        args = tuple(arg.resolve(context) for arg in self.args)
        if self.kwargs or self.asvar or not isinstance(name, str) or not all(type(arg) in (str, int, SafeString) for arg in args):
            return super().render(context)
        return _address(name, args, get_script_prefix(), get_urlconf() or settings.ROOT_URLCONF)


@register.tag
def url(parser: Parser, token: Token) -> RememberedUrl:
    """Read it as Django does."""
    node = defaulttags.url(parser, token)
    return RememberedUrl(node.view_name, node.args, node.kwargs, node.asvar)
