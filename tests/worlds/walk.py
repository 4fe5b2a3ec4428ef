"""One person of a world opens every page there is; what they find is compared with what the oracle says."""

from django.test import Client
from django.urls import reverse

from apps.org.models import User
from tests.fence import ACCESS
from tests.worlds import routes
from tests.worlds.oracle import Oracle, Viewer
from tests.worlds.reading import body, canaries, lines_of, number_in, said, text_of
from tests.worlds.telling import readable
from tests.worlds.world import Thing, World

NOWHERE = 999_999_999
SIGNED_IN = "signed in"
FILES = 6  # of a world's, that one person tries to open


class Walk:
    """`differences` says where a page and the oracle disagree, `pages` counts what was asked."""

    def __init__(self, world: World, viewer: Viewer, delegation: int | None = None, turn: int = 0):
        self.world, self.viewer, self.turn = world, viewer, turn
        self.oracle = Oracle(world, viewer)
        self.readable = readable(self.oracle)
        self.client = Client(raise_request_exception=False)
        self.client.force_login(User.objects.get(pk=world.people[viewer.person].account))
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
        told = canaries(text) - self.readable
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

    # Pages without a thing.

    def lists(self) -> None:
        for number, (name, (kind, field)) in enumerate(routes.LISTS.items()):
            address = reverse(name)
            if not self.may_use(name):
                self.closed(name, address)
                continue
            rows = self.world.access if kind == "org.access" else self.world.of(kind)
            seen = [row for row in rows if row.key in self.oracle.sees(kind)]
            self.page_of(name, address, {row.pk for row in seen}, number)
            self.export_of(name, address, kind, seen, field, "csv" if self.in_turn(number, 2) else "xlsx")

    def closed(self, name: str, address: str) -> None:
        answer, _data, _text = self.ask(name, address)
        if answer.status_code != 403:
            self.differ(name, f"answers {answer.status_code}, not 403", address)

    def page_of(self, name: str, address: str, expected: set[int], number: int) -> None:
        """The rows of the page, in each order it offers, by its next links when it is long, and their number."""
        answer, _data, _text = self.ask(name, address)
        if answer.status_code != 200:
            self.differ(name, f"answers {answer.status_code}, not 200", address)
            return
        page = answer.context_data["page"]
        found, following = [row.pk for row in page.rows], page.next_url
        while following:
            more, _data, _text = self.ask(name, following)
            page_after = more.context_data["page"]
            found += [row.pk for row in page_after.rows]
            following = page_after.next_url
        self.compare(name, "rows", found, expected, address)
        counted, data, _text = self.ask(name, address, {"format": "count"})
        if number_in(data.decode()) != len(expected):
            self.differ(name, f"counts {number_in(data.decode())}, not {len(expected)}", address)
        orders = self.orders(page)
        self.order_of(name, address, *orders[(self.turn + self.world.seed + number) % len(orders)])

    @staticmethod
    def orders(page) -> list:
        return [(column, sign) for column in page.columns if column.sortable for sign in ("", "-")]

    def order_of(self, name, address, column, sign) -> None:
        """Lines that show the same stand in the order of their making: an order tells no more than the lines do."""
        shown, following, query = [], address, {"sort": sign + column.name}
        while following:
            answer, _data, _text = self.ask(name, following, query)
            page = answer.context_data["page"]
            shown += [(str(column.value(row)), row.pk) for row in page.rows]
            following, query = page.next_url, None
        groups: dict[str, list[int]] = {}
        for value, pk in shown:
            groups.setdefault(value, []).append(pk)
        for value, pks in groups.items():
            if pks != sorted(pks, reverse=bool(sign)):
                self.differ(name, f"sorted by {sign}{column.name}, {value!r} stands as {pks}", address)

    def export_of(self, name, address, kind, seen, field, form) -> None:
        """An export holds the lines of the page and no other."""
        _answer, data, text = self.ask(name, address, {"format": form})
        if form == "csv" and len(lines_of(data)) != len(seen):
            self.differ(name, f"exports {len(lines_of(data))} lines, not {len(seen)}", address)
        if field:
            self.told(name, kind, field, text, seen, form)

    def told(self, name, kind, field, text, seen, form) -> None:
        of_kind = {
            word for word in canaries(text) if self.world.owners.get(word, ("",))[::2] == (kind, field)
        }
        expected = {row.texts[field] for row in seen if field in row.texts}
        for what, words in (("has", of_kind - expected), ("lacks", expected - of_kind)):
            if words:
                self.differ(name, f"{form} {what} {self.named(words)}")

    def compare(self, name, what, found, expected, address="") -> None:
        if len(found) != len(set(found)):
            self.differ(name, f"{what}: some stand twice", address)
        if set(found) != expected:
            self.differ(
                name, f"{what}: too many {set(found) - expected}, missing {expected - set(found)}", address
            )

    def plain(self) -> None:
        for number, name in enumerate(sorted(routes.PLAIN)):
            if not self.in_turn(number, 2) and name not in routes.ALWAYS:
                continue
            address = reverse(name)
            if not self.may_use(name):
                self.closed(name, address)
                continue
            for query in [{}, *routes.ASKED.get(name, [])]:
                self.ask(name, address, query)

    # Pages about one thing.

    def details(self) -> None:
        for number, (name, kind) in enumerate([*routes.DETAILS.items(), *routes.FUNCTIONS.items()]):
            exact = name in routes.DETAILS
            if exact or self.in_turn(number, 2):
                for thing in self.some(name, kind, number):
                    self.open(name, thing, exact)

    def some(self, name: str, kind: str, number: int) -> list[Thing]:
        """One that is seen, and one that is not."""
        things = self.world.of(kind)
        chosen = []
        for reached in (True, False):
            those = [thing for thing in things if self.reaches(name, thing) is reached]
            chosen += those and [those[(self.turn + number + self.world.seed) % len(those)]]
        return chosen

    def open(self, name: str, thing: Thing, exact: bool = False) -> None:
        address = self.address(name, thing)
        answer, _data, text = self.ask(name, address)
        if not self.may_use(name):
            if answer.status_code != 403:
                self.differ(name, f"answers {answer.status_code}, not 403", address)
        elif not self.reaches(name, thing):
            self.absent(name, thing, address, answer, text)
        elif exact and answer.status_code == 200:
            self.list_in(name, address, answer)
        elif exact or answer.status_code not in (200, 302, 403, 404):
            self.differ(name, f"answers {answer.status_code} for what is seen", address)

    def list_in(self, name: str, address: str, answer) -> None:
        """A list that stands on a thing's page: one of its exports, and one of its orders."""
        page = (answer.context_data or {}).get("page")
        if page is None:
            return
        self.ask(name, address, {"format": "csv" if self.in_turn(0, 2) else "xlsx"})
        if orders := self.orders(page):
            self.order_of(name, address, *orders[(self.turn + self.world.seed) % len(orders)])

    def reaches(self, name: str, thing: Thing) -> bool:
        """Some pages are about less than what one sees: reviews are one's own, and topics are given to reviewers by who
        runs the round."""
        if name.startswith("review:review_"):
            return thing.of["reviewer"] == self.viewer.principal
        if name == "review:topic_assign":
            return self.oracle.may("round.manage", thing)
        if thing.kind == "notice" or thing.kind == "savedview":
            return thing.of["to"] == self.viewer.person
        if thing.kind in ("comment", "attachment"):
            return thing.of["about"][1] in self.oracle.sees(thing.of["about"][0])
        return thing.key in self.oracle.sees(thing.kind)

    def absent(self, name, thing, address, answer, text) -> None:
        """Out of reach: 404, with the very page of a number that does not exist."""
        if answer.status_code != 404:
            self.differ(name, f"answers {answer.status_code} for what is out of reach", address)
            return
        nowhere = self.address(name, Thing(thing.kind, 0, pk=NOWHERE, of=thing.of))
        place = nowhere.partition(str(NOWHERE))[0]  # the navigation marks where one is
        if place not in self._absent:
            self.pages += 1
            self._absent[place] = said(self.client.get(nowhere), nowhere)
        if said(answer, address) != self._absent[place]:
            self.differ(name, "is not the page of what does not exist", address)

    def address(self, name: str, thing: Thing) -> str:
        return reverse(
            name, kwargs=ARGUMENTS.get(name, lambda world, thing: {})(self.world, thing) | {"pk": thing.pk}
        )

    def files(self) -> None:
        files = self.world.of("attachment")
        for file in files[self.turn % 3 :: max(1, len(files) // FILES)]:
            address = reverse("core:attachment_file", kwargs={"pk": file.pk})
            answer, _data, text = self.ask("core:attachment_file", address)
            expected = file.texts["content"] in self.readable and file.state in ("", "original", "photo")
            if (answer.status_code == 200) != expected or expected and file.texts["content"] not in text:
                self.differ("core:attachment_file", f"answers {answer.status_code}: {self.named(file.texts.values())}", address)  # fmt: skip
            elif not expected:
                self.absent("core:attachment_file", file, address, answer, text)

    # Doing something to what is out of reach.

    def acts(self) -> None:
        for number, (name, kind) in enumerate(routes.ACTS.items()):
            out = [thing for thing in self.world.of(kind) if not self.reaches(name, thing)]
            if not out or not self.in_turn(number, 2):
                continue
            thing = out[(self.turn + number) % len(out)]
            address = self.address(name, thing)
            self.pages += 1
            status = self.client.post(address).status_code
            expected = 404 if self.may_use(name) else 403
            if status != expected:
                self.differ(name, f"POST answers {status}, not {expected}", address)

    def everything(self) -> None:
        for part in (self.lists, self.plain, self.details, self.files, self.acts):
            part()


def first_line(world, thing):
    return {"line": 1}


ARGUMENTS = {
    "desk:lineage": lambda world, thing: {"kind": "project"},
    "core:attachment_add": lambda world, thing: {"kind": thing.kind},
    "core:comment_add": lambda world, thing: {"kind": thing.kind},
    "core:thing_follow": lambda world, thing: {"kind": thing.kind},
    "core:thing_unfollow": lambda world, thing: {"kind": thing.kind},
    "insight:followup_move": lambda world, thing: {"move": "finish"},
    "insight:issue_move": lambda world, thing: {"move": "publish"},
    "insight:item_move": lambda world, thing: {"move": "withdraw"},
    "insight:line_edit": first_line,
    "insight:line_follow_up": first_line,
    "insight:line_move": lambda world, thing: {"line": 1, "where": "up"},
    "insight:opportunity_move": lambda world, thing: {"move": "investigate"},
    "operations:rollout_move": lambda world, thing: {"move": "accept"},
    "org:import_move": lambda world, thing: {"move": "ask"},
    "org:request_move": lambda world, thing: {"move": "approve"},
    "projects:milestone_meet": lambda world, thing: {"milestone": 1},
    "projects:project_advance": lambda world, thing: {"gate": "to_review"},
    "projects:project_move": lambda world, thing: {"move": "submit"},
    "projects:requirement_waive": lambda world, thing: {"kind": "team"},
    "review:ballot_open": lambda world, thing: {"topic": 1},
    "review:meeting_move": lambda world, thing: {"move": "close"},
    "review:minutes_document": lambda world, thing: {"format": "docx"},
    "review:minutes_file": lambda world, thing: {"file": 1},
    "review:round_move": lambda world, thing: {"move": "close"},
}
