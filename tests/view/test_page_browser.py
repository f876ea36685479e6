"""The page as a reader meets it: in a browser, from the server and from disk."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from made_view import GAP, HOSTILE, a_run, a_stream
from playwright.sync_api import expect, sync_playwright
from test_server import served

from bandmap.view.found import find_recordings
from bandmap.view.static import write_static
from bandmap.vocabulary.montages import ELECTRODES

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
HANG_MILLISECONDS = 600_000

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no chromium"),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return a_run(tmp_path_factory.mktemp("view"))


@pytest.fixture(scope="module")
def address(run):
    with served(run) as address:
        yield address


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        expect.set_options(timeout=HANG_MILLISECONDS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser):
    """Return an empty page; it must not complain of anything by the end of the test."""
    page = browser.new_page(viewport={"width": 1200, "height": 800}, reduced_motion="reduce")
    page.set_default_timeout(HANG_MILLISECONDS)
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    page.close()
    assert complaints == []


def show(page, address, recording, at=60, seconds=10):
    page.goto(f"{address}#{recording}?at={at}&page={seconds}")
    drawn(page)


def drawn(page):
    """Wait until the page shows all that it asked for; two frames, because a change is drawn in the next one."""
    expect(page.locator("body")).to_have_attribute("data-drawn", "true")
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(page.locator("body")).to_have_attribute("data-drawn", "true")


def module(page, name, expression):
    """Return the value of an expression in which `it` is a module of the page and `state` what it shows."""
    return page.evaluate(
        f"Promise.all([import('bandmap/{name}.js'), import('bandmap/state.js')])"
        f".then(([it, {{ state }}]) => {expression})"
    )


def heights(page):
    """Return what is drawn of each trace, in microvolts, None where there is nothing; and the names of the rows."""
    found = module(
        page, "traces", "({ rows: it.current().lines.rows.map((row, i) => Array.from(row, (value) => value === value ?"
        " (value - it.current().places[i]) * it.current().microvolts : null)), x: Array.from(it.current().lines.x),"
        " names: it.current().rows.map((row) => row.name) })",
    )  # fmt: skip
    return dict(zip(found["names"], found["rows"], strict=True)), found["x"]


def test_a_short_page_draws_the_samples_themselves(page, address):
    show(page, address, "made/bipolar")
    page.keyboard.press("ArrowDown")  # no trace may be cut
    drawn(page)
    rows, x = heights(page)
    stream = a_stream()
    first = round(x[0] * stream.rate_hz)
    for channel, name in enumerate(stream.channels):
        expected = stream.microvolts[channel, first : first + len(x)]
        assert rows[name] == pytest.approx(expected, abs=1e-3), name
    assert next(iter(rows)) == "Fp1-F7"  # clinical order, not that of the file


def test_a_long_page_draws_minima_and_maxima(page, address):
    show(page, address, "made/bipolar", at=0, seconds=400)
    rows, _ = heights(page)
    known = [value for value in rows["T6-O2"] if value is not None]
    stream = a_stream()
    largest = stream.microvolts[stream.channels.index("T6-O2")]
    assert max(known) == pytest.approx(np.nanmax(largest), rel=1e-3)
    assert min(known) == pytest.approx(np.nanmin(largest), rel=1e-3)


@pytest.mark.parametrize("seconds", [20, 400])
def test_a_gap_has_no_line_and_a_masked_channel_is_crossed_out(page, address, seconds):
    show(page, address, "made/bipolar", at=0 if seconds > 100 else GAP[0] - 8, seconds=seconds)
    rows, x = heights(page)
    inside = [GAP[0] + 0.5 < t < GAP[1] - 0.5 for t in x]
    assert any(inside)
    assert {value for value, gap in zip(rows["Fz-Cz"], inside, strict=True) if gap} == {None}
    assert all(value is not None for value, t in zip(rows["Fz-Cz"], x, strict=True) if t < GAP[0] - 1)
    masked = a_stream().masked_channels[0]
    expect(page.get_by_role("radio", name=f"{masked}, masked")).to_have_class("masked")
    expect(page.locator("#strip-quality canvas")).to_have_attribute("aria-label", re.compile("masked"))


def test_keys_turn_pages_zoom_and_go_from_event_to_event(page, address):
    show(page, address, "made/bipolar", at=0)
    place = lambda: module(page, "state", "[state.start, state.seconds]")  # noqa: E731
    page.keyboard.press("ArrowRight")
    assert place() == [10, 10]
    page.keyboard.press("Shift+ArrowLeft")
    assert place() == [9, 10]
    page.keyboard.press("]")
    drawn(page)
    assert place()[1] == 15
    page.keyboard.press("z")
    drawn(page)
    assert place() == [0, 400]
    page.keyboard.press("z")
    page.keyboard.press("Home")
    for onset in (65, 200):  # what a model found, and what it missed; what it found in part is visited once
        page.keyboard.press("n")
        assert place()[0] == pytest.approx(onset - 2)
    page.keyboard.press("n")
    expect(page.locator("#note")).to_have_text("There is no later event.")
    page.keyboard.press("p")
    assert place()[0] == pytest.approx(63)
    expect(page.locator("#status")).to_contain_text("0:01:03 to 0:01:13 of 0:06:40")


def test_montages_of_electrodes_are_differences_and_the_average(page, address):
    show(page, address, "made/electrodes", at=20)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("m")
    drawn(page)
    stream = a_stream(ELECTRODES, seed=1)
    rows, x = heights(page)
    at = slice(round(x[0] * stream.rate_hz), round(x[0] * stream.rate_hz) + len(x))
    of = lambda name: stream.microvolts[stream.channels.index(name), at]  # noqa: E731
    assert rows["F7-T3"] == pytest.approx(of("F7") - of("T3"), abs=1e-2)
    page.keyboard.press("m")
    page.keyboard.press("m")
    drawn(page)
    rows, _ = heights(page)
    used = [name for name in stream.channels if name not in stream.masked_channels]
    mean = sum(of(name) for name in used) / len(used)
    assert rows["Cz-Av"] == pytest.approx(of("Cz") - mean, abs=1e-2)


def test_a_montage_that_cannot_be_computed_is_refused_with_the_reason(page, address):
    show(page, address, "made/bipolar")
    page.keyboard.press("m")  # bipolar is what was recorded
    page.keyboard.press("m")
    expect(page.locator("#status")).to_contain_text("from which the electrodes cannot be recovered")
    assert module(page, "state", "state.montage") == "recorded"


def test_filters_act_on_short_pages_and_a_long_page_says_that_they_do_not(page, address):
    show(page, address, "made/bipolar", at=20)
    before, _ = heights(page)
    for key in "lhhh":  # below 15 and above 5 Hz, which leaves 10 Hz
        page.keyboard.press(key)
    drawn(page)
    after, _ = heights(page)
    assert max(after["T6-O2"]) == pytest.approx(max(before["T6-O2"]), rel=0.25)
    page.keyboard.press("z")
    drawn(page)
    expect(page.locator("#status")).to_contain_text("longer pages show the recording as harmonized")


def test_importance_colours_the_channel_and_the_matrix_is_of_what_is_in_view(page, address):
    show(page, address, "made/bipolar", at=62)
    expect(page.locator("#matrix caption")).to_have_text("band_occlusion: mean of 10 explained windows")
    expect(page.locator("#matrix tbody tr").first).to_contain_text("1.0")
    found = module(
        page, "importance", "(({ values, n, step }) => [values[65 / step], values[n + 65 / step]])(it.currentGrid())"
    )
    assert found == [1, 0]
    page.keyboard.press("End")
    expect(page.locator("#matrix p")).to_have_text("No window on this page was explained.")


def test_hostile_names_are_shown_and_not_run(page, address):
    show(page, address, "made/hostile", at=62)
    expect(page.locator("#events")).to_contain_text(HOSTILE)
    expect(page.locator("#about")).to_contain_text(HOSTILE)
    expect(page.locator("#matrix")).to_contain_text(HOSTILE)
    assert page.locator("#traces .label button", has_text=HOSTILE).count() == 1
    text = module(page, "picture", "it.svg()")
    assert "<img" not in text
    page.evaluate("(text) => new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror')", text)
    assert page.locator("img").count() == 0
    assert page.title() == "made/hostile – Bandmap"


def test_a_truncated_pyramid_is_said_in_words(browser, tmp_path):
    results = a_run(tmp_path)
    pyramid = results / "harmonized/made/bipolar.pyramid"
    pyramid.write_bytes(pyramid.read_bytes()[:2000])
    with served(results) as address:
        page = browser.new_page()
        page.goto(f"{address}#made/bipolar")
        expect(page.locator("#problem")).to_contain_text("delete it and run the workflow again")
        page.close()


def test_the_svg_has_a_line_for_every_trace(page, address):
    show(page, address, "made/bipolar", at=20)
    count = page.evaluate(
        "import('bandmap/picture.js').then(({ svg }) => new DOMParser().parseFromString(svg(), 'image/svg+xml'))"
        ".then((picture) => ['g path', 'parsererror'].map((kind) => picture.querySelectorAll(kind).length))"
    )
    assert count == [17, 0]  # one channel is masked
    with page.expect_download() as download:
        page.keyboard.press("g")
    assert download.value.suggested_filename == "bipolar_20s.svg"
    page.emulate_media(color_scheme="dark")
    drawn(page)
    with page.expect_download() as dark:
        page.keyboard.press("g")
    assert dark.value.path().read_text() == download.value.path().read_text()  # paper is white
    assert module(page, "strip", "it.isDark()")


def test_the_help_lists_every_key_and_every_picture_has_words(page, address):
    show(page, address, "made/bipolar")
    page.keyboard.press("?")
    assert page.locator("#help dt").count() == module(page, "tools", "it.KEYS.size")
    page.keyboard.press("Escape")
    expect(page.locator("#help")).not_to_be_visible()
    unnamed = page.eval_on_selector_all(
        "main .strip > canvas, .plot", "(all) => all.filter((one) => !one.ariaLabel).length"
    )
    assert unnamed == 0
    unlabelled = page.eval_on_selector_all(
        "button, select",
        "(all) => all.filter((one) => !(one.ariaLabel || one.textContent || one.labels?.length)).length",
    )
    assert unlabelled == 0


def test_the_folder_opens_from_disk_and_shows_the_same(page, run, tmp_path):
    bipolar = [found for found in find_recordings(run) if found.recording == "bipolar"]
    show(page, write_static(bipolar, tmp_path / "folder").as_uri(), "made/bipolar", at=20)
    page.keyboard.press("ArrowDown")
    drawn(page)
    rows, x = heights(page)
    stream = a_stream()
    first = round(x[0] * stream.rate_hz)
    expected = stream.microvolts[stream.channels.index("Cz-Pz"), first : first + len(x)]
    assert rows["Cz-Pz"] == pytest.approx(expected, abs=0.1)
    assert json.loads(
        page.evaluate("JSON.stringify([...document.querySelectorAll('#recording option')].map((o) => o.text))")
    ) == ["made/bipolar"]


@pytest.mark.parametrize("width", [420, 1280])
def test_nothing_sticks_out(page, address, width):
    page.set_viewport_size({"width": width, "height": 900})
    show(page, address, "made/bipolar")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
