"""The HTML report: one file, nothing loaded, nothing of a project's text obeyed."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from tests import browser
from tests.formats.reports import EVIL, REPORTS, full, of_size
from tests.test_report import report
from tta_validate import run
from tta_validate.problems import problems
from tta_validate.report import Report, Run, View

VOID = {"meta", "link", "input", "br"}
LOADING = {"src", "srcset", "action", "formaction", "data", "poster", "background", "ping", "xlink:href"}
RUNS = tuple(
    Run(
        started=f"2026-01-0{day}T00:00:00+00:00", commit=f"{day}" * 40, warning=9 - day, metrics={"adoption-retry": day}
    )
    for day in (1, 2, 3)
)


class Page(HTMLParser):
    """Elements that are open and closed in order, what would be loaded, and the texts of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.loaded: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.handlers: list[str] = []
        self.policy = ""
        self.code: dict[str, list[str]] = {"script": [], "style": []}
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.handlers += [name for name in values if name.startswith("on") or name == "style"]
        self.loaded += [value for name, value in values.items() if name in LOADING]
        self.loaded += [values["href"]] if tag in ("link", "base") and values["href"] != "data:," else []
        self.links += [values["href"]] if tag == "a" else []
        self.ids += [values["id"]] if "id" in values else []
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in self.code:
            self.code[self.open[-1]].append(data)
        else:
            self.text += data


def page(value: Report) -> Page:
    return Page(run.render(value, "html", View()))


@pytest.mark.parametrize("which", REPORTS)
def test_the_page_loads_nothing_and_runs_its_own_script_only(which: str) -> None:
    made = page(REPORTS[which])
    assert (made.open, made.loaded, made.handlers) == ([], [], [])
    for tag, name in (("style", "style-src"), ("script", "script-src")):
        (code,) = made.code[tag]
        digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in made.policy
        assert not re.search(r"https?://|url\(|@import", code)
    assert made.policy.startswith("default-src 'none'; ")
    assert len(set(made.ids)) == len(made.ids)
    assert {link for link in made.links if not link.startswith("#")} == set()
    assert {link[1:] for link in made.links if not link.startswith("#r-")} <= {*made.ids}


def test_every_finding_call_site_case_and_change_is_there_without_script() -> None:
    value = full("a plain text")
    text = page(value).text
    for one in problems(value):
        assert f"{one.path}:{one.line}" in text
    for words in (
        "client",
        "keploy/test-set-0 worse",
        "httpx",
        "b.py: a plain text",
        "a plain text -> 2.0",
        "By policy",
    ):
        assert words in text, words
    assert EVIL.partition("\r")[0] in page(full(EVIL)).text


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_trend_has_a_point_for_each_run(count: int) -> None:
    made = run.render(report(history=RUNS[:count]), "html", View())
    assert made.count("<circle") == 4 * count
    assert made.count("<polyline") == (4 if count > 1 else 0)
    assert ("Trend over" in made) == (count > 0)


@pytest.mark.browser
def test_a_browser_filters_sorts_and_remembers(tmp_path: browser.Path) -> None:
    program = browser.found()
    assert program is not None
    names = {"none": report(), "one": REPORTS["one"], "hostile": REPORTS["hostile"], "big": of_size(10_000)}
    urls: dict[str, str] = {}
    for name, value in names.items():
        path = tmp_path / f"{name}.html"
        path.write_text(run.render(value, "html", View()), encoding="utf-8")
        urls[name] = path.as_uri()
    shown = "document.getElementById('shown').textContent"
    search = "document.getElementById('search').value = '{}', document.forms[0].dispatchEvent(new Event('change'))"
    with browser.started(program) as made:
        for name, url in urls.items():
            for width in (390, 1280):
                made.open(url, width=width, dark=width == 390)
                assert made.run("document.documentElement.scrollWidth <= innerWidth"), (name, width)
        assert made.run(shown) == "10001 of 10001 shown"
        made.run(search.format("module_07 rule7"))
        assert made.run(shown) == "100 of 10001 shown"
        assert made.run("document.querySelectorAll('#list .finding').length") == 100
        assert made.run("location.hash") == "#?q=module_07+rule7"
        made.press("j")
        made.press("j")
        assert made.run("document.activeElement === document.querySelectorAll('#list .finding')[1]")
        made.press("Escape")
        assert made.run(f"new Promise((done) => setTimeout(() => done({shown}), 0))") == "10001 of 10001 shown"
        made.open(f"{urls['big']}#?without=info+error&sort=place")
        assert made.run(shown) == "2500 of 10001 shown"
        assert made.run("document.querySelector('#list .place').textContent") == "src/pkg/module_00.py:1"
        made.open(urls["big"], script=False)
        assert made.run("document.querySelector('form').hidden")
        made.open(urls["hostile"])
        assert made.run("document.images.length") == 0
        assert made.problems == []
        assert {url for url in made.requests if url.partition("#")[0] not in (*urls.values(), "about:blank")} <= {
            "data:,"
        }
