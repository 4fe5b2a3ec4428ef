"""The pages of those who keep the system running: jobs and the journal."""

import csv
import io
import time
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from apps.core import clock, sealing
from apps.core.documents import watermark_for
from apps.core.jobs import job
from apps.core.journal import record
from apps.core.models import Entry, Job
from apps.core.operators import rerun_job
from apps.core.verbs import declare
from apps.core.verdict import Refused
from tests.factories import PostFactory, bank, make_project

pytestmark = pytest.mark.django_db

declare("test.voted", "voted", readers="round.view", private=("voter",), topic=int, voter=int)


@job("test.count")
def count(number):
    pass


@pytest.fixture
def world(settings, tmp_path):
    settings.CHECKPOINT_DIR = tmp_path
    world = bank()
    world.admin = PostFactory(role="system_admin", unit=world.root).user
    world.auditor = PostFactory(role="auditor", unit=world.root).user
    world.audit_admin = PostFactory(role="audit_admin", unit=world.root).user
    world.lead = PostFactory(role="group_lead", unit=world.east).user
    return world


def made(state, **values):
    number = Job.objects.count()
    return Job.objects.create(
        **{"key": f"test.count:{number}", "task": "test.count", "args": [number], "state": state, "created": int(time.time())} | values
    )  # fmt: skip


def listed(client, **query):
    return client.get(reverse("core:job_list"), query).context_data["page"].rows


def test_jobs_are_counted_and_filtered_by_how_they_stand(world, client):
    client.force_login(world.admin)
    Job.objects.all().delete()
    old = int(time.time()) - 3600
    waiting, done, dead = made("waiting"), made("done", created=old), made("dead", attempts=5)
    late = made("running", created=old)
    later = made("waiting", created=old, due_at=clock.now() + timedelta(days=1))
    overdue = made("waiting", due_at=clock.now() - timedelta(hours=1))
    counts = client.get(reverse("core:job_list")).context_data["counts"]
    assert counts == {"open": 4, "late": 2, "dead": 1}
    assert {j.pk for j in listed(client, state="open")} == {waiting.pk, late.pk, later.pk, overdue.pk}
    assert {j.pk for j in listed(client, state="late")} == {late.pk, overdue.pk}
    assert [j.pk for j in listed(client, state="dead")] == [dead.pk]
    assert [j.pk for j in listed(client, state="done")] == [done.pk]
    assert [j.pk for j in listed(client, q=dead.key)] == [dead.pk]
    assert [j.pk for j in listed(client, task="test.count")] == [j.pk for j in listed(client)]
    rows = list(
        csv.reader(
            io.StringIO(
                client.get(reverse("core:job_list"), {"format": "csv", "state": "dead"})
                .getvalue()
                .decode("utf-8-sig")
            )
        )
    )
    assert (len(rows), rows[1][0], rows[1][-1]) == (2, "test.count", dead.key)


def test_an_exported_workbook_says_who_took_it_and_when(world, client):
    client.force_login(world.admin)
    made("dead")
    moment = timezone.make_aware(datetime(2026, 11, 23, 17, 20))
    with clock.at(moment):
        book = load_workbook(io.BytesIO(client.get(reverse("core:job_list"), {"format": "xlsx"}).content))
        assert book.active.oddFooter.center.text == watermark_for(world.admin)


def test_a_dead_job_shows_its_error_and_is_run_again_by_a_named_person(world, client):
    client.force_login(world.admin)
    dead = made("dead", attempts=5, error="Traceback …\nValueError: 第 3 行 <金额> 不对")
    page = client.get(reverse("core:job_detail", args=[dead.pk])).content.decode()
    assert "ValueError: 第 3 行 &lt;金额&gt; 不对" in page
    client.post(reverse("core:job_rerun", args=[dead.pk]))
    dead.refresh_from_db()
    assert (dead.state, dead.attempts, dead.error) == ("waiting", 0, "")
    entry = Entry.objects.get(verb="job.rerun")
    assert (entry.by, entry.subject, entry.data) == (world.admin, dead, {"task": "test.count"})
    client.post(reverse("core:job_rerun", args=[dead.pk]))
    assert Entry.objects.filter(verb="job.rerun").count() == 1
    with pytest.raises(Refused):
        rerun_job(dead, by=world.admin)


def test_all_dead_jobs_run_again_at_once_and_the_others_are_left(world, client):
    client.force_login(world.admin)
    dead, done = [made("dead", attempts=5) for _ in range(3)], made("done")
    client.post(reverse("core:job_rerun_all"))
    assert {Job.objects.get(pk=row.pk).state for row in dead} == {"waiting"}
    assert Job.objects.get(pk=done.pk).state == "done"
    assert Entry.objects.filter(verb="job.rerun").count() == 3


def test_only_the_system_administrator_operates_jobs(world, client):
    dead = made("dead")
    for user in (world.auditor, world.audit_admin, world.lead):
        client.force_login(user)
        assert client.get(reverse("core:job_list")).status_code == 403
        assert client.post(reverse("core:job_rerun", args=[dead.pk])).status_code == 403
    assert Job.objects.get(pk=dead.pk).state == "dead"


def queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        client.get(address)
    return len(seen)


def test_thirty_jobs_take_no_more_queries_than_one(world, client):
    client.force_login(world.admin)
    made("dead")
    one = queries(client, reverse("core:job_list"))
    for _ in range(29):
        made("dead")
    assert queries(client, reverse("core:job_list")) == one


# ── The journal ───────────────────────────────────────────────────────────────────────────────────────────────────


def lines(client, **query):
    return client.get(reverse("core:entry_list"), query).context_data["page"].rows


def test_the_journal_is_filtered_by_who_what_which_and_when(world, client):
    other = PostFactory(role="group_lead", unit=world.west).user
    with clock.at(clock.now() - timedelta(days=3)):
        old = record("issue.recall", world.east, by=world.lead, was="a", now="b")
    new = record("job.rerun", world.west, by=other, task="x")
    client.force_login(world.auditor)
    assert [e.pk for e in lines(client, who=other.person.name)][:1] == [new.pk]
    assert {e.by for e in lines(client, who=other.person.employee_no)} == {other}
    assert [e.pk for e in lines(client, verb="issue.recall")] == [old.pk]
    assert old.pk in {e.pk for e in lines(client, kind="org.unit", number=world.east.pk)}
    assert new.pk not in {e.pk for e in lines(client, kind="org.unit", number=world.east.pk)}
    day = date.isoformat
    today = clock.today()
    assert old.pk not in {e.pk for e in lines(client, since=day(today - timedelta(days=2)))}
    assert [e.pk for e in lines(client, until=day(today - timedelta(days=2)))] == [old.pk]
    assert [
        e.pk
        for e in lines(client, since=day(today - timedelta(days=3)), until=day(today - timedelta(days=3)))
    ] == [old.pk]


def test_the_journal_names_a_subject_only_to_those_who_see_it(world, client):
    project = make_project(world.lead)
    client.force_login(world.audit_admin)
    assert not world.audit_admin.may_ever("project.view")
    page = client.get(reverse("core:entry_list"), {"verb": "project.propose"})
    assert project.title not in page.content.decode()
    assert [e.about for e in page.context_data["page"].rows] == [f"projects.project {project.pk}"]


def test_what_is_private_to_the_readers_of_a_line_is_shown_to_them_alone(world, client):
    entry = record("test.voted", world.east, by=world.lead, topic=4, voter=770077)
    for user, shown in ((world.audit_admin, {"topic": 4}), (world.auditor, {"topic": 4, "voter": 770077})):
        assert user.may_ever("round.view") is (len(shown) == 2)
        client.force_login(user)
        (row,) = lines(client, verb="test.voted")
        assert (row.pk, row.shown) == (entry.pk, shown)
        export = client.get(reverse("core:entry_list"), {"format": "csv", "verb": "test.voted"})
        assert ("770077" in export.getvalue().decode()) is (len(shown) == 2)


def test_how_many_lines_are_not_sealed_yet(world, client):
    client.force_login(world.audit_admin)
    record("job.rerun", world.east, by=world.lead, task="x")
    total = Entry.objects.count()
    assert client.get(reverse("core:entry_list")).context_data["unsealed"] == total
    sealing.seal_all()
    record("job.rerun", world.east, by=world.lead, task="x")
    page = client.get(reverse("core:entry_list")).context_data
    assert page["unsealed"] == 1
    assert [e.seal_number for e in page["page"].rows[:2]] == [None, total]


def test_thirty_lines_take_no_more_queries_than_one(world, client):
    client.force_login(world.auditor)
    make_project(world.lead)
    address = reverse("core:entry_list") + "?verb=project.propose"
    one = queries(client, address)
    for _ in range(29):
        make_project(world.lead)
    assert queries(client, address) == one


def test_only_readers_of_the_journal_open_it(world, client):
    for user in (world.admin, world.lead):
        client.force_login(user)
        assert client.get(reverse("core:entry_list")).status_code == 403
