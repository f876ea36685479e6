"""The report as a reader meets it: opened from disk in a browser."""

import base64
import re
import shutil
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect, sync_playwright

from bandmap.draw.matrices import Matrix, matrix_figure
from bandmap.draw.style import save
from bandmap.report import render
from bandmap.report.content import MatrixPart, ReportData, RunPart, SeizurePart, SubjectPart

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
HOSTILE = "<script>document.title = 'taken'</script><img src=x onerror=alert(1)>"
N_SUBJECTS, SEIZURES_EACH, SEIZURES_OF_ONE = 20, 5, 100

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no chromium"),
    pytest.mark.xdist_group("browser"),  # the tests share a page, and the last one asks what it complained of
]
HANG_MILLISECONDS = 600_000


def a_report(folder):
    matrix = Matrix(np.arange(4.0).reshape(2, 2), ("frontal", "central"), ("theta", "alpha"), "Joint")
    save(matrix_figure([matrix]), folder / "figures" / "matrix 1.png", dots_per_inch=60)
    picture = "figures/matrix 1.png"
    subjects = tuple(
        SubjectPart(
            "simulated", f"S{i}", picture, {"sz": 0.5}, {"sz": ("frontal", "theta")},
            tuple(SeizurePart(f"S{i}_r1", str(k), "hit", 10 * k, 10 * k + 5, picture) for k in range(n)),
        )
        for i, n in enumerate([*[SEIZURES_EACH] * (N_SUBJECTS - 1), SEIZURES_OF_ONE])
    )  # fmt: skip
    cells = pd.DataFrame([
        {"class": "sz", "outcome": "hit", "part": "whole", "region": region, "band": band, "importance": value,
         "low": 0.1, "high": 0.9, "values": None, "n_subjects": 20, "p": 0.01}
        for region, band, value in (
            ("frontal", "theta", 0.5), ("frontal", "alpha", -0.2), ("central", "theta", 0.1), ("central", "alpha", 0.3),
        )
    ])  # fmt: skip
    scores = pd.DataFrame(
        {"dataset": "simulated", "subject": s, "sensitivity": v}
        for s, v in (("S10", 0.5), ("S9", None), ("S2", -3.0), ("S1", 0.25))
    )
    matrix = MatrixPart("m", "joint", cells, figure=picture)
    run = RunPart("cwt_resnet18", "leave_one_subject_out", scores, {}, (matrix,), subjects)
    quality = pd.DataFrame([{"recording": "r1", "channel": HOSTILE, "note": HOSTILE}])
    render(
        ReportData("A run", (run,), simulated=("simulated",), quality=quality, provenance={HOSTILE: HOSTILE}),
        folder / "index.html",
    )
    return folder / "index.html"


@contextmanager
def a_browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        expect.set_options(timeout=HANG_MILLISECONDS)
        yield browser
        browser.close()


def complain_of(page, request):
    if request.failure != "net::ERR_ABORTED":  # a picture that was loading when the reader went on to another page
        page.complaints.append(f"{request.url}: {request.failure}")


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """The page, with what the browser complained about and what it asked for."""
    path = a_report(tmp_path_factory.mktemp("report"))
    with a_browser() as browser:
        page = browser.new_page()
        page.set_default_timeout(HANG_MILLISECONDS)
        page.complaints, page.requests = [], []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("requestfailed", lambda request: complain_of(page, request))
        page.on("request", lambda request: page.requests.append(request.url))
        page.goto(path.as_uri())
        yield page


def column(page, section, number):
    """Expect of the cells of a table's column, counted from 1."""
    return expect(page.locator(f"{section} tbody tr > :nth-child({number})"))


def test_header_text_is_shown_and_not_run(opened):
    assert opened.title() == "A run"
    assert HOSTILE in opened.text_content("#quality td:nth-child(2)")
    assert opened.locator("#quality td script, #quality td img, #provenance dl script").count() == 0


def test_a_click_on_a_title_sorts_by_value_and_a_second_one_reverses_it(opened):
    button = opened.locator("#run1-scores th button", has_text="sensitivity")
    button.click()
    column(opened, "#run1-scores", 3).to_have_text(["−3", "0.25", "0.5", "–"])
    expect(button.locator("..")).to_have_attribute("aria-sort", "ascending")
    button.click()
    column(opened, "#run1-scores", 3).to_have_text(["0.5", "0.25", "−3", "–"])


def test_subjects_sort_in_natural_order(opened):
    opened.locator("#run1-scores th button", has_text="subject").click()
    column(opened, "#run1-scores", 2).to_have_text(["S1", "S2", "S9", "S10"])


def test_links_lead_from_the_cohort_to_a_seizure(opened):
    first = opened.url.split("#")[0]
    opened.click("nav >> text=Cohort")
    opened.click("nav >> text=Subjects")
    opened.click("#subjects table a >> text=S7")
    opened.wait_for_url("**/pages/simulated-S7.html")
    opened.click("#units table tbody tr:nth-child(3) a")
    seizure = opened.locator("#seizure3")
    seizure.locator("img").wait_for(state="visible")  # it opens when the browser has followed the link
    picture = seizure.locator("img")
    picture.scroll_into_view_if_needed()
    opened.wait_for_function("(image) => image.complete && image.naturalWidth > 0", arg=picture.element_handle())
    opened.click("nav >> text=All subjects")
    opened.wait_for_url(f"{first}#subjects")


def test_a_seizure_leads_to_the_command_that_shows_its_recording_or_to_the_folder_that_has_it(opened, tmp_path):
    page = opened.context.browser.new_page()  # a page that may complain: there is no folder of recordings yet
    first = Path(opened.url.split("#")[0].removeprefix("file://"))
    copy = Path(shutil.copytree(first.parent, tmp_path / "results/report"))
    page.goto((copy / "pages/simulated-S7.html").as_uri())
    page.locator("#seizure2 > summary").click()
    page.click("#seizure2 >> text=See it in the recording")
    expect(page.locator("#command")).to_have_text("bandmap view results simulated/S7_r1 --at 10")
    (tmp_path / "results/view/data").mkdir(parents=True)
    (tmp_path / "results/view/index.html").write_text("<p>the recordings</p>")
    names = base64.b64encode(b'["simulated/S7_r1"]').decode()
    (tmp_path / "results/view/data/recordings.js").write_text(f'bandmapChunk("recordings", "{names}");')
    page.goto((copy / "pages/simulated-S7.html").as_uri())
    page.locator("#seizure2 > summary").click()
    page.click("#seizure2 >> text=See it in the recording")
    page.wait_for_url(re.compile(r"/results/view/index\.html#simulated/S7_r1\?at=10(\.0)?$"))
    page.close()


def test_a_cell_shows_its_details_by_pointer_and_by_keyboard(opened):
    details = expect(opened.locator("#run1-cohort .cell-details").first)
    opened.hover("#run1-cohort .heat tbody tr:nth-child(2) td:nth-child(2)")
    details.to_have_text("central, theta: 0.1; interval 0.1 to 0.9; n = 20 subjects; p = 0.01")
    opened.mouse.move(0, 0)  # or the page may scroll another cell under it, and tell of that
    opened.focus("#run1-cohort .heat td[tabindex='0']")
    details.to_contain_text("frontal, theta: 0.5")
    opened.keyboard.press("ArrowRight")
    details.to_contain_text("frontal, alpha: −0.2")
    opened.keyboard.press("ArrowUp")
    opened.keyboard.press("ArrowRight")
    details.to_contain_text("frontal, alpha")
    assert opened.locator("#run1-cohort .heat td[tabindex='0']").count() == 1


def pages_of(opened):
    first = Path(opened.url.split("#")[0].removeprefix("file://"))
    return [first, first.parent / "pages/simulated-S1.html", first.parent / "pages/terms.html"]


def test_every_link_and_picture_of_every_kind_of_page_resolves(opened):
    start = opened.url
    for path in pages_of(opened):
        opened.goto(path.as_uri())
        targets = opened.eval_on_selector_all("a[href], img[src]", "(all) => all.map((one) => one.href || one.src)")
        for target in set(targets):
            file, _, anchor = target.partition("#")
            there = Path(unquote(file.removeprefix("file://")))
            assert there.is_file()
            assert not anchor or there.name == "view.html" or f'id="{anchor}"' in there.read_text(encoding="utf-8")
    opened.goto(start)


@pytest.mark.parametrize("page", ["index.html", f"pages/simulated-S{N_SUBJECTS - 1}.html"])
def test_a_hundred_seizures_open_within_two_seconds_of_a_core(opened, page):
    first = Path(opened.url.split("#")[0].removeprefix("file://"))
    fresh = opened.context.browser.new_page()
    devtools = fresh.context.new_cdp_session(fresh)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})  # what other programs take does not count
    fresh.goto((first.parent / page).as_uri(), timeout=HANG_MILLISECONDS)
    seconds = {metric["name"]: metric["value"] for metric in devtools.send("Performance.getMetrics")["metrics"]}
    if page != first.name:
        assert fresh.locator("details.unit").count() == SEIZURES_OF_ONE
    fresh.close()
    assert 0 < seconds["TaskDuration"] < 2


def test_the_pages_load_nothing_from_the_network(opened):
    assert opened.requests
    assert all(url.startswith(("file://", "data:")) for url in opened.requests)


@pytest.mark.parametrize("width", [420, 1280])
def test_nothing_sticks_out_of_any_page(opened, width):
    start = opened.url
    opened.set_viewport_size({"width": width, "height": 900})
    for path in pages_of(opened):
        opened.goto(path.as_uri())
        assert opened.evaluate("document.documentElement.scrollWidth") <= width
    opened.goto(start)


def test_printing_shows_closed_sections(opened):
    opened.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert opened.locator("details:not([open])").count() == 0


def test_the_browser_reports_no_errors(opened):
    assert opened.complaints == []
