"""Every file of the corpus at every place that takes a file: a plain sentence or a clean value, soon and in little memory.

Each is handed in in a process of its own, forked from this one: what it takes of memory is seen, and what it changes is
gone with it.
"""

import json
import os
import re
import resource
import traceback
from importlib import import_module
from pathlib import Path

import pytest
from django import forms as django_forms
from django.conf import settings
from django.test.client import BOUNDARY, MULTIPART_CONTENT
from django.urls import reverse

from apps.core.uploads import safe_name
from tests.corpus.make import CORPUS, NAMES
from tests.corpus.pictures import small
from tests.corpus.sheets import people_dates
from tests.corpus.texts import article, feed, readings

pytestmark = pytest.mark.hostile

PROMISED_S, PROMISED_MB = 2, 100
HARD_CAP_S = 10  # of the processor: a machine that does much else may be slow, but not so slow
# place → (route with what it needs, name of the field, the other fields, an honest file and its ending)
PLACES = {
    "page": ("insight:item_import", "?way=file", "officer", "file", {}, lambda: article(4_000), "html"),
    "feed": ("insight:item_import", "?way=feed", "officer", "file", {}, feed, "xml"),
    "people": ("org:import_new", "", "system", "file", {}, lambda: people_dates(False), "xlsx"),
    "readings": ("operations:reading_import", "", "lead", "file", {}, lambda: readings().encode(), "csv"),
    "attachment": ("core:attachment_add", "", "lead", "file", {"grade": "10"}, lambda: small("PNG"), "png"),
    "photos": (
        "insight:opportunity_file",
        "",
        "liaison",
        "photos",
        {"title": "题", "scene": "场景", "pain": "痛点", "idea": "想法"},
        lambda: small("PNG"),
        "png",
    ),
}
FORMS = {"FileImportForm", "FeedImportForm", "ImportForm", "ReadingFileForm", "FileForm", "OpportunityForm"}


def test_every_form_that_takes_a_file_is_among_the_places():
    for path in (Path(settings.BASE_DIR) / "apps").rglob("*.py"):
        if path.parent.name == "forms" or path.name in ("forms.py", "talk.py"):
            import_module(".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts))
    found = {
        cls.__name__
        for cls in all_of(django_forms.BaseForm)
        if cls.__module__.startswith("apps.")
        and any(
            isinstance(field, django_forms.FileField) for field in getattr(cls, "base_fields", {}).values()
        )
    }
    assert found == FORMS


def all_of(cls):
    return {found for sub in cls.__subclasses__() for found in {sub, *all_of(sub)}}


def address_of(house, place):
    route, query = PLACES[place][:2]
    kwargs = {
        "operations:reading_import": {"pk": house.product.pk},
        "core:attachment_add": {"kind": "projects.project", "pk": house.project.pk},
    }.get(route)
    return reverse(route, kwargs=kwargs) + query


def body_of(place, name, data):
    """What a browser sends, whatever the name: the test client would make it honest first."""
    _route, _query, _who, field, others, *_honest = PLACES[place]
    quoted = name.replace("\\", "\\\\").replace('"', '\\"').encode("utf-8", "surrogatepass")
    head = b'--%s\r\nContent-Disposition: form-data; name="%%s"' % BOUNDARY.encode()
    parts = [head % key.encode() + b"\r\n\r\n%s\r\n" % value.encode() for key, value in others.items()]
    parts.append(
        head % field.encode() + b'; filename="%s"\r\nContent-Type: application/octet-stream\r\n\r\n' % quoted
    )
    return b"".join([*parts, data, b"\r\n--%s--\r\n" % BOUNDARY.encode()])


def handed_in(client, house, place, name, data):
    """What came of it, from a process of its own: status, where it leads, the form's errors, the sum of the sheet, seconds, MB."""
    address, body = address_of(house, place), body_of(place, name, data)
    client.force_login(getattr(house, PLACES[place][2]))
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        try:
            told = _told(client, place, address, body)
        except BaseException:
            told = {"status": 500, "errors": traceback.format_exc()[-1500:], "seconds": 0, "mb": 0, "to": ""}
        os.write(theirs, json.dumps(told).encode())
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        told = pipe.read()
    _pid, ended = os.waitpid(child, 0)
    assert told, f"the process ended with {ended}"
    return json.loads(told)


def _told(client, place, address, body):
    before = resource.getrusage(resource.RUSAGE_SELF)
    answer = client.generic("POST", address, body, content_type=MULTIPART_CONTENT)
    after = resource.getrusage(resource.RUSAGE_SELF)
    # The test client keeps a copy of what it sends; a server reads it from the line.
    mb = (after.ru_maxrss - before.ru_maxrss) / 1024 - len(body) / 2**20
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    context = getattr(answer, "context_data", None) or {}
    form = context.get("form")
    errors = [str(error) for found in form.errors.values() for error in found] if form is not None else []
    rows = [[row.effect, *[str(e) for _h, e in row.errors]] for row in context.get("rows", ())]
    to = answer.url if answer.status_code == 302 else ""
    after = client.get(to).status_code if to else 200
    return {"status": answer.status_code, "to": to, "after": after, "errors": errors, "rows": rows, "seconds": seconds, "mb": mb}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_every_file_of_the_corpus_meets_a_sentence_or_is_taken_as_what_it_is(client, house, place):
    honest = PLACES[place][5]()
    client.force_login(getattr(house, PLACES[place][2]))
    client.generic("GET", address_of(house, place))  # so that what every page needs is loaded before
    first = handed_in(client, house, place, f"a.{PLACES[place][6]}", honest)
    assert (first["status"], first["errors"]) in ((302, []), (200, [])), first
    faults, slowest, largest, taken = [], (0, ""), (0, ""), set()
    for what, sample in CORPUS.items():
        data = sample.make()
        found = handed_in(client, house, place, sample.name, data)
        slowest, largest = max(slowest, (found["seconds"], what)), max(largest, (found["mb"], what))
        if found["status"] == 302 or (found["status"] == 200 and not found["errors"]):
            taken.add(what)
        if fault := wrong_with(found):
            faults.append(f"{what}: {fault}")
    print(
        f"\n{place}: {len(CORPUS)} files; the slowest took {slowest[0]:.2f} s ({slowest[1]}), "
        f"the hungriest {largest[0]:.0f} MB more ({largest[1]})"
    )
    wanted = {what for what, sample in CORPUS.items() if place in sample.taken}
    print("not as wanted:", sorted(taken - wanted), sorted(wanted - taken))
    assert not faults, "\n".join(faults)
    assert taken == {what for what, sample in CORPUS.items() if place in sample.taken}


def wrong_with(found):
    if found["status"] not in (200, 302) or found["after"] != 200:
        return f"answered {found['status']}, then {found.get('after')}: {found['errors']}"
    if any(not is_a_sentence(error) for error in found["errors"]):
        return f"no plain sentence: {found['errors']}"
    if found["seconds"] > HARD_CAP_S or found["mb"] > PROMISED_MB:
        return f"took {found['seconds']:.1f} s and {found['mb']:.0f} MB"
    return ""


def is_a_sentence(text):
    """In the language of the bank, with nothing in it that only we understand."""
    return bool(re.search(r"[\u4e00-\u9fff]", text)) and not re.search(
        r"Error|Traceback|%\(|<class|0x[0-9a-f]{6}|\{\w+\}|NoneType", text
    )


def test_a_strange_name_never_makes_a_file_strange(client, house):
    faults = []
    for place, (*_rest, make, ending) in PLACES.items():
        for name in NAMES:
            found = handed_in(client, house, place, name.format(ending), make())
            if fault := wrong_with(found):
                faults.append(f"{place} {name!a}: {fault}")
    print(f"\n{len(NAMES)} names × {len(PLACES)} places")
    assert not faults, "\n".join(faults)
    for name in NAMES:
        safe = safe_name(name.format("png"))
        assert (safe == Path(safe).name, safe.isprintable(), len(safe) <= 120, bool(safe)) == (True,) * 4, (
            name
        )
