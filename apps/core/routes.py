"""Paths of named routes, remembered: a page of ours names some hundred of them, and a list one more for each row."""

from functools import lru_cache

from django.conf import settings
from django.urls import get_script_prefix, reverse

_NUMBER = 987654321  # stands for the number until it is known


def path_of(name: str, pk: int | None = None) -> str:
    """The path of a route without arguments, or of one whose only argument is a thing's number. Raises NoReverseMatch."""
    if pk is None:
        return _path(name, get_script_prefix(), settings.ROOT_URLCONF)
    before, after = _path_around(name, get_script_prefix(), settings.ROOT_URLCONF)
    return f"{before}{pk}{after}"


@lru_cache(maxsize=2048)
def _path(name, prefix, urlconf):
    return reverse(name)


@lru_cache(maxsize=2048)
def _path_around(name, prefix, urlconf):
    return reverse(name, args=[_NUMBER]).split(str(_NUMBER))
