from django.apps import AppConfig

from apps.core.migrated import after_migrate
from apps.org import checks  # noqa: F401 (registers)
from apps.org.administrators import install_administrators


class OrgConfig(AppConfig):
    name = "apps.org"

    def ready(self):
        after_migrate(install_administrators)
