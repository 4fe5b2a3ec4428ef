from django.apps import AppConfig
from django.db import connections

from apps.core.migrated import after_migrate


class IncentivesConfig(AppConfig):
    name = "apps.incentives"

    def ready(self):
        after_migrate(seed)


def seed(using):
    """A bank starts with a rule book; the tests' flush, which takes it away, comes by here too."""
    from apps.incentives.rulebook import seed_rules  # noqa: PLC0415 (models are not loaded when this module is)

    if "incentives_pointrule" in connections[using].introspection.table_names():
        seed_rules()
