"""What happens by the passing of time: each tick function is asked every minute and enqueues what is due."""

_ticks: list = []


def every_minute(function):
    """Put above a function without arguments; it must be cheap, and safe to call at any time and twice."""
    _ticks.append(function)
    return function


def run_ticks() -> None:
    for function in _ticks:
        function()
