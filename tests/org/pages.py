"""What the tests of org's pages share."""

from django.urls import reverse


def url(name, *args):
    return reverse(f"org:{name}", args=args)


def lines(response) -> list[str]:
    """The lines of an exported CSV, its head first."""
    return b"".join(response.streaming_content).decode().strip().splitlines()
