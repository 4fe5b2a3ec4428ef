from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules

from apps.core.migrated import run_after_migrate


class CoreConfig(AppConfig):
    name = "apps.core"

    def ready(self):
        # Every process must know the verbs, who follows them, what is on whose page and what may be asked for,
        # the web process as much as the worker: a follower nobody imported is a follower nobody wakes.
        autodiscover_modules("verbs", "triggers", "actions", "panels", "nav", "subjects", "tasks")
        post_migrate.connect(install, sender=self, dispatch_uid="core.install")


def install(using, **kwargs):
    """What no migration keeps: triggers, the search index, and what the other apps ask for."""
    from apps.core.models import Checkpoint, Entry, Seal  # noqa: PLC0415 (models are not loaded when this module is)
    from apps.core.search import install_index  # noqa: PLC0415
    from apps.core.triggers import append_only, install_triggers  # noqa: PLC0415

    for model in (Entry, Seal, Checkpoint):
        append_only(model)
    install_triggers(using=using)
    install_index(connections[using])
    run_after_migrate(using)
