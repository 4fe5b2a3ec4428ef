"""permissions.yaml: role × capability × relation. It feeds the code, the tests and the manual."""

from functools import cache
from pathlib import Path

import yaml
from django.conf import settings
from django.utils.translation import get_language

RELATIONS = ("own", "same_unit", "descendant", "ancestor", "elsewhere", "shared", "recused")


@cache
def _read() -> dict:
    document = yaml.safe_load(Path(settings.BASE_DIR, "permissions.yaml").read_text(encoding="utf-8"))
    if tuple(document["relations"]) != RELATIONS:
        raise ValueError("permissions.yaml: the relations are not those of the code")
    cells = {}
    for capability, entry in document["capabilities"].items():
        for role in document["roles"]:
            letters = entry["cells"].get(role)
            if letters is None or len(letters) != len(RELATIONS) or set(letters) - set("Y-"):
                raise ValueError(f"permissions.yaml: {capability}: {role}: write all seven cells, Y or -")
            if letters[-1] == "Y":
                raise ValueError(f"permissions.yaml: {capability}: {role}: who is recused has no access")
            cells[role, capability] = frozenset(
                r for r, letter in zip(RELATIONS, letters, strict=True) if letter == "Y"
            )
        if extra := set(entry["cells"]) - set(document["roles"]):
            raise ValueError(f"permissions.yaml: {capability}: unknown roles {sorted(extra)}")
    return {"roles": document["roles"], "capabilities": document["capabilities"], "cells": cells}


def roles() -> dict[str, dict]:
    return _read()["roles"]


def role_choices() -> list[tuple[str, str]]:
    return [(code, Label(role["label"])) for code, role in roles().items()]


def role_label(code: str) -> "Label":
    return Label(roles()[code]["label"])


def guarded(codes) -> bool:
    """Is one of these roles an administrator's, or one that moves money: signed in with a second factor?"""
    return any(roles()[code].get("second_factor", False) for code in codes)


def capability_label(capability: str):
    return Label(capabilities()[capability]["label"])


class Label:
    """A label in the language of the reader: permissions.yaml holds its own translations, so that it reads alone."""

    def __init__(self, words):
        self.words = words

    def __str__(self):
        return self.words.get(get_language() or "", self.words["en"])


def capabilities() -> dict[str, dict]:
    return _read()["capabilities"]


def cell(role: str, capability: str) -> frozenset[str]:
    """The relations in which this role has this capability. Raises LookupError for a capability nobody wrote down."""
    if capability not in _read()["capabilities"]:
        raise LookupError(f"permissions.yaml has no capability {capability!r}")
    return _read()["cells"].get((role, capability), frozenset())


def relation(thing_path: str, post_path: str) -> str:
    """How a thing's unit stands to a post's unit."""
    if thing_path == post_path:
        return "same_unit"
    if thing_path.startswith(post_path):
        return "descendant"
    if post_path.startswith(thing_path):
        return "ancestor"
    return "elsewhere"
