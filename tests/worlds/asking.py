"""One person of a world asks for a page; whatever is told there, it is held against what they may read."""

from django.test import Client

from apps.org.models import User
from tests.fence import ACCESS
from tests.worlds.oracle import Oracle, Viewer
from tests.worlds.reading import body, canaries, text_of
from tests.worlds.telling import readable
from tests.worlds.world import World

SIGNED_IN = "signed in"


class Asking:
    """`differences` says where a page and the oracle disagree, `pages` counts what was asked."""

    def __init__(self, world: World, viewer: Viewer, delegation: int | None = None, turn: int = 0):
        self.world, self.viewer, self.turn = world, viewer, turn
        self.oracle = Oracle(world, viewer)
        self.readable = readable(self.oracle)
        self.client = Client(raise_request_exception=False)
        account = User.objects.get(pk=world.people[viewer.person].account)
        self.client.force_login(account, backend="apps.org.adapters.AccountBackend")
        if delegation is not None:
            session = self.client.session
            session["acting"] = delegation
            session.save()
        self.differences: list[str] = []
        self.pages = 0
        self._absent: dict[str, str] = {}

    def in_turn(self, number: int, of: int) -> bool:
        """What is not asked of everybody is asked of each in turn."""
        return (number + self.turn + self.world.seed) % of == 0

    # Asking.

    def ask(self, name: str, address: str, query=None, **headers):
        """(answer, its bytes): nothing stands in it that this person may not read, and nothing breaks."""
        self.pages += 1
        answer = self.client.get(address, query or {}, **headers)
        data = body(answer)
        text = text_of(answer, data)
        told = canaries(text) - self.readable - canaries(str(query))  # what was typed is said again
        if told:
            self.differ(name, f"tells of {self.named(told)}", address, query)
        if answer.status_code >= 500:
            self.differ(name, f"answers {answer.status_code}", address, query)
        return answer, data, text

    def named(self, words) -> str:
        return ", ".join(f"{word} ({'.'.join(map(str, self.world.owners.get(word, ('another world',))))})" for word in sorted(words))  # fmt: skip

    def differ(self, name, what, address="", query=None) -> None:
        roles = [post.role for post in self.oracle.posts]
        who = f"person {self.viewer.person}" + (
            "" if self.viewer.acting_for is None else f" for {self.viewer.acting_for}"
        )
        self.differences.append(
            f"world {self.world.seed}, {who} {roles}, {name} {address} {query or ''}: {what}"
        )

    def may_use(self, name: str) -> bool:
        return ACCESS[name] == SIGNED_IN or self.oracle.may_ever(ACCESS[name])
