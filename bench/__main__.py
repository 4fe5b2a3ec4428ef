"""Measure: `python -m bench` runs every measurement of this folder, one after the other; `python -m bench optimiser` one.

Each runs in a process of its own, so that none warms or fattens the next.
"""

import pkgutil
import subprocess
import sys

import bench


def main(asked):
    known = sorted(
        module.name for module in pkgutil.iter_modules(bench.__path__) if not module.name.startswith("_")
    )
    if unknown := set(asked) - set(known):
        sys.exit(f"No measurement is called {', '.join(sorted(unknown))}; there are {', '.join(known)}.")
    failed = []
    for name in asked or known:
        print(f"── {name} " + "─" * max(4, 60 - len(name)), flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode:
            failed.append(name)
    return f"Failed: {', '.join(failed)}" if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
