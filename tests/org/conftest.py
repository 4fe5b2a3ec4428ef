import pytest


@pytest.fixture
def visit(client):
    """Open a page, or post to it, as somebody."""

    def open_as(user, address, data=None):
        client.force_login(user, backend="apps.org.adapters.AccountBackend")
        return client.post(address, data) if data is not None else client.get(address)

    return open_as
