"""The figures that tests tell of themselves (`record_property(name, number)`), printed at the end of a run by all its processes.

docs/quality.md says which promise each stands for. The same name told by several tests is one figure: their sum, or the
largest where the name begins with "slowest" or "most", and the least where it begins with "least".
"""

LARGEST = ("slowest", "most")


class Figures:
    """What the tests of this run told."""

    def __init__(self):
        self.told: dict[str, int | float] = {}

    def pytest_runtest_logreport(self, report):
        for name, value in report.user_properties if report.when == "call" else ():
            combine = max if name.startswith(LARGEST) else min if name.startswith("least") else sum
            self.told[name] = combine([self.told[name], value]) if name in self.told else value

    def pytest_terminal_summary(self, terminalreporter):
        if self.told:
            terminalreporter.section("figures")
        for name, value in sorted(self.told.items()):
            terminalreporter.write_line(f"{name}: {shown(value)}")


def shown(value: int | float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.2f}"
