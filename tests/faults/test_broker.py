"""The broker stopped, killed, emptied or hanging: nothing accepted is lost, and whoever saves something does not wait for it."""

import time
from contextlib import contextmanager

import pytest

from tests.faults.house import PAGE_WITHIN_S, SETTLED_WITHIN_S, Visitor

pytestmark = pytest.mark.faults

REPORTS = 5  # saved while the broker is away


@contextmanager
def stopped(broker, wire):
    broker.stop()
    yield
    broker.start()


@contextmanager
def killed(broker, wire):
    broker.kill()
    yield
    broker.start()


@contextmanager
def flushed(broker, wire):
    broker.flush()
    yield


@contextmanager
def hanging(broker, wire):
    """The process stands still: it takes connections and never answers. Later it goes on where it was."""
    broker.hang()
    yield
    broker.go_on()


@contextmanager
def cut(broker, wire):
    wire.cut()
    yield
    wire.mend()


@contextmanager
def black_hole(broker, wire):
    """As after a power cut at the other end: old connections are never answered again, new ones are, later."""
    wire.hang()
    yield
    wire.forget()


FAULTS = [stopped, killed, flushed, hanging, cut, black_hole]


def test_whatever_the_broker_does_pages_save_at_once_and_all_is_done_within_a_minute_of_its_return(
    house, broker, wire, record_property
):
    house.start()
    visitor = Visitor(house, "liaison").sign_in()
    filed = [visitor.report_opportunity("before") and "before"]
    house.settle()

    figures = {}
    for fault in FAULTS:
        visitor.seconds.clear()
        with fault(broker, wire):
            for number in range(REPORTS):
                title = f"{fault.__name__} {number}"
                visitor.report_opportunity(title)
                filed.append(title)
            time.sleep(6)  # the scheduler, too, has met the fault
        settled = house.settle()
        figures[fault.__name__] = (round(visitor.worst, 2), round(settled, 1))

    differences = house.differences(filed)
    record_property("faults: of a broker", len(FAULTS))
    record_property("faults: lost or done twice after a broker's", len(differences))
    record_property(
        "slowest page that saves while a broker fails, s", max(page for page, _settled in figures.values())
    )
    record_property(
        "slowest to settle after a broker's fault, s", max(settled for _page, settled in figures.values())
    )
    assert differences == []
    assert max(worst for worst, _settled in figures.values()) < PAGE_WITHIN_S
    assert max(settled for _worst, settled in figures.values()) < SETTLED_WITHIN_S


def test_one_signs_in_while_broker_and_cache_hang_and_while_they_are_gone(
    house, broker, wire, record_property
):
    house.start("web")
    for _warm in range(
        4
    ):  # a process that has just begun reads its templates first, whatever the broker does
        visitor = Visitor(house, "liaison").sign_in()
        visitor.report_opportunity("before")
    for fault in (hanging, cut):
        with fault(broker, wire):
            visitor = Visitor(house, "liaison").sign_in()
            visitor.report_opportunity(fault.__name__)

        record_property("slowest page of signing in while a broker fails, s", visitor.worst)
        assert visitor.worst < PAGE_WITHIN_S
