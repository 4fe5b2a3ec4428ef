from itertools import groupby

from django.core.management.base import BaseCommand, CommandError

from apps.ledger.models import Account, Leg, Transaction
from apps.ledger.verify import MOST, promises, verify

SHOWN = 50


class Command(BaseCommand):
    help = "Ask the ledger's rows whether every promise holds. Exits 0 only when all do."

    def handle(self, **options):
        findings = verify()
        by_promise = {
            promise: list(found) for promise, found in groupby(findings, key=lambda finding: finding.promise)
        }
        for promise in promises():
            found = by_promise.get(promise, [])
            self.stdout.write(f"{'BROKEN' if found else 'holds '}  {promise}")
            for finding in found[:SHOWN]:
                self.stdout.write(f"        {finding.text}")
            if len(found) > SHOWN:
                more = "at least " if len(found) >= MOST else ""
                self.stdout.write(f"        … {more}{len(found) - SHOWN} more")
        size = f"{Account.objects.count()} accounts, {Transaction.objects.count()} transactions, {Leg.objects.count()} legs"
        if findings:
            raise CommandError(f"{size}: the books are not right.")
        self.stdout.write(f"{size}: the books are right.")
