"""What a restore refuses, before it touches anything. That a bank comes back whole is in tests/faults/test_backup.py."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from apps.core.backup import FORMAT, SUMS, make_backup, write_manifest, write_sums
from apps.core.databases import Unfit, known_migrations, row_counts
from apps.core.restore import refuse_to_overwrite, replace_checkpoints, sound_manifest
from tests.factories import make_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    """A backup that is whole, as far as its manifest and hashes go."""
    folder = tmp_path / "backup"
    (folder / "media").mkdir(parents=True)
    (folder / "media" / "a").write_bytes(b"a file")
    write_manifest(folder, row_counts())
    write_sums(folder)
    return folder


def rewritten(folder, **changes):
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps(manifest | changes))
    write_sums(folder)


def refusal(function, *args):
    with pytest.raises(Unfit) as refused:
        function(*args)
    return str(refused.value)


def test_a_whole_backup_of_this_version_is_taken(folder):
    assert sound_manifest(folder)["rows"] == row_counts()


def test_a_backup_that_was_never_finished_is_refused(folder):
    (folder / SUMS).unlink()
    assert (
        refusal(sound_manifest, folder)
        == f"{folder} is no backup, or one that was never finished: it has no SHA256SUMS."
    )


def test_a_backup_with_a_changed_or_missing_file_is_refused(folder):
    (folder / "media" / "a").write_bytes(b"another")
    assert refusal(sound_manifest, folder) == "The backup is not whole: media/a is not what it was."
    (folder / "media" / "a").unlink()
    assert refusal(sound_manifest, folder) == "The backup is not whole: media/a is missing."


def test_a_backup_of_a_newer_version_is_refused_in_a_plain_sentence(folder):
    rewritten(folder, version="0.9.0", migrations=[*known_migrations(), "org.9999_what_is_to_come"])
    assert refusal(sound_manifest, folder) == (
        "The backup was made by a newer version (0.9.0; this is 0.1.0): org.9999_what_is_to_come is not known here."
        " Restore it with that version."
    )


def test_a_backup_of_an_older_version_is_refused_in_a_plain_sentence(folder):
    first, *others = known_migrations()
    rewritten(folder, version="0.0.1", migrations=others)
    assert refusal(sound_manifest, folder) == (
        f"The backup was made by an older version (0.0.1; this is 0.1.0): it has no {first}."
        " Restore it with that version, then upgrade."
    )


def test_a_backup_of_the_other_database_or_another_format_is_refused(folder):
    other = "sqlite" if connection.vendor == "postgresql" else "postgresql"
    rewritten(folder, database=other)
    assert (
        refusal(sound_manifest, folder)
        == f"The backup is of {other}, and DATABASE_URL is {connection.vendor}."
    )
    rewritten(folder, format=FORMAT + 1)
    assert refusal(sound_manifest, folder) == "The backup is of format 2; this version reads format 1."


def test_a_bank_is_only_replaced_by_somebody_who_names_its_database(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr("apps.core.restore.others_at_work", lambda: 0)  # the tests beside this one
    refuse_to_overwrite("")  # nothing is there yet

    make_project()
    (tmp_path / "a").write_bytes(b"a file")

    name = connection.settings_dict["NAME"].rpartition("/")[2]
    said = refusal(refuse_to_overwrite, "another")
    assert (said.startswith("There is a bank here already: "), said.endswith(f", say --replace {name}")) == (
        True,
        True,
    )
    refuse_to_overwrite(name)


def test_a_folder_that_holds_something_gets_no_backup(folder):
    assert (
        refusal(make_backup, folder)
        == f"{folder} is not empty; a backup is written into a folder of its own."
    )
    with pytest.raises(CommandError, match="is not empty"):
        call_command("backup", str(folder))


def test_checkpoints_that_are_not_those_of_the_backup_are_kept_beside(settings, tmp_path):
    settings.CHECKPOINT_DIR = tmp_path / "outside"
    settings.CHECKPOINT_DIR.mkdir()
    ours, theirs = settings.CHECKPOINT_DIR / "checkpoints.jsonl", tmp_path / "backup" / "checkpoints.jsonl"
    theirs.parent.mkdir()
    ours.write_text("one\ntwo\n")
    theirs.write_text("one\n")

    aside = replace_checkpoints(theirs.parent)

    assert (aside.read_text(), ours.read_text()) == ("one\ntwo\n", "one\n")
    assert replace_checkpoints(theirs.parent) is None
