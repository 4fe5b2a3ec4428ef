"""What must stand after every migrate, and after the tests' flush: triggers, and the rows a bank starts with."""

from collections.abc import Callable

_after: list[Callable] = []


def after_migrate(function: Callable) -> Callable:
    """Call `function(using)` after every migrate, `using` being the database's alias. It must be safe to repeat, and
    look whether its table is there: half-way through the migrations it may not be. For an app's `ready`."""
    if function not in _after:
        _after.append(function)
    return function


def run_after_migrate(using: str) -> None:
    for function in _after:
        function(using)
