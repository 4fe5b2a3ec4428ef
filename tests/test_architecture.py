"""The stairs of docs/architecture.md, for what the import contracts cannot see: foreign keys, names in texts, followers."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models
from django.test.utils import isolate_apps
from django.utils.functional import cached_property

ROOT = Path(settings.BASE_DIR)
STAIRS = settings.STAIRS
LONGEST_FILE = 500  # lines; house style asks for a split by noun near 300, and this is where asking ends
# Attributes of plain values: a template that says `.items` of a dict does not mean a relation called so.
PLAIN = {name for kind in (dict, list, str, int) for name in dir(kind)}


def higher(app):
    return STAIRS[STAIRS.index(app) + 1 :]


def python_files(app):
    return [path for path in sorted((ROOT / "apps" / app).rglob("*.py")) if "migrations" not in path.parts]


def template_files(app):
    return sorted(
        path for path in (ROOT / "templates" / app).rglob("*") if path.suffix in (".html", ".txt", ".xml")
    )


# ── Imports ───────────────────────────────────────────────────────────────────────────────────────────────────────
def test_apps_and_their_rooms_import_downwards_only():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout


# ── Foreign keys ──────────────────────────────────────────────────────────────────────────────────────────────────
def upward_relations(model):
    """Find the fields of a model that point at an app above its own. AUTH_USER_MODEL may be pointed at from everywhere."""
    app = model._meta.app_label
    return [
        f"{model._meta.label}.{field.name} -> {field.related_model._meta.label}"
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]
        if field.is_relation
        and field.related_model
        and field.related_model._meta.label != settings.AUTH_USER_MODEL
        if field.related_model._meta.app_label in higher(app)
    ]


def our_models():
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in STAIRS]


@isolate_apps("apps.projects", "apps.operations")
def test_a_foreign_key_that_points_up_is_seen():
    class Product(models.Model):
        project = models.ForeignKey("projects.Project", models.PROTECT)

        class Meta:
            app_label = "operations"

    class Project(models.Model):
        product = models.ForeignKey(Product, models.PROTECT)

        class Meta:
            app_label = "projects"

    assert upward_relations(Product) == []
    assert upward_relations(Project) == ["projects.Project.product -> operations.Product"]


def test_every_foreign_key_points_down_the_stairs():
    assert [found for model in our_models() for found in upward_relations(model)] == []


# ── Names ─────────────────────────────────────────────────────────────────────────────────────────────────────────
class Names:
    """What the apps above one app are called in URLs, dotted paths and relations."""

    def __init__(self, app):
        self.app, self.above = app, higher(app)

    @cached_property
    def named(self):
        """A URL name, module, model or template of a higher app."""
        above = "|".join(self.above) or r"(?!)"
        return re.compile(
            rf"(?:{above}):[a-z]\w*|apps\.(?:{above})\b|(?<![\w.])(?:{above})\.[A-Z]\w*|(?<![\w/])(?:{above})/\w+\.html"
        )

    @cached_property
    def relations(self):
        """The reverse relations that higher apps hang on the models of this app and of those below it."""
        ours, theirs = set(), set()
        for model in our_models():
            if model._meta.app_label in self.above:
                continue
            ours |= {
                name for kind in model.__mro__ for name in vars(kind) if not is_reverse(vars(kind)[name])
            }
            for relation in model._meta.related_objects:
                above = relation.related_model._meta.app_label in self.above
                (theirs if above else ours).update({relation.get_accessor_name(), relation.name} - {None})
        return theirs - ours - PLAIN

    def in_template(self, text):
        """List the upward names in a template; its comments may say what they like."""
        text = re.sub(r"\{#.*?#\}", "", text, flags=re.S)
        spoken = " ".join(re.findall(r"\{[{%].*?[}%]\}", text, re.S))
        attributes = set(re.findall(r"\.(\w+)", spoken))
        return self.named.findall(text) + sorted(attributes & self.relations)

    def in_python(self, text):
        """List the upward names in a module: in strings that are not docstrings, attributes, imports and lookups."""
        tree = ast.parse(text)
        docstrings = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
            and ast.get_docstring(node) is not None
        }
        found = []
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
                found += self.named.findall(node.value)
                found += (
                    [node.value]
                    if node.value.lstrip("-").split("__")[0] in self.relations and "__" in node.value
                    else []
                )
            elif isinstance(node, ast.Attribute) and node.attr in self.relations:
                found.append(f".{node.attr}")
            elif (
                isinstance(node, ast.keyword)
                and node.arg
                and "__" in node.arg
                and node.arg.split("__")[0] in self.relations
            ):
                found.append(f"{node.arg}=")
            elif isinstance(node, ast.ImportFrom) and node.module:
                found += self.named.findall(node.module)
        return found


def is_reverse(attribute):
    return hasattr(attribute, "rel") or hasattr(attribute, "related")


@pytest.mark.parametrize("app", STAIRS)
def test_templates_name_nothing_of_a_higher_app(app):
    names = Names(app)
    found = {
        str(path.relative_to(ROOT)): names.in_template(path.read_text(encoding="utf-8"))
        for path in template_files(app)
    }

    assert {path: upward for path, upward in found.items() if upward} == {}


@pytest.mark.parametrize("app", STAIRS)
def test_modules_name_nothing_of_a_higher_app(app):
    names = Names(app)
    found = {
        str(path.relative_to(ROOT)): names.in_python(path.read_text(encoding="utf-8"))
        for path in python_files(app)
    }

    assert {path: upward for path, upward in found.items() if upward} == {}


@pytest.mark.parametrize(
    ("text", "upward"),
    [
        ("{{ url('review:round_list') }}", ["review:round_list"]),
        ("{% include 'operations/product_card.html' %}", ["operations/product_card.html"]),
        ("{# review:round_list is drawn by a panel #}", []),
        ("{{ url('projects:project_list') }} {{ url('insight:item_list') }}", []),
        ("<p>at 10:30 in review: nothing</p>", []),
    ],
)
def test_an_upward_name_in_a_template_is_seen(text, upward):
    assert Names("projects").in_template(text) == upward


@pytest.mark.parametrize(
    ("text", "upward"),
    [
        ("reverse('review:round_list')", ["review:round_list"]),
        ("from apps.operations.models import Product", ["apps.operations"]),
        ("apps.get_model('allocation.Fund')", ["allocation.Fund"]),
        ("'''Its fund is an allocation.Fund.'''", []),
        ("reverse('insight:item_list')", []),
    ],
)
def test_an_upward_name_in_a_module_is_seen(text, upward):
    assert Names("projects").in_python(text) == upward


def test_an_upward_relation_is_seen():
    names = Names("projects")
    names.relations = {"products"}

    assert names.in_template(
        "<p>Its products.</p>{% for row in project.products.all() %}{{ row.name }}{% endfor %}"
    ) == ["products"]
    assert names.in_python("project.products.count()") == [".products"]
    assert names.in_python("Project.objects.filter(products__state=LIVE)") == ["products__state="]
    assert names.in_python("order_by('-products__state', 'products')") == ["-products__state"]


# ── Followers ─────────────────────────────────────────────────────────────────────────────────────────────────────
def called(app, function):
    """Find the first words a function is called with in an app; of an f-string, the part that is fixed."""
    for path in python_files(app):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == function:
                for argument in node.args:
                    fixed = argument.values[0] if isinstance(argument, ast.JoinedStr) else argument
                    if isinstance(fixed, ast.Constant) and isinstance(fixed.value, str):
                        yield fixed.value


def nouns():
    """The app that declares each noun of the journal ("project" of "project.submit")."""
    found = {}
    for app in STAIRS:
        for verb in called(app, "declare"):
            if "." in verb:
                found.setdefault(verb.split(".")[0], set()).add(app)
    return found


def test_each_noun_of_the_journal_is_declared_by_one_app():
    assert {noun: owners for noun, owners in nouns().items() if len(owners) > 1} == {}


def test_no_app_follows_a_verb_of_a_higher_app():
    owners = nouns()
    followed = [(app, verb) for app in STAIRS for verb in called(app, "follows")]

    assert [(app, verb) for app, verb in followed if verb.split(".")[0] not in owners] == []
    assert [(app, verb) for app, verb in followed if owners[verb.split(".")[0]] & set(higher(app))] == []


# ── Size, and words we do without ─────────────────────────────────────────────────────────────────────────────────
def test_no_file_is_longer_than_a_reader_can_hold():
    files = [path for app in STAIRS for path in [*python_files(app), *template_files(app)]]
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in files
    }

    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_room_is_called_after_nothing():
    vague = {"common", "utils", "util", "extras", "helpers", "misc"}

    assert [str(path.relative_to(ROOT)) for path in (ROOT / "apps").rglob("*") if path.stem in vague] == []


def test_business_goes_through_the_journal_and_not_through_signals():
    using = [
        str(path.relative_to(ROOT))
        for app in STAIRS[1:]
        for path in python_files(app)
        if re.search(
            r"^\s*(from|import) django\.(dispatch|db\.models\.signals)",
            path.read_text(encoding="utf-8"),
            re.M,
        )
    ]

    assert using == []


def test_the_admin_of_django_is_not_installed():
    assert not apps.is_installed("django.contrib.admin")


def test_a_text_is_marked_for_translation_under_a_name_the_extraction_knows():
    aliased = re.compile(r"import .*gettext(?:_lazy)? as (?!_\b)\w+")
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "apps").rglob("*.py")
        if aliased.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
