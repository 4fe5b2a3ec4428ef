import time

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from apps.core import clock
from apps.core.jobs import drain
from apps.core.sealing import seal_all
from apps.desk.demo import make_bank, summary
from apps.desk.demo.people import ACCOUNTS, PASSWORD
from apps.org.matrix import role_label
from apps.org.models import Unit


class Command(BaseCommand):
    help = "Make the demo bank, once; --accounts prints its accounts."

    def add_arguments(self, parser):
        parser.add_argument(
            "--accounts", action="store_true", help="print the demo accounts and do nothing else"
        )
        parser.add_argument("--seed", type=int, default=7, help="another seed gives another bank")

    def handle(self, *, accounts, seed, **options):
        if settings.PRODUCTION:
            raise CommandError("The demo bank is refused in production.")
        if not accounts:
            if Unit.objects.exists():
                raise CommandError("There is a bank already; the demo is made in an empty database.")
            began = time.monotonic()
            with transaction.atomic():
                bank = make_bank(seed, clock.today())
                drain()
                seal_all()
            for line in bank.diary.refused:
                self.stderr.write(f"refused: {line}")
            self.stdout.write(f"Two years of the demo bank in {time.monotonic() - began:.0f} seconds:")
            for line in summary.told(summary.counted()):
                self.stdout.write(line)
        self.stdout.write(
            f"Demo accounts (password {PASSWORD}); everybody else signs in with their employee number:"
        )
        for name, role, where, part in ACCOUNTS:
            self.stdout.write(f"  {name:<13}{where} · {role_label(role)}：{part}")
