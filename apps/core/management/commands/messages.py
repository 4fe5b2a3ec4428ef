"""The catalogs of the UI: read texts out of code and pages, keep translations, compile, check. Pure Python, no gettext."""

import os
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

LANGUAGE = "zh_Hans"
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}


def folders(app: str) -> list[Path]:
    """Where an app's texts are: its code and its templates. Templates that belong to no app are core's."""
    root = settings.BASE_DIR
    own = [root / "apps" / app, root / "templates" / app]
    if app == "core":
        own += [p for p in sorted((root / "templates").iterdir()) if p.name not in settings.STAIRS]
    return [p for p in own if p.exists()]


def extracted(app: str) -> Catalog:
    """Every text of the app, with where it stands."""
    with open(settings.BASE_DIR / "babel.cfg") as file:
        methods, options = parse_mapping_cfg(file)
    catalog = Catalog(project="Silun", charset="utf-8")
    for folder in folders(app):
        base = folder if folder.is_dir() else folder.parent
        only = None if folder.is_dir() else folder.name
        found = extract_from_dir(
            base,
            methods,
            options,
            KEYWORDS,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
            directory_filter=lambda path, only=only: only is None and "migrations" not in str(path),
        )
        for name, line, message, comments, context in found:
            if only is None or name == only:
                where = (base / name).relative_to(settings.BASE_DIR).as_posix()
                catalog.add(message, None, [(where, line)], auto_comments=comments, context=context)
    return catalog


def po_path(app: str) -> Path:
    return settings.BASE_DIR / "locale" / app / LANGUAGE / "LC_MESSAGES" / "django.po"


def stored(app: str) -> Catalog:
    if not po_path(app).exists():
        return Catalog(locale=LANGUAGE, project="Silun", version="1", charset="utf-8", fuzzy=False)
    with open(po_path(app), "rb") as file:
        return read_po(file, locale=LANGUAGE)


def update(app: str) -> Catalog:
    """Bring the app's catalog up to its texts. Translations are kept, texts that are gone go; written only when changed."""
    catalog, template = stored(app), extracted(app)
    catalog.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalog.obsolete.clear()
    if not template._messages and not po_path(app).exists():
        return catalog
    po_path(app).parent.mkdir(parents=True, exist_ok=True)
    catalog.header_comment = f"# The words of {app} in simplified Chinese."
    before = po_path(app).read_bytes() if po_path(app).exists() else b""
    with open(po_path(app), "wb") as file:
        write_po(file, catalog, width=0, sort_output=True, include_lineno=False, omit_header=False)
    if without_dates(before) == without_dates(po_path(app).read_bytes()):
        po_path(app).write_bytes(before)
    return catalog


def without_dates(text: bytes) -> bytes:
    return b"\n".join(line for line in text.splitlines() if b"-Date:" not in line)


def compile_all() -> int:
    """Write each catalog's .mo beside it. Returns how many."""
    done = 0
    for app in settings.STAIRS:
        if po_path(app).exists():
            target = po_path(app).with_suffix(".mo")
            beside = target.with_suffix(f".{os.getpid()}")
            with open(beside, "wb") as file:
                write_mo(file, stored(app))
            beside.replace(target)  # whole at any moment: a server may be starting that reads it
            done += 1
    return done


def faults() -> list[str]:
    """What is wrong with the catalogs, a sentence each: no word, a guessed word, broken placeholders, two words for one."""
    wrong: list[str] = []
    words: dict = {}
    for app in settings.STAIRS:
        catalog = stored(app)
        for text in extracted(app):
            if not text.id:
                continue
            message = catalog.get(text.id, text.context)
            strings = (
                (message.string if isinstance(message.string, tuple) else (message.string,))
                if message
                else ()
            )
            if not strings or not all(strings):
                wrong.append(f"{app}: no Chinese for {text.id!r}")
                continue
            if message.fuzzy:
                wrong.append(f"{app}: only guessed: {text.id!r}")
            wrong += [f"{app}: {text.id!r}: {fault}" for fault in message.check(catalog)]
            first_app, first = words.setdefault((text.id, text.context), (app, strings))
            if first != strings:
                wrong.append(f"{text.id!r} is {first[0]!r} in {first_app} and {strings[0]!r} in {app}")
    return wrong


class Command(BaseCommand):
    help = "Update the translation catalogs from code and templates and compile them; --compile compiles alone, --check checks."

    def add_arguments(self, parser):
        parser.add_argument(
            "apps", nargs="*", help="whose catalogs to update; all of them when none is named"
        )
        parser.add_argument("--compile", action="store_true", help="only compile the .po files as they are")
        parser.add_argument(
            "--check", action="store_true", help="fail on missing, fuzzy or contradicting words"
        )

    def handle(self, *, apps, check, verbosity, **options):
        if check:
            if wrong := faults():
                raise CommandError("\n".join([*wrong, f"{len(wrong)} faults in the catalogs."]))
            self.stdout.write("Every text has one Chinese word.")
            return
        if not options["compile"]:
            for app in apps or settings.STAIRS:
                catalog = update(app)
                missing = sum(
                    1
                    for m in catalog
                    if m.id and not (all(m.string) if isinstance(m.string, tuple) else m.string)
                )
                if verbosity and len(catalog):
                    self.stdout.write(f"{app}: {len(catalog)} texts, {missing} without Chinese")
        done = compile_all()
        if verbosity:
            self.stdout.write(f"{done} catalogs compiled")
