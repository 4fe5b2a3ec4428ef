"""Tables that only grow. The database itself refuses to change or remove their rows.

An app names its tables in its `triggers.py`; they are installed after every migrate from that one list, because a later
constraint on SQLite rebuilds the table and silently drops its triggers.
"""

from contextlib import contextmanager

from django.db import DEFAULT_DB_ALIAS, connections, transaction

_append_only: dict = {}  # model → names of the fields that may change

POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$
"""


def append_only(model, *, allow_update: tuple[str, ...] = ()) -> None:
    """Rows of this model are added, and never removed. The fields of `allow_update` may change, the others may not.

    A refused statement raises `django.db.IntegrityError`. An UPDATE that names a guarded column is refused even when it would
    leave the value as it is: save with `update_fields`. Raises FieldDoesNotExist for an unknown field.
    """
    for name in allow_update:
        model._meta.get_field(name)
    _append_only[model] = tuple(allow_update)


def guarded() -> list:
    """The append-only models."""
    return list(_append_only)


def expected(using=DEFAULT_DB_ALIAS) -> set[tuple[str, str]]:
    """(table, event) of every trigger the list asks for: events are UPDATE, DELETE and, on PostgreSQL, TRUNCATE."""
    events = (
        ("UPDATE", "DELETE", "TRUNCATE")
        if connections[using].vendor == "postgresql"
        else ("UPDATE", "DELETE")
    )
    return {(model._meta.db_table, event) for model in _append_only for event in events}


def installed(using=DEFAULT_DB_ALIAS) -> set[tuple[str, str]]:
    """(table, event) of every trigger of ours that the database has, enabled."""
    return {(table, event) for table, _, event in _catalogue(connections[using])}


def install_triggers(*, using=DEFAULT_DB_ALIAS, **kwargs) -> None:
    """Give every registered table that exists its triggers, and drop those of tables no longer on the list. Safe to repeat."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        drop_triggers(using=using)
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL_FUNCTION)
        for model, free in _append_only.items():
            if model._meta.db_table in tables:
                for statement in _statements(connection, cursor, model, free):
                    cursor.execute(statement)


def drop_triggers(*, using=DEFAULT_DB_ALIAS) -> None:
    """Take every trigger of ours away: for `triggers_dropped`, and for `install_triggers` itself."""
    connection = connections[using]
    quote = connection.ops.quote_name
    if connection.vendor == "postgresql":
        connection.check_constraints()  # a table with deferred checks pending lets no trigger go
    with connection.cursor() as cursor:
        for table, name in sorted({(table, name) for table, name, _ in _catalogue(connection)}):
            of_table = f" ON {quote(table)}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {quote(name)}{of_table}")


@contextmanager
def triggers_dropped(using=DEFAULT_DB_ALIAS):
    """Let the block change append-only tables, in one transaction: when it fails, the triggers were never away.

    For the flush of the tests, for a data migration that must touch old rows, and for tests that tamper. Nothing else.
    """
    with transaction.atomic(using=using):
        drop_triggers(using=using)
        yield
        install_triggers(using=using)


def _catalogue(connection) -> list[tuple[str, str, str]]:
    """(table, trigger, event) as the database knows them."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # tgtype is a bit mask: 8 DELETE, 16 UPDATE, 32 TRUNCATE.
            cursor.execute(
                "SELECT c.relname, t.tgname, e.event FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                " JOIN (VALUES (8, 'DELETE'), (16, 'UPDATE'), (32, 'TRUNCATE')) AS e (bit, event) ON t.tgtype & e.bit > 0"
                " WHERE t.tgname LIKE 'append\\_only\\_%' AND t.tgenabled <> 'D' AND c.relnamespace = current_schema()::regnamespace"
            )
            return cursor.fetchall()
        cursor.execute(
            "SELECT tbl_name, name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'append\\_only\\_%' ESCAPE '\\'"
        )
        return [(table, name, name.rsplit("_", 1)[1].upper()) for table, name in cursor.fetchall()]


def _statements(connection, cursor, model, free) -> list[str]:
    quote = connection.ops.quote_name
    table = model._meta.db_table
    of_columns = ""
    if free:
        # Read from the database: half-way through the migrations a column of the model may not exist yet.
        free_columns = {model._meta.get_field(name).column for name in free}
        columns = [column.name for column in connection.introspection.get_table_description(cursor, table)]
        of_columns = " OF " + ", ".join(quote(column) for column in columns if column not in free_columns)
    if connection.vendor == "postgresql":
        return [
            f"CREATE TRIGGER append_only_rows BEFORE UPDATE{of_columns} OR DELETE ON {quote(table)}"
            " FOR EACH ROW EXECUTE FUNCTION append_only()",
            f"CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON {quote(table)}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()",
        ]
    return [
        f"CREATE TRIGGER {quote(f'append_only_{table}_{event.lower()}')} BEFORE {event}{columns} ON {quote(table)}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is append-only: {event} refused'); END"
        for event, columns in [("UPDATE", of_columns), ("DELETE", "")]
    ]
