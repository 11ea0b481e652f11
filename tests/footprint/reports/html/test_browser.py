"""The page in headless Chromium: quiet, sorted, in both languages and themes, on a phone."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from browsers import axe, chromium, opened
from footprint import report
from report_ledgers import GPU, UTC, Recorder, S

RECORDED = Path(__file__).parents[3] / "data/audit-ledger"
LANGUAGES = ("en", "fr")
THEMES = ("light", "dark")
PHONE = {"width": 360, "height": 740}


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The report of real work, in each language."""
    folder = tmp_path_factory.mktemp("pages")
    shutil.copytree(RECORDED, folder / "L")
    made = report(folder / "L", tariff_per_kwh="0.18 EUR")
    found = {lang: folder / f"{lang}.html" for lang in LANGUAGES}
    for lang, file in found.items():
        file.write_text(made.to_html(lang), encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def axe_core(tmp_path_factory: pytest.TempPathFactory) -> str:
    return axe(tmp_path_factory.mktemp("axe"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_asks_for_nothing_and_says_nothing_on_the_console(
    browser: Any, pages: dict[str, Path], lang: str
) -> None:
    page, wrong = opened(browser, pages[lang])
    page.wait_for_timeout(100)
    assert wrong == []
    assert page.evaluate("document.documentElement.lang") == lang
    assert page.title().startswith({"en": "Footprint report", "fr": "Bilan d'empreinte"}[lang])
    # Each link of the contents leads to a heading that it names.
    links = page.locator("nav a")
    assert links.count() > 8
    for link in links.all():
        target = page.locator(link.get_attribute("href"))
        assert target.locator("h2").first.inner_text() == link.inner_text()


def test_a_name_in_the_ledger_runs_nothing(browser: Any, tmp_path: Path) -> None:
    from report_ledgers import GPU, Recorder, S

    one = Recorder(tmp_path / "L")
    one.counter(GPU, [100.0] * 20)
    for name in (
        "</script><script>document.title='owned'</script>",
        "<img src=x onerror=alert(1)>",
    ):
        one.span(one.path(name, model=name, devices=[0]), 0, S)
    one.close()
    (tmp_path / "r.html").write_text(report(tmp_path / "L").to_html(), encoding="utf-8")
    page, wrong = opened(browser, tmp_path / "r.html")
    assert wrong == []
    assert page.title().startswith("Footprint report")
    assert page.evaluate("JSON.parse(document.getElementById('footprint-report').text).schema") == (
        "footprint.report/1"
    )


VALUES = """table => Array.from(table.tBodies[0].rows,
  row => Array.from(row.cells, cell => cell.dataset.v === undefined ? cell.textContent.trim()
    : Number(cell.dataset.v)))"""


def column(table: Any, at: int) -> list[Any]:
    return [row[at] for row in table.evaluate(VALUES)]


def test_tables_sort_by_click_and_by_keyboard(browser: Any, pages: dict[str, Path]) -> None:
    page, wrong = opened(browser, pages["en"])
    table = page.locator("#groups table[data-sort]").first
    headings = table.locator("thead th")
    names = [each.inner_text().lower() for each in headings.all()]
    energy = next(at for at, name in enumerate(names) if name.startswith("energy"))
    before = column(table, energy)
    headings.nth(energy).locator("button").click()
    assert column(table, energy) == sorted(before, reverse=True)
    assert headings.nth(energy).get_attribute("aria-sort") == "descending"
    headings.nth(energy).locator("button").press("Enter")
    assert column(table, energy) == sorted(before)
    assert headings.nth(energy).get_attribute("aria-sort") == "ascending"
    headings.nth(0).locator("button").press("Space")
    found = column(table, 0)
    assert found == sorted(found, key=str.lower)
    assert headings.nth(0).get_attribute("aria-sort") == "ascending"
    assert headings.nth(energy).get_attribute("aria-sort") is None
    # From one heading to the next with the keyboard alone.
    page.keyboard.press("Tab")
    assert headings.nth(1).locator("button").evaluate("each => each === document.activeElement")
    totals = page.locator("#totals table").first
    last = totals.locator("tfoot tr").inner_text()
    totals.locator("thead button").nth(1).click()
    assert totals.locator("tr").last.inner_text() == last  # the sum stays last
    assert wrong == []


def test_what_is_not_known_comes_last(browser: Any, pages: dict[str, Path]) -> None:
    page, _ = opened(browser, pages["en"])
    table = page.locator("table[data-sort]").filter(has=page.locator("td", has_text="-")).first
    button = table.locator("thead button")
    for at in range(button.count()):
        for _ in range(2):
            button.nth(at).click()
            unknown = [value in ("", "-") for value in column(table, at)]
            assert unknown == sorted(unknown)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_phone_scrolls_tables_and_not_the_page(
    browser: Any, pages: dict[str, Path], lang: str
) -> None:
    page, wrong = opened(browser, pages[lang], viewport=PHONE, is_mobile=True, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    page.evaluate("window.scrollTo(500, 0)")
    assert page.evaluate("window.scrollX") == 0
    sizes = page.evaluate(
        "Array.from(document.querySelectorAll('p, li, td, dd, a'), each =>"
        " parseFloat(getComputedStyle(each).fontSize))"
    )
    assert min(sizes) >= 12
    assert wrong == []


#: Labels of a chart that lie on another one, or beyond the chart's box.
COLLIDING = """() => [...document.querySelectorAll('figure svg')].flatMap(svg => {
  const box = svg.getBoundingClientRect();
  const found = [...svg.querySelectorAll('text')].map(
    text => [text.getBoundingClientRect(), text.textContent]);
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1
    && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const pairs = found.flatMap(([a, one], at) => found.slice(at + 1)
    .filter(([b]) => meet(a, b)).map(([, other]) => `${one} on ${other}`));
  return [...pairs, ...found.filter(([a]) => a.left < box.left - 1 || a.right > box.right + 1)
    .map(([, one]) => `${one} is cut`)];
})"""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_on_a_phone_no_label_of_a_chart_lies_on_another(
    browser: Any, tmp_path: Path, lang: str
) -> None:
    models = ("whisper-large", "all-minilm-l6-v2", "resnet50", "bert-base", "t5", "clip")
    for day in range(30):
        one = Recorder(tmp_path / "L", day + 1, boot=f"boot-{day}", utc_ns=UTC + day * 86_400 * S)
        for at, model in enumerate(models):
            path = one.path("answer", model=model, kind="inference", devices=["gpu"])
            one.span(path, 2 * at * S, (2 * at + 1) * S)
        one.counter(GPU, [float(100 + 10 * day)] * 14, step=S)
        one.close(20 * S)
    file = tmp_path / "page.html"
    file.write_text(report(tmp_path / "L").to_html(lang), encoding="utf-8")
    page, wrong = opened(browser, file, viewport=PHONE)
    assert page.locator("figure svg").count() >= 4
    assert page.evaluate(COLLIDING) == []
    assert wrong == []


def test_it_follows_the_readers_theme(browser: Any, pages: dict[str, Path]) -> None:
    paper, mark = {}, {}
    for theme in THEMES:
        page, _ = opened(browser, pages["en"], color_scheme=theme)
        style = "getComputedStyle({})"
        paper[theme] = page.evaluate(f"{style.format('document.body')}.backgroundColor")
        path = "document.querySelector('#groups svg path[style*=c0]')"
        mark[theme] = page.evaluate(f"{style.format(path)}.fill")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 22, 28)"}
    assert mark == {"light": "rgb(11, 98, 164)", "dark": "rgb(91, 168, 229)"}


def test_it_reads_without_script(browser: Any, pages: dict[str, Path]) -> None:
    page, wrong = opened(browser, pages["en"], java_script_enabled=False)
    assert page.locator("button").count() == 0
    assert page.locator("#groups table tbody tr").count() > 5
    assert page.locator("svg[role=img]").count() >= 3
    assert wrong == []


def test_on_paper_nothing_is_behind_a_summary(browser: Any, pages: dict[str, Path]) -> None:
    page, _ = opened(browser, pages["en"], color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    assert not page.locator("nav").is_visible()
    ink = page.evaluate("getComputedStyle(document.body).color")
    assert ink == "rgb(0, 0, 0)"
    data = page.pdf(format="A4")
    assert data.startswith(b"%PDF")


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_no_violation(
    browser: Any, pages: dict[str, Path], axe_core: str, lang: str, theme: str
) -> None:
    for viewport in ({"width": 1200, "height": 900}, PHONE):
        page, _ = opened(
            browser, pages[lang], color_scheme=theme, viewport=viewport, bypass_csp=True
        )
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        page.add_script_tag(content=axe_core)
        found = page.evaluate("axe.run()")
        told = [
            f"{each['id']}: {each['help']}: {[node['html'][:120] for node in each['nodes'][:3]]}"
            for each in found["violations"]
        ]
        assert told == []
        assert len(found["passes"]) > 20
