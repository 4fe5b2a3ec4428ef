from django.apps import AppConfig
from django.db import connections

from apps.core.migrated import after_migrate


class TalentConfig(AppConfig):
    name = "apps.talent"

    def ready(self):
        after_migrate(seed)


def seed(using):
    """A bank starts with a list of skills; the tests' flush, which takes it away, comes by here too."""
    from apps.talent.skills import seed_skills  # noqa: PLC0415 (models are not loaded when this module is)

    if "talent_skill" in connections[using].introspection.table_names():
        seed_skills()
