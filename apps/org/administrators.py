"""Three administrators (三员分立): nobody holds two of these roles at once. The database refuses it as well."""

from django.db import DEFAULT_DB_ALIAS, connections

ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")

_ROLES = ", ".join(f"'{role}'" for role in ADMINISTRATORS)
_ANOTHER = f"""EXISTS (
    SELECT 1 FROM org_post held
    WHERE held.person_id = NEW.person_id AND held.role IN ({_ROLES}) AND held.role <> NEW.role
      AND held.revoked_on IS NULL
      AND (held.ends IS NULL OR held.ends >= NEW.starts) AND (NEW.ends IS NULL OR NEW.ends >= held.starts))"""
_MESSAGE = "one person, two administrators: refused"

POSTGRESQL = [
    f"""CREATE OR REPLACE FUNCTION org_one_administrator() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.role IN ({_ROLES}) AND NEW.revoked_on IS NULL THEN
            -- Two at once wait for each other here: the second looks after the first has written.
            PERFORM 1 FROM org_person WHERE id = NEW.person_id FOR UPDATE;
            IF {_ANOTHER} THEN
                RAISE EXCEPTION '{_MESSAGE}' USING ERRCODE = 'check_violation';
            END IF;
        END IF;
        RETURN NEW;
    END $$""",
    "DROP TRIGGER IF EXISTS org_one_administrator ON org_post",
    "CREATE TRIGGER org_one_administrator BEFORE INSERT OR UPDATE ON org_post"
    " FOR EACH ROW EXECUTE FUNCTION org_one_administrator()",
]
SQLITE = [
    f"""CREATE TRIGGER IF NOT EXISTS org_one_administrator_{event.lower()} BEFORE {event} ON org_post
    WHEN NEW.role IN ({_ROLES}) AND NEW.revoked_on IS NULL
    BEGIN SELECT RAISE(ABORT, '{_MESSAGE}') WHERE {_ANOTHER}; END"""
    for event in ("INSERT", "UPDATE")
]


def install_administrators(using=DEFAULT_DB_ALIAS) -> None:
    """Put the trigger on the table of posts; after every migrate, because SQLite drops it with a rebuilt table."""
    connection = connections[using]
    if "org_post" not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        for statement in POSTGRESQL if connection.vendor == "postgresql" else SQLITE:
            cursor.execute(statement)
