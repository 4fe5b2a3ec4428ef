from datetime import timedelta

import pytest

from apps.core import clock, jobs
from apps.core.models import Job
from apps.org.models import BusinessLine

pytestmark = pytest.mark.django_db


@jobs.job("test.write")
def write(code):
    BusinessLine.objects.create(code=code, name=code)


@jobs.job("test.fail")
def fail(code):
    BusinessLine.objects.create(code=code, name=code)
    raise RuntimeError("no luck")


@jobs.job("test.long", whole=False)
def long(running, code):
    running.beat(40, "halfway")
    with running.finishing():
        BusinessLine.objects.create(code=code, name=code)


@jobs.job("test.forgetful", whole=False)
def forgetful(running):
    running.beat()


def written():
    return set(BusinessLine.objects.values_list("code", flat=True))


def release_the_pause():
    Job.objects.update(leased_until=0)


def test_the_same_key_is_the_same_job():
    for _time in range(3):
        jobs.enqueue("test.write", "a", key="k")

    assert (jobs.drain(), written()) == (1, {"a"})
    assert jobs.run_once("k") is False


def test_a_failed_job_leaves_nothing_and_is_dead_after_five_attempts_until_an_operator_reruns_it():
    jobs.enqueue("test.fail", "a", key="k")
    for attempt in range(1, 6):
        release_the_pause()
        with pytest.raises(RuntimeError):
            jobs.run_once("k")
        row = Job.objects.get(key="k")
        assert (row.attempts, row.state) == (attempt, "dead" if attempt == 5 else "waiting")
    assert written() == set()
    assert "no luck" in row.error
    release_the_pause()
    assert jobs.run_once("k") is False

    jobs.rerun(row)

    assert (Job.objects.get(key="k").state, Job.objects.get(key="k").attempts) == ("waiting", 0)


def test_a_failed_job_waits_before_it_is_tried_again():
    jobs.enqueue("test.fail", "a", key="k")
    with pytest.raises(RuntimeError):
        jobs.run_once("k")
    assert jobs.run_once("k") is False


def test_a_leased_job_is_nobody_elses_until_the_lease_ends():
    jobs.enqueue("test.write", "a", key="k")
    taken = jobs._take("k")

    assert jobs.run_once("k") is False
    assert (taken.attempts, written()) == (1, set())

    release_the_pause()
    assert jobs.run_once("k") is True
    assert written() == {"a"}


def test_who_lost_the_lease_undoes_its_work():
    jobs.enqueue("test.long", "a", key="k")
    late = jobs.Running(jobs._take("k"), 60)
    release_the_pause()
    assert jobs.run_once("k") is True

    with pytest.raises(jobs.LeaseLost):
        late.beat()
    with pytest.raises(jobs.LeaseLost), late.finishing():
        BusinessLine.objects.create(code="b", name="b")
    assert written() == {"a"}


def test_a_long_job_shows_how_far_it_is_and_must_finish():
    jobs.enqueue("test.forgetful", key="k")
    with pytest.raises(RuntimeError, match="without finishing"):
        jobs.run_once("k")


def test_a_worker_lost_in_the_last_attempt_leaves_a_dead_job_that_operators_see():
    jobs.enqueue("test.write", "a", key="k")
    Job.objects.update(state="running", attempts=5, leased_until=0)

    jobs.relay()

    assert list(Job.objects.dead().values_list("key", flat=True)) == ["k"]


def test_a_job_of_a_later_day_waits_for_business_time():

    jobs.enqueue("test.write", "a", key="k", due_at=clock.now() + timedelta(days=2))
    assert jobs.drain() == 0
    with clock.at(clock.now() + timedelta(days=3)):
        assert jobs.drain() == 1


def test_an_unknown_job_cannot_be_asked_for():
    with pytest.raises(LookupError):
        jobs.enqueue("test.nobody", key="k")
