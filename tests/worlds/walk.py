"""One person of a world opens every page there is, and tries what they may not; the oracle says what must come of it."""

from django.urls import reverse

from tests.worlds import routes
from tests.worlds.reading import said
from tests.worlds.walking_lists import Lists
from tests.worlds.world import Thing

NOWHERE = 999_999_999
FILES = 6  # of a world's, that one person tries to open


class Walk(Lists):
    def details(self) -> None:
        for number, (name, kind) in enumerate([*routes.DETAILS.items(), *routes.FUNCTIONS.items()]):
            exact = name in routes.DETAILS
            if exact or self.in_turn(number, 2):
                for thing in self.some(name, kind, number):
                    self.open(name, thing, exact)

    def open_to_all(self) -> None:
        """Units, people, posts and bodies are no secret; addresses, accounts and delegations beside them are."""
        for number, (name, kind) in enumerate(routes.OPEN.items()):
            rows = self.world.posts if kind == "post" else self.world.of(kind)
            row = rows[(self.turn * 5 + number + self.world.seed) % len(rows)]
            address = reverse(name, kwargs={"pk": row.pk})
            answer, _data, _text = self.ask(name, address)
            expected = {200} if name.endswith("_detail") else {200, 403}
            if answer.status_code not in (expected if self.may_use(name) else {403}):
                self.differ(name, f"answers {answer.status_code}", address)

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

    def reaches(self, name: str, thing: Thing) -> bool:
        """Some pages are about less than what one sees: reviews are one's own, and topics are given to reviewers by who
        runs the round."""
        if name.startswith("review:review_"):
            return thing.of["reviewer"] == self.viewer.principal
        if name == "review:topic_assign":
            return thing.key in self.oracle.sees(thing.kind) and self.oracle.may("round.manage", thing)
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
        self.lists()
        self.plain()
        self.numbers()
        self.searches()
        self.compared()
        self.details()
        self.open_to_all()
        self.files()
        self.acts()


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
    "org:reorganisation_move": lambda world, thing: {"move": "ask"},
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
