"""Every file of the corpus at every place that takes a file: a plain sentence or a clean value, soon and in little memory.

Each is handed in in a process of its own, forked from this one: what it takes of memory is seen, and what it changes is
gone with it.
"""

import json
import os
import re
import resource
import signal
import traceback
from importlib import import_module
from pathlib import Path

import lxml.html
import pytest
from django import forms as django_forms
from django.conf import settings
from django.test.client import BOUNDARY, MULTIPART_CONTENT
from django.urls import reverse

from apps.core.models import Attachment
from apps.core.uploads import safe_name
from apps.insight.models import Item
from apps.operations.models import Reading
from apps.org.models import ImportRow, Unit
from tests.corpus.make import CORPUS, NAMES
from tests.corpus.pictures import small
from tests.corpus.sheets import HEADS, people_dates, table
from tests.corpus.texts import article, feed, readings

pytestmark = [pytest.mark.hostile, pytest.mark.xdist_group("uploads")]

PROMISED_S, PROMISED_MB = (
    2,
    100,
)  # seconds of the processor: what else the machine does is not the file's fault
MOST_ADDRESSES = 8 * 2**30  # bytes that a process may ask for; it ends here, and the machine goes on
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
BAD_ROWS = {
    "people": [["N001", "新支行", "支行", "HO"], ["N 2", "坏", "支行", "HO"], ["N003", "坏", "支店", "HO"], ["N004", "新", "支行", "HO"], ["N005", "坏", "支行", "没有"]],
    "readings": [["江州分行", "2026-01", "1", "2", "3"], ["江州分行", "2026-02", "NaN", "2", "3"], ["江州分行", "2026-03", "1", "2", "-3"], ["江州分行", "2026-04", "1", "2", "3"], ["火星分行", "2026-05", "1", "2", "3"]],
}  # fmt: skip
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


def apart(act):
    """What `act` returns, done in a process of its own, with the seconds of the processor and the MB that it took more."""
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES, MOST_ADDRESSES))
        try:
            told = act()
        except BaseException:
            told = {
                "status": 500,
                "errors": traceback.format_exc()[-1500:],
                "seconds": 0,
                "mb": 0,
                "after": 500,
            }
        os.write(theirs, json.dumps(told).encode())
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        told = pipe.read()
    _pid, ended = os.waitpid(child, 0)
    if not told:
        return {
            "status": 500,
            "errors": f"the process ended with {ended}",
            "seconds": 0,
            "mb": 0,
            "after": 500,
        }
    return json.loads(told)


def measured(act, *, without=0):
    """(what it returns, seconds of the processor, MB more) in this process; `without` bytes are the test's own."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    found = act()
    after = resource.getrusage(resource.RUSAGE_SELF)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return found, seconds, (after.ru_maxrss - before.ru_maxrss) / 1024 - without / 2**20


def handed_in(client, house, place, name, data):
    """What came of it: status, errors of the form, the rows of a preview, the page after, seconds, MB."""
    address, body = address_of(house, place), body_of(place, name, data)
    client.force_login(getattr(house, PLACES[place][2]))
    return apart(lambda: _told(client, place, address, body))


def _told(client, place, address, body):
    files = Attachment.objects.count()
    # The test client keeps a copy of what it sends; a server reads it from the line.
    answer, seconds, mb = measured(
        lambda: client.generic("POST", address, body, content_type=MULTIPART_CONTENT), without=len(body)
    )
    context = getattr(answer, "context_data", None) or {}
    form = context.get("form")
    errors = [str(error) for found in form.errors.values() for error in found] if form is not None else []
    after = client.get(answer.url) if answer.status_code == 302 else answer
    found = {
        "status": answer.status_code,
        "after": after.status_code,
        "errors": errors,
        "seconds": seconds,
        "mb": mb,
    }
    if answer.status_code == 302 and place == "feed":
        found |= _all_chosen(client, answer.url, after)
    if answer.status_code == 302 and Attachment.objects.count() > files:
        found["after"] = max(found["after"], _served(client))
    return found


def _all_chosen(client, address, page):
    """Each entry of a feed becomes a draft, and opens."""
    values = lxml.html.fromstring(page.content.decode()).xpath("//input[@name='entry']/@value")
    answer, seconds, mb = measured(lambda: client.post(address, {"entry": values}))
    last = client.get(reverse("insight:item_edit", args=[Item.objects.unscoped("a test").latest("pk").pk]))
    after = max(
        answer.status_code if answer.status_code != 302 else 200,
        client.get(answer.url).status_code,
        last.status_code,
    )
    return {"after": after, "seconds": seconds, "mb": mb}


def _served(client):
    file = Attachment.objects.latest("pk")
    answer = client.get(reverse("core:attachment_file", args=[file.pk]))
    sound = (
        answer["Content-Disposition"].startswith(("attachment", "inline"))
        and answer["X-Content-Type-Options"] == "nosniff"
    )
    return answer.status_code if sound else 500


def test_what_a_process_takes_is_seen():
    def hungry():
        held, seconds, mb = measured(lambda: bytearray(os.urandom(1) * (150 * 2**20)))
        return {"mb": mb, "seconds": seconds, "held": len(held)}

    assert apart(hungry)["mb"] > 140
    assert "ended with" in apart(lambda: os.kill(os.getpid(), signal.SIGKILL))["errors"]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Each sample, and the file in which it is kept."""
    folder, kept = tmp_path_factory.mktemp("corpus"), {}
    for number, (what, sample) in enumerate(CORPUS.items()):
        kept[what] = (sample, folder / str(number))
        kept[what][1].write_bytes(sample.make())
    return kept


@pytest.mark.parametrize("place", PLACES)
def test_every_file_of_the_corpus_meets_a_sentence_or_is_taken_as_what_it_is(
    client, house, corpus, place, record_property
):
    honest = PLACES[place][5]()
    client.force_login(getattr(house, PLACES[place][2]))
    client.generic("GET", address_of(house, place))  # so that what every page needs is loaded before
    first = handed_in(client, house, place, f"a.{PLACES[place][6]}", honest)
    assert (wrong_with(first), first["errors"]) == ("", []), first
    faults, slowest, largest, taken = [], (0, ""), (0, ""), set()
    for what, (sample, kept) in corpus.items():
        found = handed_in(client, house, place, sample.name, kept.read_bytes())
        slowest, largest = max(slowest, (found["seconds"], what)), max(largest, (found["mb"], what))
        if not found["errors"]:
            taken.add(what)
        if fault := wrong_with(found):
            faults.append(f"{what}: {fault}")
    record_property("files: tried at a door", len(corpus))
    record_property("slowest file, s of the processor", slowest[0])
    record_property("most memory for a file, MB", largest[0])
    assert not faults, "\n".join(faults)
    assert taken == {what for what, sample in CORPUS.items() if place in sample.taken}


def wrong_with(found):
    if found["status"] not in (200, 302) or found["after"] != 200:
        return f"answered {found['status']}, then {found['after']}: {found['errors']}"
    if any(not is_a_sentence(error) for error in found["errors"]):
        return f"no plain sentence: {found['errors']}"
    if found["seconds"] > PROMISED_S or found["mb"] > PROMISED_MB:
        return f"took {found['seconds']:.1f} s and {found['mb']:.0f} MB"
    return ""


def is_a_sentence(text):
    """In the language of the bank, with nothing in it that only we understand."""
    return bool(re.search(r"[\u4e00-\u9fff]", text)) and not re.search(
        r"Error|Traceback|%\(|<class|0x[0-9a-f]{6}|\{\w+\}|NoneType|[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}", text
    )


def test_a_strange_name_never_makes_a_file_strange(client, house, record_property):
    faults = []
    for place, (*_rest, make, ending) in PLACES.items():
        for name in NAMES:
            found = handed_in(client, house, place, name.format(ending), make())
            if fault := wrong_with(found):
                faults.append(f"{place} {name!a}: {fault}")
    record_property("files: strange names tried", len(NAMES) * len(PLACES))
    assert not faults, "\n".join(faults)
    for name in NAMES:
        safe = safe_name(name.format("png"))
        assert (safe == Path(safe).name, safe.isprintable(), len(safe) <= 120, bool(safe)) == (True,) * 4, (
            name
        )


@pytest.mark.parametrize("place", BAD_ROWS)
def test_every_bad_row_is_named_by_its_number_and_nothing_is_imported(client, house, place):
    heads = ["机构编码", "机构名称", "机构类型", "上级机构编码"] if place == "people" else HEADS["readings"]
    data = table(heads, BAD_ROWS[place])
    before = (Unit.objects.count(), Reading.objects.unscoped("a test").count())
    client.force_login(getattr(house, PLACES[place][2]))
    answer = client.generic(
        "POST", address_of(house, place), body_of(place, "a.xlsx", data), content_type=MULTIPART_CONTENT
    )
    if place == "people":
        bad = list(
            ImportRow.objects.filter(org_import__name="a.xlsx", effect="bad").values_list("number", flat=True)
        )
    else:
        bad = [row.number for row in answer.context_data["rows"] if row.effect == "bad"]
        assert answer.context_data["confirmed"] == ""
    assert bad == [3, 4, 6]
    assert (Unit.objects.count(), Reading.objects.unscoped("a test").count()) == before
