"""What every migration promises to who has to go back to the version before."""

from django.db.migrations.loader import MigrationLoader


def ours():
    found = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    return {key: migration for key, migration in found.items() if migration.__module__.startswith("apps.")}


def test_every_migration_can_be_taken_back_or_says_why_not():
    """It says so in `irreversible_because` of its class."""
    kept = [
        f"{app}.{name}: {operation.describe()}"
        for (app, name), migration in sorted(ours().items())
        for operation in migration.operations
        if not operation.reversible and not getattr(migration, "irreversible_because", "")
    ]
    assert len(ours()) > 11
    assert kept == []
