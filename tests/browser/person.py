"""Somebody at a browser: signs in, opens pages, presses what is written on buttons, and complains of what is wrong."""

import os
import time
from pathlib import Path

from django.conf import settings

from tests.browser.bank import PASSWORD

AXE = Path(settings.BASE_DIR) / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PICTURES = os.environ.get(
    "SILUN_PICTURES"
)  # a folder: every page that is looked at is kept there as pictures
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
LOOKS = os.environ.get("SILUN_LOOKS") != "0"  # a journey walked twice is looked at once
FINDINGS = f"""axe.run({{runOnly: {RULES!r}}}).then(found => found.violations.map(
    rule => rule.id + ": " + rule.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(" | ")))"""


class Person:
    """One browser context: cookies of their own. `faults` gathers what the browser refused, and what axe found."""

    def __init__(self, chromium, url, account, *, phone=False):
        self.account, self.url, self.faults = account, url, []
        self.context = chromium.new_context(
            viewport=PHONE if phone else DESK, locale="zh-CN", has_touch=phone
        )
        self.page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))
        self.open("/accounts/login/")
        self.page.fill("[name=login]", account)
        self.page.fill("[name=password]", PASSWORD)
        self.press("登录")
        assert "/accounts/login" not in self.page.url, f"{account} could not sign in"

    def _heard(self, message):
        if message.type in ("error", "warning"):
            self.faults.append(f"{self.page.url}: {message.text}")

    def open(self, path):
        """Open a page of ours. Returns its status."""
        answer = self.page.goto(path if path.startswith("http") else self.url + path)
        return answer.status

    def status(self, path):
        """What a request with this person's cookies answers, without leaving the page."""
        return self.context.request.get(path if path.startswith("http") else self.url + path).status

    def fill(self, **fields):
        """Fill fields by name: text, the label or value of a choice, True for a box, a path or list of paths for files."""
        for name, value in fields.items():
            named = self.page.locator(f"main [name='{name}']:not([type=hidden])")
            field = named.locator("visible=true").or_(named).first
            kind = field.evaluate("e => e.tagName === 'SELECT' ? 'select' : e.type")
            if kind == "select":
                field.select_option(label=value)
            elif kind == "checkbox":
                field.set_checked(value)
            elif kind == "radio":
                self.page.locator(f"main [name='{name}'][value='{value}']").check(force=True)
            elif kind == "file":
                field.set_input_files(value)
            else:
                field.fill(str(value))

    def choose(self, name, text):
        """Choose from a list that is searched as one types: the first found for the text."""
        control = self.page.locator(f"main [name='{name}'] + .ts-wrapper")
        control.click()
        control.locator("input").fill(text)
        self.page.locator(".ts-dropdown .option", has_text=text).first.click()

    def press(self, label, *, within="main", confirm=False, nth=0):
        """Press the button or link that says this; with `confirm`, the same again in the window that asks."""
        for attempt in range(2 if confirm else 1):
            area = self.page.locator("dialog[open]" if attempt else within)
            button = area.get_by_role("button", name=label, exact=True).or_(
                area.get_by_role("link", name=label, exact=True)
            )
            button.nth(0 if attempt else nth).click()
        self.settles()

    def settles(self):
        """Wait until the page stands: it is loaded, and htmx waits for no answer."""
        self.page.wait_for_load_state("load")
        self.page.wait_for_selector(".htmx-request", state="detached")

    def answer(self, label, **fields):
        """Press a button that opens a window, fill it there, and press the same again."""
        self.page.locator("main").get_by_role("button", name=label, exact=True).first.click()
        window = self.page.locator("dialog[open]")
        for name, value in fields.items():
            window.locator(f"[name='{name}']").fill(value)
        window.get_by_role("button", name=label, exact=True).click()
        self.settles()

    def waits_for(self, path, text, seconds=60):
        """Open a page again and again until a worker's work shows on it."""
        deadline = time.monotonic() + seconds
        while True:
            assert self.open(path) == 200, f"{self.account}: {path}"
            if text in self.page.locator("main").inner_text():
                return
            assert time.monotonic() < deadline, f"{seconds} s passed, and {path} does not show {text!r}"
            time.sleep(0.5)

    def follows(self, text, *, within="main"):
        """Follow the first link whose text holds this."""
        self.page.locator(within).get_by_role("link").filter(has_text=text).first.click()
        self.settles()

    def reads(self, *texts):
        """Assert that the page shows these texts."""
        shown = self.page.locator("main").inner_text()
        for text in texts:
            assert text in shown, f"{self.account} does not read {text!r} on {self.page.url}:\n{shown[:3000]}"

    @property
    def path(self):
        return self.page.url.removeprefix(self.url)

    def looks(self, name):
        """Look at the page at both widths and in both themes: nothing for axe to find, nothing wider than the screen."""
        if not LOOKS:
            return
        before = self.page.viewport_size
        for theme in ("light", "dark"):
            self.page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
            for size in (DESK, PHONE):
                self.page.set_viewport_size(size)
                self.page.wait_for_timeout(250)
                here = f"{name} {theme} {size['width']}"
                self.page.evaluate(AXE.read_text(encoding="utf-8"))
                self.faults += [f"{here}: {found}" for found in self.page.evaluate(FINDINGS)]
                if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                    self.faults.append(f"{here}: wider than the screen")
                if PICTURES:
                    Path(PICTURES).mkdir(parents=True, exist_ok=True)
                    self.page.screenshot(path=f"{PICTURES}/{name}-{theme}-{size['width']}.png")
        self.page.evaluate("document.documentElement.dataset.theme = 'light'")
        self.page.set_viewport_size(before)

    def leave(self):
        self.context.close()
