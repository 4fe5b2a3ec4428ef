"""Servers of the tests' own and a Silun on them, made once for each process of the tests and copied for each test.

No test stands in another's way, and most of them wait most of the time: `-n 4 --dist worksteal` on two cores, too.
"""

import pytest

from tests.faults.filled import fill
from tests.faults.house import House
from tests.faults.proxy import Proxy
from tests.faults.servers import OwnPostgreSQL, OwnRabbitMQ, OwnRedis
from tests.live import LiveStack


def own(server):
    server.start()
    yield server
    server.close()


@pytest.fixture(scope="session")
def own_redis():
    yield from own(OwnRedis())


@pytest.fixture(scope="session")
def own_rabbitmq():
    yield from own(OwnRabbitMQ())


@pytest.fixture(scope="session")
def own_postgresql():
    yield from own(OwnPostgreSQL())


@pytest.fixture(params=["redis", "rabbitmq"])
def broker(request):
    """A broker of the tests' own, each kind in turn."""
    return request.getfixturevalue(f"own_{request.param}")


@pytest.fixture(scope="session")
def tables(own_postgresql, tmp_path_factory):
    """A Silun with its tables and static files, and nobody in it, to be copied."""
    stack = LiveStack(tmp_path_factory.mktemp("tables"), postgresql_url=own_postgresql.url)
    stack.prepare()
    (stack.folder / "checkpoints").mkdir()
    yield stack
    stack.stop()


@pytest.fixture(scope="session")
def built(tables, own_postgresql, tmp_path_factory):
    """The same with the small bank in it."""
    stack = LiveStack(tmp_path_factory.mktemp("built"), postgresql_url=own_postgresql.url, copy_of=tables)
    stack.manage("shell", "-v0", "-c", "from tests.browser.bank import make; make()")
    stack.manage("shell", "-v0", "-c", "from apps.core.sealing import seal_all; seal_all()")
    yield stack
    stack.stop()


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
def house(request, copied, broker, wire, own_postgresql, tmp_path):
    """A Silun of this test's own; nothing of it runs yet."""
    url = broker.url.replace(f":{broker.port}/", f":{wire.port}/")
    house = House(
        tmp_path, postgresql_url=own_postgresql.url, broker_url=url, copy_of=request.getfixturevalue(copied),
        cache_url=url if url.startswith("redis") else "",
    )  # fmt: skip
    yield house
    house.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def filled(request, tmp_path):
    """A Silun on each kind of database in turn, with a bank and files in it; nothing of it runs."""
    server = request.getfixturevalue("own_postgresql").url if request.param == "postgresql" else ""
    stack = LiveStack(tmp_path / "var", postgresql_url=server)
    try:
        fill(stack)
        yield stack
    finally:
        stack.stop()
