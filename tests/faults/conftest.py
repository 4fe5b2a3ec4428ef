"""Servers of the tests' own, and Siluns that are made once and copied for each test.

No test stands in another's way, and most of them wait most of the time: `-n 6 --dist worksteal` on two cores, too.
"""

import os

import pytest

from tests.faults import filled as filled_
from tests.faults.house import House
from tests.faults.proxy import Proxy
from tests.faults.servers import OwnPostgreSQL, OwnRabbitMQ, OwnRedis
from tests.live import LiveStack


def own(server):
    server.start()
    yield server
    server.close()


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """(cluster at rest, name → Silun in it or on SQLite): made once for all processes of the tests."""
    own = tmp_path_factory.getbasetemp()
    return filled_.made(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@pytest.fixture(scope="session")
def own_redis():
    yield from own(OwnRedis())


@pytest.fixture(scope="session")
def own_rabbitmq():
    yield from own(OwnRabbitMQ())


@pytest.fixture(scope="session")
def own_postgresql(made):
    cluster, _siluns = made
    yield from own(OwnPostgreSQL(cluster))


@pytest.fixture(params=["redis", "rabbitmq"])
def broker(request):
    """A broker of the tests' own, each kind in turn."""
    return request.getfixturevalue(f"own_{request.param}")


@pytest.fixture
def copied():
    """Which Silun a test begins with; one that needs an empty bank says `tables`."""
    return "built"


@pytest.fixture
def wire(broker):
    """What lies between Silun and the broker."""
    proxy = Proxy("127.0.0.1", broker.port)
    yield proxy
    proxy.close()


@pytest.fixture
def house(copied, broker, wire, own_postgresql, made, tmp_path):
    """A Silun of this test's own; nothing of it runs yet."""
    url = broker.url.replace(f":{broker.port}/", f":{wire.port}/")
    house = House(
        tmp_path, postgresql_url=own_postgresql.url, broker_url=url, copy_of=made[1][copied],
        cache_url=url if url.startswith("redis") else "",
    )  # fmt: skip
    yield house
    house.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def filled(request, made, tmp_path):
    """A Silun on each kind of database in turn, with a bank and files in it; nothing of it runs."""
    server = request.getfixturevalue("own_postgresql").url if request.param == "postgresql" else ""
    stack = LiveStack(tmp_path / "var", postgresql_url=server, copy_of=made[1][request.param])
    yield stack
    stack.stop()
