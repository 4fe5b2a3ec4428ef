"""The bank's one tree is written by one hand at a time."""

from apps.org.models import Unit


def lock_tree() -> Unit:
    """Take the tree until the transaction ends; whoever opens, moves or merges units waits for it. Returns the root.

    The weaker of PostgreSQL's row locks: things that name the root may be written meanwhile.
    """
    return Unit.objects.select_for_update(no_key=True).get(depth=1)
