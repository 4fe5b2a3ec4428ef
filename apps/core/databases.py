"""A database as a whole: counted, written into one file, and read back from it."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import OperationalError

ASIDE = "before_restore"
FILE = {"postgresql": "database.dump", "sqlite": "database.sqlite3"}


class Unfit(Exception):
    """A backup or restore cannot be done; the message is a sentence for whoever asked."""


def row_counts(ask=None) -> dict[str, int]:
    """table → rows, of every table that holds rows of ours (those beneath SQLite's search index are its own)."""
    ask = ask or ask_database
    with connection.cursor() as cursor:
        tables = sorted(connection.introspection.table_names(cursor))
    ours = [table for table in tables if not table.startswith("core_search_")]
    return {table: ask(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")[0][0] for table in ours}


def ask_database(sql: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def applied_migrations() -> list[str]:
    """ "app.name" of all that the database has had; none where it has no tables yet."""
    return sorted(".".join(key) for key in MigrationRecorder(connection).applied_migrations())


def known_migrations() -> list[str]:
    """ "app.name" of all that this version of the program brings."""
    return sorted(".".join(key) for key in MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


@contextmanager
def one_moment(file: Path) -> Iterator[Callable[[str], list[tuple]]]:
    """Write the database into the file, and give the block a function that asks what it held at exactly that moment."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(file)])
        with closing(sqlite3.connect(file)) as copy:
            yield lambda sql: copy.execute(sql).fetchall()
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        ((snapshot,),) = ask_database("SELECT pg_export_snapshot()")
        _run("pg_dump", "--format=custom", f"--snapshot={snapshot}", f"--file={file}")
        yield ask_database


def load(file: Path) -> None:
    """Put the database in the file in the place of the one there is: all of it, or none. It is made where there is none."""
    connection.close()
    if connection.vendor == "sqlite":
        target = Path(connection.settings_dict["NAME"])
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f"{target.name}.restoring")
        shutil.copyfile(file, beside)
        for ending in ("-wal", "-shm"):
            target.with_name(f"{target.name}{ending}").unlink(missing_ok=True)
        beside.replace(target)
        return
    create_if_missing()
    with _set_aside():
        connection.close()
        _run(
            "pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges",
            f"--dbname={connection.settings_dict['NAME']}", str(file),
        )  # fmt: skip


@contextmanager
def _set_aside():
    """An empty schema for the block. What was there goes when it ends well, and comes back when it fails.

    Not `pg_restore --clean`: that drops what the backup knows, and a table of a newer version would be in its way.
    """

    def do(*statements):
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    do(f"ALTER SCHEMA public RENAME TO {ASIDE}", "CREATE SCHEMA public")
    try:
        yield
    except BaseException:
        do("DROP SCHEMA public CASCADE", f"ALTER SCHEMA {ASIDE} RENAME TO public")
        raise
    do(f"DROP SCHEMA {ASIDE} CASCADE")


def create_if_missing() -> None:
    """On PostgreSQL the database itself may be gone."""
    if connection.vendor != "postgresql":
        return
    try:
        connection.ensure_connection()
    except OperationalError as error:
        if "does not exist" not in str(error):
            raise
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {connection.ops.quote_name(connection.settings_dict['NAME'])}")


def others_at_work() -> int:
    """How many other sessions the database has; SQLite cannot tell."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        return cursor.fetchone()[0]


def _run(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs with the address of our database in its environment."""
    if shutil.which(program) is None:
        raise Unfit(f"{program} is not on this machine; install PostgreSQL's client programs.")
    chosen = connection.settings_dict
    environment = os.environ | {
        "PGHOST": str(chosen["HOST"] or ""),
        "PGPORT": str(chosen["PORT"] or ""),
        "PGUSER": str(chosen["USER"] or ""),
        "PGPASSWORD": str(chosen["PASSWORD"] or ""),
        "PGDATABASE": str(chosen["NAME"]),
        **{
            f"PG{name.upper()}": str(value)
            for name, value in chosen["OPTIONS"].items()
            if name.startswith("ssl")
        },
    }
    environment = {name: value for name, value in environment.items() if value or not name.startswith("PG")}
    done = subprocess.run([program, *arguments], env=environment, capture_output=True, text=True)
    if done.returncode:
        raise Unfit(f"{program} failed: {done.stderr.strip()[-1000:]}")
