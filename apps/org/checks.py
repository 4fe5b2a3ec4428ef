"""What `manage.py migrate` and `check --database default` refuse in production."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core import checks
from django.db import connections


@checks.register(checks.Tags.database)
def no_superuser(databases=None, **kwargs):
    """An account that every permission check lets through belongs to none of the three administrators."""
    model = get_user_model()
    if not settings.PRODUCTION or not databases:
        return []
    for alias in databases:
        if model._meta.db_table not in connections[alias].introspection.table_names():
            continue
        names = (
            model.objects.using(alias)
            .filter(is_superuser=True, is_active=True)
            .values_list("username", flat=True)
        )
        if names:
            return [
                checks.Error(
                    f"Active superusers: {', '.join(names)}. There are three administrators, and no superuser.",
                    hint="Clear is_superuser on these accounts, or close them.",
                    id="silun.E001",
                )
            ]
    return []
