#!/usr/bin/env python3
"""Take the pictures of docs/pictures from a running demo bank: `pictures.py [ADDRESS]`, http://127.0.0.1:8000 unless said.

Each page at 1440 and 390 px, light and dark, as the person whose page it is.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

PASSWORD = "silun-demo-2026"
FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
WIDTHS = {1440: 900, 390: 844}
# name → (account, path, what to click on it, in turn, to come to the page)
PAGES = {
    "desk": ("secretary", "/", ()),
    "issue": ("lead", "/insight/reports/", ("#rows td.title a",)),
    "opportunity-report": ("liaison", "/insight/opportunities/new/", ()),
    "project": ("secretary", "/projects/?q=适老版3.0", ("#rows td.title a",)),
    "projects": ("secretary", "/projects/", ()),
    "meeting": ("secretary", "/review/meetings/", ("#rows tbody a",)),
    "scenario": ("fund", "/allocation/scenarios/?state=approved", ("#rows td.title a",)),
    "product": ("secretary", "/operations/products/?sort=-adopted", ("#rows td.title a",)),
}


def main(address="http://127.0.0.1:8000"):
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        for name, (account, path, clicks) in PAGES.items():
            for width, height in WIDTHS.items():
                context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN")
                page = context.new_page()
                page.goto(f"{address}/accounts/login/")
                page.fill("[name=login]", account)
                page.fill("[name=password]", PASSWORD)
                page.click("main button[type=submit]")
                page.goto(address + path)
                for selector in clicks:
                    page.locator(selector).first.click()
                    page.wait_for_load_state()
                for theme in ("light", "dark"):
                    context.add_cookies([{"name": "theme", "value": theme, "url": address}])
                    page.reload()
                    page.wait_for_load_state("networkidle")
                    page.wait_for_timeout(600)  # a chart draws itself
                    page.screenshot(path=FOLDER / f"{name}-{theme}-{width}.png")
                context.close()
        browser.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
