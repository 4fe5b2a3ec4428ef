"""The solver runner with real processes. The functions they run stand first; the children import them from here."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from apps.core.solver import ROOT, SolverFailed, SolverTimeout, run_solver

HERE = "tests.core.test_solver"


def double(payload, *, time_limit, report):
    return {"doubled": payload["number"] * 2, "name": payload["name"], "time_limit": time_limit}


def count_to(payload, *, time_limit, report):
    for number in range(payload["number"]):
        report({"value": number})
    return {"value": payload["number"]}


def chatter(payload, *, time_limit, report):
    print("printed by Python")
    os.write(1, b"printed by a native library\n{\n")
    return {"done": True}


def look_around(payload, *, time_limit, report):
    return {"django": "django" in sys.modules, "secret": os.environ.get("SECRET_KEY")}


def hang_with_a_child(payload, *, time_limit, report):
    child = subprocess.Popen(["sleep", "60"])
    report({"pids": [os.getpid(), child.pid]})
    time.sleep(60)


def report_for_ever(payload, *, time_limit, report):
    while True:
        report({"pids": [os.getpid()]})


def report_one_then_raise(payload, *, time_limit, report):
    report({"value": 7})
    raise ArithmeticError("the tableau is singular")


def crash(payload, *, time_limit, report):
    os.write(2, b"double free or corruption\n")
    os.kill(os.getpid(), signal.SIGSEGV)
    time.sleep(60)


def leave(payload, *, time_limit, report):
    os._exit(3)


def return_a_set(payload, *, time_limit, report):
    return {"chosen": {1, 2}}


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_until(question, seconds=10):
    end = time.monotonic() + seconds
    while not question() and time.monotonic() < end:
        time.sleep(0.05)
    return question()


def test_a_function_answers_from_a_process_of_its_own():
    result = run_solver(f"{HERE}:double", {"number": 10**18 + 1, "name": "四轮"}, time_limit=5)
    assert result == {"doubled": 2 * 10**18 + 2, "name": "四轮", "time_limit": 5.0}


def test_incumbents_arrive_in_order_before_the_result():
    seen = []
    assert run_solver(f"{HERE}:count_to", {"number": 500}, time_limit=5, on_incumbent=seen.append) == {
        "value": 500
    }
    assert seen == [{"value": number} for number in range(500)]


def test_a_large_payload_and_result_come_through():
    name = "额度" * 2_000_000
    assert run_solver(f"{HERE}:double", {"number": 1, "name": name}, time_limit=10)["name"] == name


def test_what_a_library_prints_does_not_disturb_the_answer():
    assert run_solver(f"{HERE}:chatter", {}, time_limit=5) == {"done": True}


def test_the_process_knows_neither_django_nor_the_secrets(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "not for solvers")
    assert run_solver(f"{HERE}:look_around", {}, time_limit=5) == {"django": False, "secret": None}


def test_after_limit_and_grace_the_whole_group_is_killed_and_the_last_incumbent_kept():
    began = time.monotonic()
    with pytest.raises(SolverTimeout) as caught:
        run_solver(f"{HERE}:hang_with_a_child", {}, time_limit=1, grace=1)
    assert 2 <= time.monotonic() - began < 5

    leader, child = caught.value.incumbent["pids"]
    assert not is_running(leader)
    assert wait_until(lambda: not is_running(child))


def test_a_flood_of_incumbents_does_not_outlast_the_limit():
    with pytest.raises(SolverTimeout) as caught:
        run_solver(f"{HERE}:report_for_ever", {}, time_limit=1, grace=0.5)
    assert not is_running(caught.value.incumbent["pids"][0])


def test_a_result_that_was_finished_in_time_survives_a_slow_callback():
    result = run_solver(
        f"{HERE}:count_to", {"number": 1}, time_limit=1, grace=0.5, on_incumbent=lambda _: time.sleep(2)
    )
    assert result == {"value": 1}


def test_an_exception_of_the_callback_goes_on_and_kills_the_process():
    seen = []

    def refuse(incumbent):
        seen.extend(incumbent["pids"])
        raise KeyError("the scenario was withdrawn")

    with pytest.raises(KeyError, match="withdrawn"):
        run_solver(f"{HERE}:hang_with_a_child", {}, time_limit=30, on_incumbent=refuse)
    leader, child = seen
    assert not is_running(leader)
    assert wait_until(lambda: not is_running(child))


def test_an_exception_of_the_function_is_reported_with_its_traceback():
    with pytest.raises(SolverFailed, match="ArithmeticError: the tableau is singular") as caught:
        run_solver(f"{HERE}:report_one_then_raise", {}, time_limit=5)
    assert "in report_one_then_raise" in caught.value.detail
    assert caught.value.incumbent == {"value": 7}


def test_a_crash_is_reported_with_its_signal_and_last_words():
    with pytest.raises(SolverFailed, match="SIGSEGV") as caught:
        run_solver(f"{HERE}:crash", {}, time_limit=5)
    assert caught.value.detail == "double free or corruption\n"


def test_a_process_that_leaves_without_a_result_is_a_failure():
    with pytest.raises(SolverFailed, match="code 3"):
        run_solver(f"{HERE}:leave", {}, time_limit=5)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (f"{HERE}:return_a_set", "not JSON serializable"),
        (f"{HERE}:no_such_function", "AttributeError"),
        ("apps.no_such_module:solve", "ModuleNotFoundError"),
    ],
)
def test_what_cannot_be_called_or_returned_is_a_failure(target, reason):
    with pytest.raises(SolverFailed, match=reason):
        run_solver(target, {}, time_limit=5)


@pytest.mark.parametrize(("payload", "time_limit"), [({"x": float("nan")}, 5), ({}, 0), ({}, float("nan"))])
def test_what_makes_no_sense_starts_no_process(payload, time_limit):
    with pytest.raises(ValueError):
        run_solver(f"{HERE}:double", payload, time_limit=time_limit)


def test_several_run_at_once_from_the_threads_of_a_worker():
    with ThreadPoolExecutor(4) as pool:
        runs = [
            pool.submit(run_solver, f"{HERE}:double", {"number": n, "name": ""}, time_limit=10)
            for n in range(8)
        ]
    assert [run.result()["doubled"] for run in runs] == [0, 2, 4, 6, 8, 10, 12, 14]


def test_the_process_dies_with_a_caller_that_is_killed():
    script = f"""
from apps.core.solver import run_solver
run_solver("{HERE}:hang_with_a_child", {{}}, time_limit=60, on_incumbent=lambda i: print(*i["pids"], flush=True))
"""
    caller = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with caller.stdout:
        leader, child = (int(pid) for pid in caller.stdout.readline().split())
        assert is_running(leader)
        caller.kill()
        caller.wait()
    try:
        assert wait_until(lambda: not is_running(leader))
    finally:
        os.kill(child, signal.SIGKILL)
