import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import DatabaseError
from django.utils.translation import gettext_lazy as _

from apps.core import clock, jobs, sealing
from apps.core.journal import follows, record, timeline
from apps.core.models import Entry, Job, Seal
from apps.core.triggers import triggers_dropped
from apps.core.verbs import declare
from tests.factories import PostFactory, UnitFactory

pytestmark = pytest.mark.django_db

declare("test.note", _("noted"), weight=int)
declare("test.secret", _("noted"), readers="journal.read", weight=int)
heard: list[int] = []


@follows("test.note", name="test.hear")
def hear(entry):
    heard.append(entry.data["weight"])


@pytest.fixture(autouse=True)
def outside(settings, tmp_path):
    settings.CHECKPOINT_DIR = tmp_path
    heard.clear()


def lines(number):
    post = PostFactory()
    entries = [record("test.note", post.unit, by=post.user, weight=n) for n in range(number)]
    return post, entries


def sealed(number):
    found = lines(number)
    with_commit_hooks(sealing.seal_all)
    return found


def with_commit_hooks(function):
    """Inside a test's transaction nothing commits; run what was left for the commit."""
    before = len(connection.run_on_commit)
    function()
    for _sids, hook, _robust in connection.run_on_commit[before:]:
        hook()


def test_a_line_keeps_who_and_what_and_an_undeclared_verb_or_payload_is_refused():
    post = PostFactory()

    entry = record("test.note", post.unit, by=post.user, weight=3)

    assert (entry.by, entry.person, entry.subject, entry.data) == (
        post.user,
        post.person_id,
        post.unit,
        {"weight": 3},
    )
    with pytest.raises(LookupError):
        record("test.unheard_of", post.unit, by=post.user)
    for wrong in ({}, {"weight": "3"}, {"weight": True}, {"weight": 3, "name": "张三"}):
        with pytest.raises(TypeError):
            record("test.note", post.unit, by=post.user, **wrong)


def test_who_acts_for_another_leaves_both_names():
    post, other = PostFactory(), PostFactory()
    post.user.acting_for_id = other.person_id

    entry = record("test.note", post.unit, by=post.user, weight=1)

    assert (entry.person, entry.on_behalf_of) == (post.person_id, other.person_id)


def test_a_follower_runs_once_after_the_line_and_never_for_a_line_that_was_rolled_back():
    post = PostFactory()
    try:
        with transaction.atomic():
            record("test.note", post.unit, by=post.user, weight=1)
            raise RuntimeError
    except RuntimeError:
        pass
    record("test.note", post.unit, by=post.user, weight=2)

    jobs.drain()
    jobs.drain()

    assert heard == [2]


def test_the_timeline_shows_only_the_lines_a_person_may_read():
    post = PostFactory()
    record("test.note", post.unit, by=post.user, weight=1)
    record("test.secret", post.unit, by=post.user, weight=2)
    record("test.note", UnitFactory(), by=post.user, weight=3)

    assert [entry.data["weight"] for entry in timeline(post.user, post.unit)] == [1]
    auditor = PostFactory(role="audit_admin", unit=UnitFactory(kind="head_office")).user
    assert [entry.data["weight"] for entry in timeline(auditor, post.unit)] == [2, 1]


@pytest.mark.parametrize(
    "statement", ["UPDATE core_entry SET verb = 'x'", "DELETE FROM core_entry", "DELETE FROM core_seal"]
)
def test_the_database_refuses_to_change_the_journal(statement):
    sealed(2)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert (Entry.objects.count(), Seal.objects.count()) == (2, 2)


def test_a_sound_journal_is_verified_and_says_how_many_lines_wait():
    sealed(5)
    lines(2)

    report = sealing.verify()

    assert (report.sealed, report.unsealed, report.problems) == (5, 2, [])
    call_command("journal_verify")


def test_a_late_line_with_a_lower_number_is_still_sealed():
    _post, entries = sealed(3)
    early = Entry(subject=entries[0].subject, verb="test.note", data={"weight": 9}, pk=entries[0].pk - 1)
    early.save(force_insert=True)

    sealing.seal_all()

    assert Seal.objects.get(entry=early).seq == 4
    assert sealing.verify().problems == []


def tampered(sql, *params):
    with triggers_dropped(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA defer_foreign_keys = ON")
        cursor.execute(sql, params)


def first_problem():
    return sealing.verify().problems[0]


def test_a_changed_line_is_named():
    _post, entries = sealed(5)
    tampered("UPDATE core_entry SET data = %s WHERE id = %s", json.dumps({"weight": 700}), entries[2].pk)
    assert first_problem() == f"journal line {entries[2].pk} (seal 3): changed, inserted or out of order"
    with pytest.raises(CommandError):
        call_command("journal_verify")


def test_a_removed_line_is_named_with_and_without_its_seal():
    _post, entries = sealed(5)
    tampered("DELETE FROM core_seal WHERE entry_id = %s", entries[1].pk)
    assert first_problem() == f"seal 2: missing; a line was removed before journal line {entries[2].pk}"


def test_an_inserted_line_is_named():
    post, entries = sealed(5)
    last = Seal.objects.get(seq=5)
    with triggers_dropped():
        forged = Entry.objects.create(subject=post.unit, by=post.user, verb="test.note", data={"weight": 5})
        Seal.objects.filter(seq=5).update(seq=6)
        Seal.objects.create(seq=5, entry=forged, hash="f" * 64)
    assert last.entry == entries[4]
    assert first_problem() == f"journal line {forged.pk} (seal 5): changed, inserted or out of order"


def test_lines_that_changed_places_are_named():
    _post, entries = sealed(5)
    with triggers_dropped():
        Seal.objects.filter(seq=2).update(seq=100)
        Seal.objects.filter(seq=3).update(seq=2)
        Seal.objects.filter(seq=100).update(seq=3)
    assert first_problem() == f"journal line {entries[2].pk} (seal 2): changed, inserted or out of order"


def test_a_cut_tail_is_named_by_the_checkpoint_outside_the_database():
    _post, entries = sealed(5)
    with triggers_dropped():
        Seal.objects.filter(seq__gt=3).delete()
        Entry.objects.filter(pk__gt=entries[2].pk).delete()
        sealing.Checkpoint.objects.all().delete()
    assert first_problem() == "seal 3: the tail was cut off; a checkpoint vouches for seal 5"


def test_a_chain_that_was_hashed_anew_differs_from_its_checkpoint():
    _post, entries = sealed(3)
    with triggers_dropped():
        Entry.objects.filter(pk=entries[0].pk).update(data={"weight": 99})
        head = sealing.START
        for seal in Seal.objects.select_related("entry"):
            head = sealing.link(head, Entry.objects.get(pk=seal.entry_id))
            Seal.objects.filter(pk=seal.pk).update(hash=head)
    assert (
        first_problem()
        == f"journal line {entries[2].pk} (seal 3): the chain differs from its checkpoint in the database"
    )


def test_a_forged_checkpoint_file_is_named():
    sealed(2)
    file = settings.CHECKPOINT_DIR / "checkpoints.jsonl"
    point = json.loads(file.read_text())
    file.write_text(json.dumps(point | {"hash": "0" * 64}) + "\n")
    assert first_problem() == "checkpoint file, line 1: its signature is false"


def test_a_job_row_is_written_with_the_line():
    lines(2)
    assert Job.objects.filter(task="test.hear").count() == 2


def test_a_line_slipped_in_for_an_earlier_day_is_named_before_it_is_sealed():
    post, _entries = sealed(2)
    forged = Entry.objects.create(
        subject=post.unit,
        by=post.user,
        verb="test.note",
        data={"weight": 5},
        at=clock.now() - timedelta(days=1),
    )
    assert first_problem() == f"journal line {forged.pk}: unsealed for more than a minute"
