from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.flush import Command as Flush

from apps.core.triggers import triggers_dropped


class Command(Flush):
    """Django's flush, which the test runner calls after each test with real transactions, able to empty append-only tables.

    Refused in production: the journal and the ledger are not emptied.
    """

    def handle(self, **options):
        if settings.PRODUCTION:
            raise CommandError("Not in production: the journal and the ledger are append-only.")
        with triggers_dropped(using=options["database"]):
            super().handle(**options)
