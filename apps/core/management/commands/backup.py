import time
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from apps.core.backup import make_backup
from apps.core.databases import Unfit


class Command(BaseCommand):
    help = "Write database, uploads and checkpoints into a new folder, with the hash of every file. Silun may run meanwhile."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path, help="where to; it must be new or empty")

    def handle(self, *, folder, **options):
        began = time.monotonic()
        try:
            made = make_backup(folder)
        except Unfit as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"Backed up {made.rows} rows of {made.tables} tables, {made.files} files and {made.checkpoints} checkpoints"
            f" ({made.size / 1e6:.1f} MB) into {folder} in {time.monotonic() - began:.1f} s."
        )
        if made.missing:
            for name in made.missing[:100]:
                self.stderr.write(f"file {name}: a row names it, and it is missing or not what the row says")
            raise CommandError(
                f"{len(made.missing)} files were missing when the backup was made; the rest is in it."
            )
