from django.apps import AppConfig
from django.db import connections

from apps.core.migrated import after_migrate


class ReviewConfig(AppConfig):
    name = "apps.review"

    def ready(self):
        after_migrate(seed)


def seed(using):
    """A bank starts with a rubric; the tests' flush, which takes it away, comes by here too."""
    from apps.review.rubrics import seed_rubric  # noqa: PLC0415 (models are not loaded when this module is)

    if "review_criterion" in connections[using].introspection.table_names():
        seed_rubric()
