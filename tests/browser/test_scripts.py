"""Forty scripts in every text of the house, each page opened in Chromium: nothing runs, with the content policy or without."""

import html
import json
import re
from collections import Counter

import pytest
from playwright.sync_api import Error as PlaywrightError

from tests.attacks.scripts import ANSWER, CANARY, PAYLOADS, all_payloads
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
# (place on the page, method, where it goes) of the forms that something can be typed into.
FORMS = """() => [...document.forms].flatMap((form, place) =>
    [...form.elements].some((one) => one.name && ["TEXTAREA", "SELECT"].includes(one.tagName) || ["text", "search", "url", "email"].includes(one.type))
        ? [[place, form.method, new URL(form.action).pathname.replace(/[0-9]+/g, "#")]] : [])"""
# Typed without the page's own limits, as by somebody with other tools; choices and dates take any text as well.
TYPES = """([place, texts]) => {
    const form = document.forms[place];
    let turn = 0;
    for (const one of form.elements) {
        if (!one.name || ["hidden", "file", "checkbox", "radio", "submit", "button", "fieldset"].includes(one.type)) continue;
        const text = texts[turn++ % texts.length];
        if (one.localName === "select") one.add(new Option(text, text, true, true));
        else { if (one.localName === "input") one.type = "text"; one.removeAttribute("maxlength"); one.value = text; }
    }
    HTMLFormElement.prototype.submit.call(form);
}"""
# Where the options come from that are asked of the server when the field is entered.
PICKERS = """() => [...document.querySelectorAll("select[data-choose-from]")].map((one) => one.dataset.chooseFrom)"""
OPENS_PICKER = """(from) => [...document.querySelectorAll("select[data-choose-from]")].find((one) => one.dataset.chooseFrom === from).tomselect.focus()"""
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
        self.context.route(re.compile(rf"^\w+://{re.escape(CANARY)}"), self._canary)
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
        try:
            self.page.evaluate(TOUCHES)
            self.page.wait_for_timeout(30)
            ran = self.page.evaluate("window.ran")
            wrong = [f"ran {sorted(set(ran))}"] if ran else []
            wrong += sorted(set(self.page.evaluate(FOREIGN)))
            wrong += [ANSWER] if ANSWER in self.page.content() else []
        except PlaywrightError as error:  # what was typed led the page elsewhere
            wrong = [str(error)[:160]]
        wrong += self.heard
        self.heard = []
        return wrong

    def opens(self, session, address) -> list[str]:
        self.context.clear_cookies()
        self.context.add_cookies([{"name": "sessionid", "value": session, "url": self.url}])
        self.page.goto(address)
        return self.found()

    def is_offered(self, source) -> list[str]:
        """Enter the field whose choices come from there: what is wrong once they are shown."""
        self.page.wait_for_function("document.querySelector('select[data-choose-from]').tomselect")
        self.page.evaluate(OPENS_PICKER, source)
        self.page.wait_for_selector(".ts-dropdown .option:has-text('x(')")
        return self.found()

    def types(self, place, texts) -> list[str]:
        """Fill the form at this place of the page with these texts, one a field, and send it: what is wrong with the answer."""
        with self.page.expect_navigation():
            self.page.evaluate(TYPES, [place, texts])
        return self.found()


def pages_of(found):
    return [row for row in found["pages"] if not row[0].endswith(NO_PAGES) and ":" in row[0]]


@pytest.mark.parametrize("with_policy", [False, True], ids=["without the policy", "with the policy"])
def test_no_page_runs_what_somebody_typed(chromium, poisoned, with_policy, record_property):
    stack, found = poisoned
    reader, wrong, shown = Reader(chromium, stack.url, with_policy=with_policy), {}, Counter()
    offered = set()
    for name, session, address in pages_of(found):
        if faults := reader.opens(session, address):
            wrong[address] = faults[:6]
        shown[name] += "x(" in reader.page.content()
        for source in set(reader.page.evaluate(PICKERS)) - offered:
            offered.add(source)
            if faults := reader.is_offered(source):
                wrong[source] = faults[:6]
    reader.context.close()
    telling = [name for name, times in shown.items() if times]
    record_property("scripts: payloads", len(PAYLOADS))
    record_property("scripts: columns and documents that hold them", len(found["places"]))
    record_property("scripts: showings on pages", sum(shown.values()))
    record_property("scripts: lists of choices asked of the server", len(offered))
    record_property("scripts: pages on which one ran", len(wrong))
    assert not wrong, wrong
    assert len(telling) > 80
    assert len(offered) > 3


def test_no_answer_runs_what_is_typed_into_a_form_or_asked_of_a_list(chromium, poisoned, record_property):
    """Each form is sent once: what a post refuses comes back in its fields and sentences, what a list is asked in its filters."""
    stack, found = poisoned
    reader, wrong, shown = Reader(chromium, stack.url, with_policy=False), {}, Counter()
    everything, tried = [all_payloads(number) for number in range(len(PAYLOADS))], set()
    for number, (_name, session, address) in enumerate(pages_of(found)):
        # A list is asked by its address, and a server takes only so long a one.
        single = [PAYLOADS[(number + turn) % len(PAYLOADS)][1] for turn in range(len(PAYLOADS))]
        reader.opens(session, address)
        while new := [form for form in reader.page.evaluate(FORMS) if tuple(form[1:]) not in tried]:
            place, method, to = new[0]
            tried.add((method, to))
            if faults := reader.types(place, everything if method == "post" else single):
                wrong[f"{address}: {to}"] = faults[:6]
            shown[method] += re.search(r"x\(\d+\)", reader.page.content()) is not None
            reader.opens(session, address)
    reader.context.close()
    record_property("scripts: answers to forms that show what was typed", shown["post"])
    record_property("scripts: answers of lists that show what was asked", shown["get"])
    record_property("scripts: answers in which one ran", len(wrong))
    assert not wrong, wrong
    assert shown["post"] > 50
    assert shown["get"] > 30


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
