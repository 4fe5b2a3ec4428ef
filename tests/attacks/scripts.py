"""Forty ways of making a page run what somebody typed, and a bank in which they stand in every text.

Made inside a running Silun by: manage.py shell -c "from tests.attacks.scripts import make; make('FILE')"
"""

import json
import random

from django.apps import apps
from django.db import models, transaction
from django.test import Client

from apps.core.jobs import drain
from apps.core.triggers import triggers_dropped
from tests.attacks.places import every_page, with_others
from tests.everything.world import everything

CANARY = "canary.invalid"
ANSWER = "11111103"  # what a template language makes of the sums below
# Where it is meant to break out: the text of an element, the value of an attribute, an address, or a template language.
# Each calls x(its number), asks the canary's host for something, or makes an element that has no business there.
PAYLOADS = [
    ("text", "<script>x(0)</script>"),
    ("text", "<img src=q onerror=x(1)>"),
    ("text", "<svg onload=x(2)>"),
    ("text", "<svg><script>x(3)</script></svg>"),
    ("text", "<iframe srcdoc='<script>parent.x(4)</script>'></iframe>"),
    ("text", "<details open ontoggle=x(5)>d</details>"),
    ("text", "<input autofocus onfocus=x(6)>"),
    ("text", "<video><source onerror=x(7)></video>"),
    ("text", "<audio src=q onerror=x(8)></audio>"),
    ("text", "<math><mtext><table><mglyph><style><!--</style><img title='--><img src=q onerror=x(9)>'>"),
    ("text", "<noscript><p title='</noscript><img src=q onerror=x(10)>'></noscript>"),
    ("text", "<svg><animate onbegin=x(11) attributeName=x dur=1s>"),
    ("text", "<object data='javascript:x(12)'></object><img src=q onerror=x(12)>"),
    ("text", "<iframe src='javascript:parent.x(13)'></iframe>"),
    ("text", "<a href='javascript:x(14)' id=click>c</a>"),
    ("text", "<form action='javascript:x(15)'><button id=click>b</button></form>"),
    ("text", "<div onmouseover=x(16)>hover</div>"),
    ("text", "<style>@import '//canary.invalid/17';</style>"),
    ("text", "<link rel=stylesheet href=//canary.invalid/18>"),
    ("text", "<img src=//canary.invalid/19>"),
    ("text", "<script src=//canary.invalid/20></script>"),
    ("text", "</title><script>x(21)</script>"),
    ("text", "</textarea><script>x(22)</script>"),
    ("text", "</script><script>x(23)</script>"),
    ("text", "--><script>x(24)</script>"),
    ("text", "]]><script>x(25)</script>"),
    ("text", "<IMG SRC=q OnErRoR=x(26)>"),
    ("text", "<img/src='q'/onerror=x(27)>"),
    ("text", "<img src=q onerror=&#120;(28)>"),
    ("text", "<div style='background:url(//canary.invalid/29)'>s</div>"),
    ("attribute", "\"><script>x(30)</script>"),
    ("attribute", "\" onfocus=x(31) autofocus x=\""),
    ("attribute", "' onmouseover=x(32) x='"),
    ("attribute", "\" style=\"background:url(//canary.invalid/33)"),
    ("address", "javascript:x(34)"),
    ("address", "JaVa&Tab;Script&colon;x(35)"),
    ("address", "java\tscript:x(36)//"),
    ("template", "{{ 1234567 * 9 }}${1234567*9}<%= 1234567*9 %>#{1234567*9}"),
    ("template", "[c](javascript:x(38)) ![i](//canary.invalid/38) {{constructor.constructor('x(38)')()}}"),
    ("template", "\u2028\u2029\u202e＜script＞x(39)＜/script＞\\u003cscript\\u003ex(39)\\u003c/script\\u003e"),
]  # fmt: skip
# Columns that machines read; everything else that holds text gets the payloads.
STRUCTURE = {
    "code", "employee_no", "file", "format", "hash", "key", "media_type", "number", "page", "password", "path",
    "payload_hash", "query", "sha256", "signature", "task", "username", "verb", "capability", "role", "kind", "level",
    "section", "subject_code", "measure", "part", "short_code", "previous_hash", "digest", "lease", "email", "mobile",
}  # fmt: skip
SHORT = 30  # shorter columns hold codes


def all_payloads(seed) -> str:
    """The forty in one text, another one first in each place."""
    turned = [payload for _where, payload in PAYLOADS]
    first = random.Random(seed).randrange(len(turned))
    return " ".join(turned[first:] + turned[:first])


def make(path):
    """Build the bank, write the payloads into every text of it, and leave in a file who opens which page."""
    with transaction.atomic():
        house = with_others(everything())
    drain()
    with triggers_dropped():
        places = written_over(house)
    sessions, todo = {}, []
    for name, user, address in every_page(house):
        if user.pk not in sessions:
            client = Client()
            client.force_login(user, backend="apps.org.adapters.AccountBackend")
            sessions[user.pk] = client.cookies["sessionid"].value
        todo.append([name, sessions[user.pk], address])
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"pages": todo, "places": places}, file)


def written_over(house) -> list[str]:
    """The names of the columns that hold the payloads now, and of the documents in which texts were replaced."""
    done = []
    for model in apps.get_models():
        if not model._meta.app_config.name.startswith("apps.") or model._meta.label == "core.Job":
            continue
        for field in model._meta.concrete_fields:
            name = f"{model._meta.label}.{field.name}"
            if isinstance(field, models.JSONField):
                done += [name] * sum(in_document(model, field, row) for row in model._base_manager.all())
            elif free_text(field):
                for row in model._base_manager.all():
                    model._base_manager.filter(pk=row.pk).update(**{field.name: text_for(name, row.pk)})
                    done.append(name)
    return sorted(set(done))


def free_text(field) -> bool:
    if not isinstance(field, models.CharField | models.TextField) or isinstance(field, models.FileField):
        return False
    machine = field.choices or field.primary_key or field.name in STRUCTURE or "hash" in field.name
    return not machine and (field.max_length is None or field.max_length > SHORT)


def text_for(name, pk) -> str:
    if name.endswith("url"):
        return PAYLOADS[34 + pk % 3][1]
    return f"{pk} {all_payloads(f'{name}{pk}')}"


def in_document(model, field, row) -> bool:
    """Texts of people in a JSON column; what only machines read has no Chinese in it."""
    before = getattr(row, field.attname)
    after = replaced(before, f"{model._meta.label}{row.pk}")
    if after != before:
        model._base_manager.filter(pk=row.pk).update(**{field.name: after})
    return after != before


def replaced(value, seed):
    if isinstance(value, dict):
        return {key: replaced(one, seed) for key, one in value.items()}
    if isinstance(value, list):
        return [replaced(one, seed) for one in value]
    if isinstance(value, str) and any("\u4e00" <= letter <= "\u9fff" for letter in value):
        return all_payloads(seed)
    return value
