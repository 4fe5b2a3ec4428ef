import json
from contextlib import contextmanager
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
from apps.core.triggers import drop_triggers
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


def first_problem():
    return sealing.verify().problems[0]


@contextmanager
def tampering():
    """Change what the database would not let anybody change; at the end all of it is undone, and the triggers are back."""
    with transaction.atomic():
        drop_triggers()
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA defer_foreign_keys = ON")
        yield
        transaction.set_rollback(True)


@pytest.fixture
def chain():
    """Six lines, sealed in two batches of three, so that there are two checkpoints."""
    post, entries = sealed(3)
    entries += [record("test.note", post.unit, by=post.user, weight=n) for n in range(3, 6)]
    with_commit_hooks(sealing.seal_all)
    return post, entries


def renumbered(entries):
    """The seals as they would be, had the journal always been these lines in this order; their hashes stay as they are."""
    hashes = list(Seal.objects.order_by("seq").values_list("hash", flat=True))
    Seal.objects.all().delete()
    Seal.objects.bulk_create(
        Seal(seq=seq, entry_id=entry.pk, hash=(hashes + ["f" * 64])[seq - 1])
        for seq, entry in enumerate(entries, 1)
    )


def hashed_anew():
    """Every seal as it would be by today's lines."""
    head = sealing.START
    for seal in list(Seal.objects.order_by("seq")):
        head = sealing.link(head, Entry.objects.get(pk=seal.entry_id))
        Seal.objects.filter(pk=seal.pk).update(hash=head)


def checkpoints_removed():
    sealing.Checkpoint.objects.all().delete()


def checkpoints_forged():
    """As somebody would who can write the database and has not the key."""
    for point in list(sealing.Checkpoint.objects.all()):
        found = Seal.objects.filter(seq=point.seq).values_list("hash", flat=True).first()
        sealing.Checkpoint.objects.filter(pk=point.pk).update(hash=found or point.hash)


def edited(entries, by):
    Entry.objects.filter(pk=entries[2].pk).update(data={"weight": 700})


def removed(entries, by):
    Seal.objects.filter(entry=entries[1]).delete()
    Entry.objects.filter(pk=entries[1].pk).delete()


def removed_and_renumbered(entries, by):
    removed(entries, by)
    renumbered([*entries[:1], *entries[2:]])


def removed_alone(entries, by):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_entry WHERE id = %s", [entries[1].pk])


def unsealed(entries, by):
    Seal.objects.filter(entry=entries[1]).delete()


def inserted(entries, by):
    forged = Entry.objects.create(subject=entries[0].subject, by=by, verb="test.note", data={"weight": 5})
    renumbered([*entries[:3], forged, *entries[3:]])


def reordered(entries, by):
    renumbered([entries[0], entries[2], entries[1], *entries[3:]])


def tail_cut(entries, by):
    Seal.objects.filter(seq__gt=4).delete()
    Entry.objects.filter(pk__gt=entries[3].pk).delete()


def tail_cut_with_checkpoints(entries, by):
    tail_cut(entries, by)
    checkpoints_removed()


def all_cut(entries, by):
    Seal.objects.all().delete()
    Entry.objects.all().delete()
    checkpoints_removed()


def anew(change, checkpoints=lambda: None):
    """The change, and all that follows hashed anew."""

    def tamper(entries, by):
        change(entries, by)
        hashed_anew()
        checkpoints()

    tamper.__name__ = f"{change.__name__}_and_hashed_anew_{checkpoints.__name__}".removesuffix("_<lambda>")
    return tamper


def late_edit(entries, by):
    Entry.objects.filter(pk=entries[4].pk).update(data={"weight": 700})


OUT_OF_ORDER = "changed, inserted or out of order"
IN_DATABASE = "the chain differs from its checkpoint in the database; it was hashed anew somewhere from seal"
IN_FILE = "the chain differs from its checkpoint in the file; it was hashed anew somewhere from seal"
# What somebody does who can write the database → what is said first. {n} is the number of the nth line.
TAMPERED = [
    (edited, f"journal line {{3}} (seal 3): {OUT_OF_ORDER}"),
    (removed, "seal 2: missing; a line was removed before journal line {3}"),
    (removed_and_renumbered, f"journal line {{3}} (seal 2): {OUT_OF_ORDER}"),
    (removed_alone, "journal line {2} (seal 2): removed"),
    (unsealed, "seal 2: missing; a line was removed before journal line {3}"),
    (inserted, f"journal line {{7}} (seal 4): {OUT_OF_ORDER}"),
    (reordered, f"journal line {{3}} (seal 2): {OUT_OF_ORDER}"),
    (tail_cut, "seal 4: the tail was cut off; a checkpoint vouches for seal 6"),
    (tail_cut_with_checkpoints, "seal 4: the tail was cut off; a checkpoint vouches for seal 6"),
    (all_cut, "seal 0: the tail was cut off; a checkpoint vouches for seal 3"),
    (anew(edited), f"journal line {{3}} (seal 3): {IN_DATABASE} 1 on"),
    (anew(late_edit), f"journal line {{6}} (seal 6): {IN_DATABASE} 4 on"),
    (anew(removed_and_renumbered), f"journal line {{4}} (seal 3): {IN_DATABASE} 1 on"),
    (anew(inserted), f"journal line {{5}} (seal 6): {IN_DATABASE} 4 on"),
    (anew(reordered), f"journal line {{2}} (seal 3): {IN_DATABASE} 1 on"),
    (anew(edited, checkpoints_removed), f"journal line {{3}} (seal 3): {IN_FILE} 1 on"),
    (anew(late_edit, checkpoints_removed), f"journal line {{6}} (seal 6): {IN_FILE} 4 on"),
    (anew(edited, checkpoints_forged), f"journal line {{3}} (seal 3): {IN_FILE} 1 on"),
]


@pytest.mark.parametrize(("tamper", "told"), TAMPERED, ids=[tamper.__name__ for tamper, _told in TAMPERED])
def test_whatever_is_done_to_the_journal_is_found_and_the_first_bad_line_is_named(
    chain, tamper, told, capsys
):
    post, entries = chain
    assert sealing.verify().problems == []
    with tampering():
        tamper(entries, post.user)
        numbers = [entry.pk for entry in entries]
        last = Entry.objects.order_by("pk").last()
        numbers.append(last.pk if last else 0)

        with pytest.raises(CommandError):
            call_command("journal_verify")

    assert capsys.readouterr().out.splitlines()[3] == told.format(None, *numbers)


@pytest.mark.parametrize(
    "values",
    [
        {"at": clock.now() - timedelta(days=1)},
        {"by": None},
        {"person": 999_999},
        {"on_behalf_of": 999_999},
        {"verb": "test.secret"},
        {"version": 2},
        {"subject_id": 999_999},
        {"data": {"weight": 2.0}},
    ],
    ids=lambda values: next(iter(values)),
)
def test_each_field_of_a_line_is_sealed(chain, values):
    _post, entries = chain
    with tampering():
        Entry.objects.filter(pk=entries[2].pk).update(**values)
        assert first_problem() == f"journal line {entries[2].pk} (seal 3): {OUT_OF_ORDER}"


def test_a_checkpoint_forged_in_the_database_is_named(chain):
    with tampering():
        sealing.Checkpoint.objects.filter(seq=3).update(signature="0" * 64)
        assert first_problem() == "checkpoint 3: its signature is false"


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
