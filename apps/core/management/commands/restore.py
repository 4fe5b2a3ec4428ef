import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from apps.core.databases import Unfit
from apps.core.restore import restore_backup


class Command(BaseCommand):
    help = "Put a backup back and verify all of it. Refuses to overwrite a bank unless its database is named."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="a folder that the command backup has written")
        parser.add_argument(
            "--replace", default="", metavar="DATABASE", help="destroy the bank that is in this database"
        )

    def handle(self, *, folder, replace, **options):
        began = time.monotonic()
        try:
            done = restore_backup(folder, replace=replace)
        except Unfit as refusal:
            raise CommandError(str(refusal)) from refusal
        if done.aside:
            self.stdout.write(f"There were other checkpoints; they are kept as {done.aside}.")
        for fault in done.faults[:100]:
            self.stderr.write(fault)
        self.stdout.write(
            f"Restored {done.rows} rows of {done.tables} tables and {done.files} files, as they were at {done.made_at},"
            f" in {time.monotonic() - began:.1f} s; {done.sealed} lines of the journal were sealed afterwards."
        )
        if done.faults:
            raise CommandError(f"{len(done.faults)} faults were found in what was restored.")
        self.stdout.write(f"Verified: rows of each table, files, triggers, {', '.join(done.verified)}.")
