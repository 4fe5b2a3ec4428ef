from django.core.management.base import BaseCommand, CommandError

from apps.core.sealing import verify


class Command(BaseCommand):
    help = "Check the journal's seals and checkpoints; exit 0 only when all holds."

    def handle(self, **options):
        report = verify()
        self.stdout.write(
            f"sealed: {report.sealed}\nunsealed: {report.unsealed}\nproblems: {len(report.problems)}"
        )
        for problem in report.problems[:100]:
            self.stdout.write(problem)
        if report.problems:
            raise CommandError("The journal does not hold.")
