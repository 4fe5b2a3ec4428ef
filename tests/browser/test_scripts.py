"""Forty scripts in every text of the house, each page opened in Chromium: nothing runs, with the content policy or without."""

import html
import json
import re
from collections import Counter

import pytest

from tests.attacks.scripts import ANSWER, CANARY, PAYLOADS
from tests.live import LiveStack

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("scripts")]

LISTENS = "window.ran = []; window.x = (number) => { window.ran.push(number); };"
# What somebody at the page might do: point at things, enter them, open what is folded away.
TOUCHES = """() => {
    for (const one of document.querySelectorAll("details")) one.open = true;
    for (const one of document.querySelectorAll("body *")) {
        for (const kind of ["mouseover", "mouseenter", "focus"]) one.dispatchEvent(new MouseEvent(kind, {bubbles: kind === "mouseover"}));
    }
    document.querySelectorAll("#click").forEach((one) => one.click());
}"""
# What may not stand in a page, whether it ran or not.
FOREIGN = """() => [...document.querySelectorAll("*")].flatMap((one) => [
    ...[...one.attributes].filter((a) => a.name.startsWith("on")).map((a) => one.tagName + " " + a.name),
    ...["href", "src", "action", "formaction", "data", "xlink:href"].map((n) => one.getAttribute(n)).filter(Boolean)
        .filter((to) => { try { return ["javascript:", "vbscript:", "data:"].includes(new URL(to, location).protocol) && !to.startsWith("data:image/"); } catch { return false; } })
        .map((to) => one.tagName + " leads to " + to.slice(0, 40)),
    ...(one.localName === "script" && !one.src || ["iframe", "object", "embed", "math", "animate"].includes(one.localName) ? [one.localName] : []),
])"""
NO_PAGES = ("_options", "_suggest", "_template", "_file", "_document", "_count", "alive", "attachment_file")


ALIVE = "http://alive.invalid/"


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory):
    """A Silun of its own on SQLite, and who opens which page of it."""
    folder = tmp_path_factory.mktemp("scripts")
    stack = LiveStack(folder)
    try:
        stack.prepare()
        stack.manage(
            "shell", "-v0", "-c", f"from tests.attacks.scripts import make; make('{folder}/pages.json')"
        )
        stack.start("web")
        yield stack, json.loads((folder / "pages.json").read_text(encoding="utf-8"))
    finally:
        stack.stop()


class Reader:
    """One browser that hears whatever runs, asks, or opens a window."""

    def __init__(self, chromium, url, *, with_policy):
        self.heard, self.url = [], url
        self.context = chromium.new_context(bypass_csp=not with_policy, locale="zh-CN", base_url=url)
        self.context.add_init_script(LISTENS)
        self.context.route(re.compile(re.escape(CANARY)), self._canary)
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.page.on("dialog", lambda dialog: (self.heard.append("a dialog"), dialog.dismiss()))
        self.page.on("console", self._console)

    def _canary(self, route):
        self.heard.append(f"asked {route.request.url}")
        route.abort()

    def _console(self, message):
        if "Content Security Policy" in message.text or "Content-Security-Policy" in message.text:
            self.heard.append(message.text[:160])

    def found(self) -> list[str]:
        """What is wrong with the page that is open."""
        self.page.evaluate(TOUCHES)
        self.page.wait_for_timeout(30)
        ran = self.page.evaluate("window.ran")
        wrong = [f"ran {sorted(set(ran))}"] if ran else []
        wrong += sorted(set(self.page.evaluate(FOREIGN)))
        wrong += [ANSWER] if ANSWER in self.page.content() else []
        wrong += self.heard
        self.heard = []
        return wrong

    def opens(self, session, address) -> list[str]:
        self.context.clear_cookies()
        self.context.add_cookies([{"name": "sessionid", "value": session, "url": self.url}])
        self.page.goto(address)
        return self.found()


def pages_of(found):
    return [row for row in found["pages"] if not row[0].endswith(NO_PAGES) and ":" in row[0]]


@pytest.mark.parametrize("with_policy", [False, True], ids=["without the policy", "with the policy"])
def test_no_page_runs_what_somebody_typed(chromium, poisoned, with_policy, record_property):
    stack, found = poisoned
    reader, wrong, shown = Reader(chromium, stack.url, with_policy=with_policy), {}, Counter()
    for name, session, address in pages_of(found):
        if faults := reader.opens(session, address):
            wrong[address] = faults[:6]
        shown[name] += "x(" in reader.page.content()
    reader.context.close()
    telling = [name for name, times in shown.items() if times]
    record_property("scripts: payloads", len(PAYLOADS))
    record_property("scripts: columns and documents that hold them", len(found["places"]))
    record_property("scripts: showings on pages", sum(shown.values()))
    record_property("scripts: pages on which one ran", len(wrong))
    assert not wrong, wrong
    assert len(telling) > 80


def test_the_same_pages_run_them_when_nothing_is_escaped(chromium, poisoned):
    """So that the test above could find something: a page is shown as if all its texts were marked as safe."""
    stack, found = poisoned
    reader = Reader(chromium, stack.url, with_policy=False)

    def unescaped(route):
        answer = route.fetch()
        route.fulfill(response=answer, body=html.unescape(answer.text()))

    reader.context.route("**/projects/", unescaped)
    (session,) = {session for name, session, _address in found["pages"] if name == "projects:project_list"}
    faults = reader.opens(session, "/projects/")
    reader.context.close()
    assert any(fault.startswith("ran ") for fault in faults), faults


@pytest.mark.parametrize("number", range(len(PAYLOADS)))
def test_each_script_is_alive_where_it_is_meant_to_break_out(reader, number):
    where, payload = PAYLOADS[number]
    frames = {
        "text": "<p>{}</p>",
        "attribute": '<input value="{}">' if not payload.startswith("'") else "<input value='{}'>",
        "address": '<a href="{}">c</a>',
        "template": f"{{}} {ANSWER}",
    }
    page = f"<!doctype html><body>{frames[where].format(payload)}</body>"
    reader.context.route(
        ALIVE, lambda route: route.fulfill(body=page, content_type="text/html; charset=utf-8")
    )
    reader.page.goto(ALIVE, wait_until="domcontentloaded")
    assert reader.found() != [], payload


@pytest.fixture(scope="module")
def reader(chromium):
    made = Reader(chromium, "http://127.0.0.1", with_policy=False)
    yield made
    made.context.close()
