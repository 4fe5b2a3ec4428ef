from django.apps import AppConfig
from django.db import connections

from apps.core.migrated import after_migrate


class ProjectsConfig(AppConfig):
    name = "apps.projects"

    def ready(self):
        after_migrate(seed)


def seed(using):
    """A bank starts with a process; the tests' flush, which takes it away, comes by here too."""
    from apps.projects.process import seed_process  # noqa: PLC0415 (models are not loaded when this module is)

    if "projects_requiredkind" in connections[using].introspection.table_names():
        seed_process()
