import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
SAFE = {
    "SILUN_ENV": "production",
    "SECRET_KEY": "a-key-of-a-test-0123456789-abcdefghijklmnopqrstuvwxyz",
    "CHECKPOINT_KEY": "another-key-of-a-test-0123456789-abcdef",
    "ALLOWED_HOSTS": "silun.example.com",
    "CSRF_TRUSTED_ORIGINS": "https://silun.example.com",
    "DATABASE_URL": "postgres://silun@db.example.com/silun",
    "BROKER_URL": "amqp://silun@mq.example.com//",
    "DEBUG": "false",
}
LONG = "x" * 60


def start(tmp_path, **environment):
    """Import the settings in a process of their own, as a server would; return its exit code and the last line it said."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        cwd=ROOT,
        env=kept | {"VAR_DIR": str(tmp_path)} | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    said = done.stderr.strip().splitlines()
    return done.returncode, said[-1].split(": ", 1)[1] if said else ""


def test_the_demo_starts_with_nothing_set(tmp_path):
    assert start(tmp_path) == (0, "")


def test_production_starts_on_safe_values(tmp_path):
    assert start(tmp_path, **SAFE) == (0, "")


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("SECRET_KEY", None, "SECRET_KEY must be set, 50 characters or more"),
        ("SECRET_KEY", "short", "SECRET_KEY must be set, 50 characters or more"),
        (
            "CHECKPOINT_KEY",
            None,
            "CHECKPOINT_KEY must be set, 32 characters or more, and differ from SECRET_KEY",
        ),
        (
            "CHECKPOINT_KEY",
            SAFE["SECRET_KEY"],
            "CHECKPOINT_KEY must be set, 32 characters or more, and differ from SECRET_KEY",
        ),
        (
            "CHECKPOINT_KEY",
            "short",
            "CHECKPOINT_KEY must be set, 32 characters or more, and differ from SECRET_KEY",
        ),
        ("DEBUG", "true", "DEBUG must be off"),
        ("ALLOWED_HOSTS", None, "ALLOWED_HOSTS must name the hosts"),
        ("ALLOWED_HOSTS", "silun.example.com,*", "ALLOWED_HOSTS must name the hosts"),
        ("CSRF_TRUSTED_ORIGINS", "http://silun.example.com", "CSRF_TRUSTED_ORIGINS must begin with https://"),
        ("DATABASE_URL", None, "DATABASE_URL must be a PostgreSQL database"),
        ("DATABASE_URL", "mysql://silun@db.example.com/silun", "DATABASE_URL must be a PostgreSQL database"),
        ("BROKER_URL", None, "BROKER_URL must be RabbitMQ or Redis"),
        ("BROKER_URL", "memory://", "BROKER_URL must be RabbitMQ or Redis"),
    ],
)
def test_production_refuses_an_unsafe_value_and_names_it(tmp_path, name, value, reason):
    environment = {key: text for key, text in (SAFE | {name: value}).items() if text is not None}

    assert start(tmp_path, **environment) == (1, f"Production refuses to start: {reason}.")


def test_production_names_every_unsafe_value_at_once(tmp_path):
    code, said = start(tmp_path, SILUN_ENV="production", DEBUG="true", SECRET_KEY=LONG)

    assert code == 1
    assert re.findall(r"\b([A-Z_]+) must", said) == [
        "CHECKPOINT_KEY",
        "DEBUG",
        "ALLOWED_HOSTS",
        "DATABASE_URL",
        "BROKER_URL",
    ]


def test_an_unknown_place_is_refused(tmp_path):
    assert start(tmp_path, SILUN_ENV="staging") == (
        1,
        "SILUN_ENV is 'staging'; it must be demo or production.",
    )


def test_the_environment_reaches_the_settings(tmp_path):
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "from config import settings as s; print(s.PORT, s.DATABASES['default']['NAME'], s.EMAIL_BACKEND)",
        ],
        cwd=ROOT,
        env=os.environ | SAFE | {"VAR_DIR": str(tmp_path), "PORT": "8123", "EMAIL_HOST": "mail.example.com"},
        capture_output=True,
        text=True,
    ).stdout

    assert said == "8123 silun django.core.mail.backends.smtp.EmailBackend\n"


def test_the_settings_page_lists_every_variable_with_its_default():
    read = dict(variables_read())
    listed = dict(
        re.findall(
            r"^\| `(\w+)` \| (.+?) \|", (ROOT / "docs/settings.md").read_text().split("## For tests")[0], re.M
        )
    )

    assert set(listed) == set(read)
    assert {name: listed[name] for name, default in read.items() if default is not None} == {
        name: f"`{default}`" for name, default in read.items() if default is not None
    }


def variables_read():
    """Find each env.str("NAME", default) in the settings; the default as text when it is plain, else nothing to compare."""
    for node in ast.walk(ast.parse((ROOT / "config/settings.py").read_text())):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and ast.unparse(node.func.value) == "env"
        ):
            if node.func.attr == "read_env":
                continue
            default = node.args[1]
            yield node.args[0].value, str(default.value) if isinstance(default, ast.Constant) else None
