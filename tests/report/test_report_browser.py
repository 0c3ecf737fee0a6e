"""The pages in a real browser: accessible, led by keys, asking nobody for anything."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from linked import linked

from crmaudit.audit import Audit
from crmaudit.report.formats import file_name, writer
from crmaudit.report.templates import Templates
from crmaudit.report.theme import Theme

pytestmark = pytest.mark.browser

EXAMPLE = Path(__file__).parents[2] / "examples" / "harbourlight"
WIDE, PHONE = (1440, 900), (390, 844)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium of this machine; where there is none the tests are skipped, never in CI."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None and not os.environ.get("CI"):
        pytest.skip("there is no Chromium here")
    assert path, "CI has no Chromium"
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as driver:
        launched = driver.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Report and dashboard of the linked sample, from right to left too, and of an example."""
    made = tmp_path_factory.mktemp("pages")
    for name in ("en", "ar"):
        (made / name).mkdir()
        for kind in ("html", "dashboard"):
            document = linked(name)
            content = writer(kind)(document, Theme(), Templates())
            (made / name / file_name(kind, document.meta.audience)).write_bytes(content)
    Audit(EXAMPLE).report(("html", "dashboard"), folder=made / "example", final=True)
    return made


def page_of(folder: Path, name: str, kind: str) -> Path:
    """The page of the sample, which is of the board's edition, or of the example."""
    return folder / name / file_name(kind, "" if name == "example" else "Board")


def opened(
    browser: Any, path: Path, size: tuple[int, int] = WIDE, scheme: str = "light", **more: Any
) -> Any:
    """The page, which may ask for its own file and nothing else, and raise no error."""
    width, height = size
    page = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=scheme, **more
    ).new_page()
    page.asked, page.faults = [], []
    page.on("request", lambda r: page.asked.append(r.url) if r.url[:5] != "file:" else None)
    page.on("pageerror", lambda e: page.faults.append(str(e)))
    page.on("console", lambda m: page.faults.append(m.text) if m.type == "error" else None)
    page.goto(path.as_uri())
    return page


def focus(page: Any) -> Any:
    """What has the focus: its name, id, text, and how its outline is drawn."""
    return page.evaluate(
        """() => { const e = document.activeElement, s = getComputedStyle(e);
        return {tag: e.tagName, id: e.id, text: e.textContent.trim().slice(0, 60),
          ring: s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2} }"""
    )


def rows(page: Any, shown: str, number: int) -> None:
    """As many rows are seen, in the end: a page follows its address a moment after the click."""
    from playwright.sync_api import expect

    expect(page.locator(shown)).to_have_count(number, timeout=30_000)


CASES = [
    ("en", "html", WIDE, "light"),
    ("en", "html", WIDE, "dark"),
    ("en", "html", PHONE, "light"),
    ("en", "html", PHONE, "dark"),
    ("en", "dashboard", WIDE, "light"),
    ("en", "dashboard", WIDE, "dark"),
    ("en", "dashboard", PHONE, "light"),
    ("en", "dashboard", PHONE, "dark"),
    ("ar", "html", WIDE, "light"),
    ("ar", "html", PHONE, "light"),
    ("ar", "dashboard", PHONE, "light"),
    ("example", "html", PHONE, "light"),
    ("example", "dashboard", WIDE, "light"),
]


@pytest.mark.parametrize(("name", "kind", "size", "scheme"), CASES)
def test_nobody_is_shut_out(
    browser: Any, folder: Path, name: str, kind: str, size: tuple[int, int], scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = opened(browser, page_of(folder, name, kind), size, scheme)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    found = axe.Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    broken = [
        (v["id"], v["nodes"][0]["html"][:200], len(v["nodes"]))
        for v in found.response["violations"]
    ]
    assert broken == []
    assert (page.asked, page.faults) == ([], [])
    page.context.close()


def test_the_dashboard_is_one_screen_and_one_page(browser: Any, folder: Path) -> None:
    import io

    import pikepdf

    for name in ("en", "example"):
        page = opened(browser, page_of(folder, name, "dashboard"))
        assert page.evaluate("document.documentElement.scrollHeight") <= 900
        printed = pikepdf.open(io.BytesIO(page.pdf(prefer_css_page_size=True)))
        assert len(printed.pages) == 1
        box = printed.pages[0].mediabox
        assert box[2] > box[3], "landscape"
        page.context.close()


def test_a_report_is_read_without_a_mouse(browser: Any, folder: Path) -> None:
    page = opened(browser, page_of(folder, "en", "html"))
    keys = page.keyboard
    keys.press("Tab")
    assert focus(page)["text"] == page.locator(".skip").inner_text()
    keys.press("Enter")
    page.wait_for_url(lambda url: url.endswith("#_text"))

    # Filter the register, then sort it.
    page.locator("#findings [data-key=q]").focus()
    keys.type("card box")
    page.locator("#findings output", has_text=re.compile(r"^1 ")).wait_for()
    page.wait_for_url(lambda url: url.endswith("#findings?q=card+box"))
    page.locator("#findings button:not(.sort)").focus()
    keys.press("Enter")
    page.locator("#findings output", has_text=re.compile(r"^3 ")).wait_for()
    page.locator("#findings th button.sort").first.focus()
    assert focus(page)["ring"]
    keys.press("Enter")
    assert page.locator("#findings th").first.get_attribute("aria-sort") == "ascending"
    assert "low" in page.locator("#findings tbody tr").first.inner_text()
    keys.press("Space")
    assert page.locator("#findings th").first.get_attribute("aria-sort") == "descending"

    # The evidence of a number opens beside the text, Escape closes it, and focus is back.
    mark = page.locator("main > section .ev").first
    mark.focus()
    assert focus(page)["ring"]
    keys.press("Enter")
    assert page.locator("#_sheet").evaluate("d => d.open")
    assert page.evaluate("document.querySelector('#_sheet').contains(document.activeElement)")
    keys.press("Escape")
    page.locator("#_sheet").wait_for(state="hidden")
    page.wait_for_function("m => m === document.activeElement", arg=mark.element_handle())

    # The matrix is one stop of Tab; arrows move inside, Enter opens the evidence of a cell.
    page.locator("table.crud [tabindex='0']").first.focus()
    before = page.evaluate("document.activeElement.cellIndex")
    keys.press("ArrowRight")
    assert page.evaluate("document.activeElement.cellIndex") == before + 1
    assert focus(page)["ring"]
    keys.press("Enter")
    assert page.locator("#_sheet").evaluate("d => d.open")
    keys.press("Escape")
    assert focus(page)["tag"] in ("TD", "TH")
    assert page.faults == []
    page.context.close()


def test_from_a_score_to_its_columns_and_back(browser: Any, folder: Path) -> None:
    page = opened(browser, page_of(folder, "en", "dashboard"))
    cell = page.locator(".panel.heat td a", has_text="43 %")
    cell.focus()
    assert focus(page)["ring"]
    page.keyboard.press("Enter")
    page.wait_for_url("**/information-management-plan-board.html#scores?*")
    rows(page, "#scores tbody tr:visible", 2)
    page.locator("#scores th:nth-child(3)[aria-sort=ascending]").wait_for()
    page.wait_for_function("document.querySelector('#scores').contains(document.activeElement)")
    page.locator("#scores a", has_text="contacts").focus()
    page.keyboard.press("Enter")
    rows(page, "#faults tbody tr:visible", 2)
    page.go_back()
    page.wait_for_url(lambda url: "#scores?" in url)

    page.locator("#findings a", has_text="INV101").first.click()
    page.wait_for_url(lambda url: url.endswith("#rules-r1"))
    page.locator("#rules a", has_text="INV101").click()
    rows(page, "#findings tbody tr:visible", 2)
    page.locator("#findings a", has_text="Name owners").first.click()
    page.wait_for_url(lambda url: url.endswith("#initiatives-r1"))
    page.locator("#initiatives a", has_text="Clean the contacts").click()
    rows(page, "#findings tbody tr:visible", 1)
    assert page.faults == []
    page.context.close()


def test_it_reads_with_script_off(browser: Any, folder: Path) -> None:
    page = opened(browser, page_of(folder, "en", "html"), java_script_enabled=False)
    page.locator(".heat td a", has_text="43 %").click()
    page.wait_for_url(lambda url: url.endswith("#scores-r1"))
    rows(page, "#findings tbody tr:visible", 3)
    assert page.locator("#_search").is_hidden()
    page.context.close()


def test_the_example_moves_only_where_motion_is_wanted(browser: Any, folder: Path) -> None:
    page = opened(browser, page_of(folder, "example", "html"), reduced_motion="reduce")
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    moving = page.evaluate(
        "document.getAnimations().length + [...document.querySelectorAll('*')].filter("
        "e => parseFloat(getComputedStyle(e).transitionDuration) > 0).length"
    )
    assert moving == 0
    node = page.locator("g.web .node[tabindex='0']").first
    node.focus()
    first = focus(page)["text"]
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"):
        page.keyboard.press(key)
        if focus(page)["text"] != first:
            break
    assert focus(page)["text"] != first, "arrows lead from box to box"
    assert page.locator(".web-told").first.inner_text() != ""
    assert page.asked == []
    page.context.close()
