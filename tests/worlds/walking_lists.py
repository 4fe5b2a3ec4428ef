"""Lists, their orders, exports and numbers, and the pages that are about no one thing."""

from django.urls import reverse

from tests.worlds import routes
from tests.worlds.asking import Asking
from tests.worlds.numbers import figures, on_the_board, promises
from tests.worlds.reading import canaries, lines_of, number_in


class Lists(Asking):
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
        if name == "operations:product_list":
            told, silent = promises(self.oracle)
            if missing := {number for number in told if number not in text}:
                self.differ(name, f"{form} lacks what was promised: {missing}")
            if more := {number for number in silent if number in text}:
                self.differ(name, f"{form} tells what was promised: {more}")

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

    def numbers(self) -> None:
        """The figures of the desk, and how many stand on the board."""
        answer, _data, _text = self.ask("desk:figures", reverse("desk:figures"))
        if answer.context_data["figures"] != figures(self.oracle):
            self.differ("desk:figures", f"says {answer.context_data['figures']}, not {figures(self.oracle)}")
        if self.may_use("projects:project_board"):
            answer, _data, _text = self.ask("projects:project_board", reverse("projects:project_board"))
            if answer.context_data["total"] != on_the_board(self.oracle):
                self.differ("projects:project_board", f"counts {answer.context_data['total']}")

    def list_in(self, name: str, address: str, answer) -> None:
        """A list that stands on a thing's page: one of its exports, and one of its orders."""
        page = (answer.context_data or {}).get("page")
        if page is None:
            return
        self.ask(name, address, {"format": "csv" if self.in_turn(0, 2) else "xlsx"})
        if orders := self.orders(page):
            self.order_of(name, address, *orders[(self.turn + self.world.seed) % len(orders)])

    def searches(self) -> None:
        """A word of one thing is looked for, in the search of the house and in the list: seen or not found."""
        for name, page, kind in (
            ("projects:project_list", "projects:project_detail", "projects.project"),
            ("insight:item_list", "insight:item_detail", "insight.item"),
        ):
            thing = self.world.of(kind)[(self.turn + self.world.seed) % len(self.world.of(kind))]
            seen, word = thing.key in self.oracle.sees(kind), thing.texts["title"]
            _answer, _data, text = self.ask(
                "desk:search_results", reverse("desk:search_results"), {"q": word}
            )
            if (f'"{reverse(page, args=[thing.pk])}"' in text) != seen:
                self.differ("desk:search_results", f"{'lacks' if seen else 'has'} {self.named([word])}")
            if self.may_use(name):
                answer, _data, _text = self.ask(name, reverse(name), {"q": word})
                found = [row.pk for row in answer.context_data["page"].rows]
                self.compare(name, "found", found, {thing.pk} if seen else set())

    def compared(self) -> None:
        """Two scenarios side by side, with one out of reach as well."""
        name = "allocation:scenario_compare"
        if self.may_use(name):
            a, b = (self.world.of("allocation.scenario")[(self.turn + at) % 4] for at in (0, 1))
            answer, _data, _text = self.ask(name, reverse(name), {"a": a.pk, "b": b.pk})
            both = {a.key, b.key} <= self.oracle.sees("allocation.scenario")
            if answer.status_code != (200 if both else 404):
                self.differ(name, f"answers {answer.status_code}")
