"""Set-up on a machine that has Python alone. A whole one, from a fresh clone, is what .ci/run begins with."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    """Ask tools/setup.py for the value of an expression, in a fresh .venv and an environment of nothing but what is given."""
    home = tmp_path_factory.mktemp("home")
    subprocess.run([sys.executable, "-m", "venv", home / ".venv"], check=True)
    begin = "import json, sys; from pathlib import Path; began = set(sys.modules); sys.path.insert(0, 'tools'); import setup; setup.PYTHON = Path(sys.executable)"

    def ask(question, **environment):
        said = subprocess.run(
            [home / ".venv/bin/python", "-c", f"{begin}; print(json.dumps({question}))"],
            cwd=ROOT,
            env={"HOME": str(home), "PIP_CONFIG_FILE": os.devnull} | environment,
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(said.stdout)

    return ask


def test_the_set_up_needs_the_standard_library_alone(ask):
    loaded = ask("[name.split('.')[0] for name in set(sys.modules) - began]", PYTHONPATH="")

    assert sorted(set(loaded) - sys.stdlib_module_names) == ["setup"]


def test_uv_hears_nothing_where_pip_was_told_nothing(ask):
    assert ask("setup.uv_settings()") == {
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_SYSTEM_CERTS": "true",
    }


def test_uv_hears_what_pip_was_told(ask):
    told = {
        "PIP_INDEX_URL": "https://mirror.example.com/simple",
        "PIP_EXTRA_INDEX_URL": "https://a.example.com/simple https://b.example.com/simple",
        "PIP_FIND_LINKS": "/srv/wheels /srv/more",
        "PIP_CERT": "/etc/ssl/bank.pem",
        "PIP_TRUSTED_HOST": "mirror.example.com",
    }

    assert ask("setup.uv_settings()", **told) == {
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_SYSTEM_CERTS": "true",
        "UV_DEFAULT_INDEX": "https://mirror.example.com/simple",
        "UV_INDEX": "https://a.example.com/simple https://b.example.com/simple",
        "UV_FIND_LINKS": "/srv/wheels,/srv/more",
        "UV_INSECURE_HOST": "mirror.example.com",
        "SSL_CERT_FILE": "/etc/ssl/bank.pem",
    }


def test_uv_hears_what_a_file_of_pip_says(ask, tmp_path):
    file = tmp_path / "pip.conf"
    file.write_text(
        "[global]\nindex-url = https://mirror.example.com/simple\nextra-index-url =\n  https://a.example.com/simple\n  https://b.example.com/simple\n"
    )

    heard = ask("setup.uv_settings()", PIP_CONFIG_FILE=str(file))

    assert heard["UV_DEFAULT_INDEX"] == "https://mirror.example.com/simple"
    assert heard["UV_INDEX"] == "https://a.example.com/simple https://b.example.com/simple"


def test_what_was_said_to_uv_itself_wins(ask):
    heard = ask(
        "setup.uv_settings()",
        PIP_INDEX_URL="https://pip.example.com/simple",
        UV_DEFAULT_INDEX="https://uv.example.com/simple",
    )

    assert "UV_DEFAULT_INDEX" not in heard


@pytest.mark.parametrize("lock", ["requirements.lock", "tools/node.lock"])
def test_every_pin_of_a_lock_has_a_hash_and_none_names_an_index(lock):
    text = (ROOT / lock).read_text()
    pins = re.split(r"^(?=[a-z0-9])", text, flags=re.M)[1:]

    assert [pin.split()[0] for pin in pins if "--hash=sha256:" not in pin] == []
    assert re.findall(r"https?://\S+|--(?:extra-)?index-url", text) == []


def test_the_lock_pins_every_direct_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {
        re.match(r"[\w-]+", line)[0].lower().replace("_", "-")
        for line in project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    }
    pinned = set(
        re.findall(
            r"^([a-z0-9-]+)(?:\[[\w,]+\])?==",
            (ROOT / "requirements.lock").read_text().replace("_", "-"),
            re.M,
        )
    )

    assert sorted(wanted - pinned) == []


def test_the_lock_of_node_names_no_registry_and_every_package_has_a_hash():
    lock = json.loads((ROOT / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}

    assert [
        name for name, package in packages.items() if "integrity" not in package or "resolved" in package
    ] == []
    assert (
        lock["packages"][""]["dependencies"]
        == json.loads((ROOT / "package.json").read_text())["dependencies"]
    )


def test_the_readme_names_the_two_commands_and_the_makefile_has_them():
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.M))

    assert {"setup", "run", "test", "check", "bench"} <= targets
    assert re.findall(r"^make \w+$", (ROOT / "README.md").read_text(), re.M)[:2] == ["make run", "make test"]
