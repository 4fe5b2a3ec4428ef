"""The oracle stands by itself, and knows every kind of thing and every route there is."""

import ast
from collections import Counter
from pathlib import Path

import pytest

from apps.core.search import kinds
from tests.fence import ACCESS
from tests.worlds import routes
from tests.worlds.oracle import KINDS
from tests.worlds.test_worlds import SEARCHED, models_with_scope

HERE = Path(__file__).parent
BY_ITSELF = ["oracle", "telling", "numbers", "plan", "people", "affairs", "deciding", "world"]


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("name", BY_ITSELF)
def test_the_oracle_and_the_worlds_it_judges_import_no_code_of_the_application(name):
    allowed = {"tests.worlds", *(f"tests.worlds.{other}" for other in BY_ITSELF)}
    wrong = {
        module
        for module in imported(HERE / f"{name}.py")
        if module.split(".")[0] in ("apps", "config", "django")
        or module.startswith("tests")
        and not any(module == one or module.startswith(f"{one}.") for one in allowed - {"tests.worlds"})
        and module != "tests.worlds"
    }
    assert wrong == set()


def test_every_kind_of_which_the_application_says_who_sees_it_is_judged():
    elsewhere = {"org.engagement"}  # tests/org/test_engagements.py
    assert set(models_with_scope()) - elsewhere == KINDS


def test_every_kind_that_is_searched_is_looked_for():
    assert set(kinds()) == SEARCHED


def test_every_route_is_walked_or_said_not_to_be():
    assert Counter(name for table in routes.TABLES for name in table) == Counter(list(ACCESS))
