"""Run a module as `python -m` does, on a machine whose clock is wrong: python -m tests.faults.shifted SECONDS MODULE ARGUMENT..."""

import runpy
import sys
from datetime import UTC, datetime, timedelta

import time_machine

if __name__ == "__main__":
    seconds, module = int(sys.argv[1]), sys.argv[2]
    sys.argv = [module, *sys.argv[3:]]
    time_machine.travel(datetime.now(UTC) + timedelta(seconds=seconds), tick=True).start()
    runpy.run_module(module, run_name="__main__", alter_sys=True)
