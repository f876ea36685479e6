"""A reviewer at the page: verdicts by keys and mouse, storing, undo, two tabs, hostile text, and stages of sleep."""

import re
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from made_view import HOSTILE, a_night, served
from playwright.sync_api import expect, sync_playwright

from bandmap.files.events import read_events
from bandmap.files.reviewed import read_review
from bandmap.view.found import find_recordings
from bandmap.view.static import write_static

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
HANG_MILLISECONDS = 600_000

pytestmark = [
    pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no chromium"),
    pytest.mark.xdist_group("browser"),
]


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def context(browser):
    """Return a browser of a reviewer who has given initials."""
    with reviewing(browser, "AB") as context:
        yield context


@contextmanager
def reviewing(browser, initials):
    context = browser.new_context(viewport={"width": 980, "height": 640}, accept_downloads=True)
    context.set_default_timeout(HANG_MILLISECONDS)
    if initials:
        context.add_init_script(f"localStorage.setItem('bandmap-initials', '{initials}')")
    yield context
    context.close()


def open_page(context, address, recording="made/bipolar", at=50, page=60):
    tab = context.new_page()
    tab.complaints = []
    tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
    tab.on("dialog", lambda dialog: dialog.accept())
    tab.goto(f"{address}#{recording}?at={at}&page={page}")
    expect(tab.locator("body[data-drawn=true]")).to_be_attached()
    expect(tab.locator("#strip-review canvas")).to_have_attribute(
        "aria-label", re.compile("open sz|accepted|added|Your")
    )
    return tab


def press(tab, *keys):
    for key in keys:
        tab.keyboard.press(key)


def saved(tab, results, recording="made/bipolar", **expected):
    """Wait until what is stored is as expected, and the page says so; return it."""
    stopped = time.monotonic() + HANG_MILLISECONDS / 1000
    while True:
        found = stored(results, recording)
        if found and all(ASKED[name](found) == value for name, value in expected.items()):
            break
        assert time.monotonic() < stopped, (expected, found)
        tab.wait_for_timeout(50)
    expect(tab.locator("#saved")).to_have_text("Saved")
    return found


ASKED = {
    "verdicts": lambda review: [mark.verdict for mark in review.marks],
    "spans": lambda review: [(mark.event.onset, mark.event.offset) for mark in review.marks],
    "reviewed": lambda review: review.reviewed,
    "comments": lambda review: [mark.comment for mark in review.marks],
}


def stored(results, recording="made/bipolar"):
    """Return the review of the recording by AB, None if there is none yet."""
    found = [read_review(path) for path in (results / "reviewed").glob(f"*/{recording}_events.tsv")]
    return next((one for one in found if one.reviewer == "AB"), None)


def downloaded(tab):
    with tab.expect_download() as waiting:
        tab.get_by_role("button", name="Save the table").click()
    return Path(waiting.value.path())


def test_verdicts_by_keys_are_stored_beside_the_run_and_there_after_a_reload(context, address, results, made):
    before = {path: path.read_bytes() for path in made.rglob("*") if path.is_file()}
    tab = open_page(context, address)
    press(tab, "n", "a")
    (mark,) = saved(tab, results, verdicts=["accepted"]).marks
    assert (mark.source, mark.event.onset, mark.event.offset) == ("one", 65.0, 90.0)
    press(tab, ",", ",", ">")
    (mark,) = saved(tab, results, verdicts=["moved"], spans=[(64.0, 90.5)]).marks
    assert mark.proposed.onset == 65.0
    press(tab, "r")
    saved(tab, results, verdicts=["rejected"])
    assert {path: path.read_bytes() for path in made.rglob("*") if path.is_file()} == before
    tab.reload()
    expect(tab.locator("#strip-review canvas")).to_have_attribute("aria-label", re.compile("rejected sz"))
    expect(tab.locator("#saved")).to_have_text("Saved")
    assert tab.complaints == []


def test_undo_and_redo_go_through_every_change_and_are_stored(context, address, results):
    tab = open_page(context, address)
    press(tab, "n", "a", "d", "W")
    full = saved(tab, results, verdicts=["accepted", "added"], reviewed=((0.0, 400.0),))
    press(tab, "u", "u")
    saved(tab, results, verdicts=["accepted"], reviewed=())
    press(tab, "Control+z")
    saved(tab, results, verdicts=[])
    press(tab, "U", "Control+Shift+z", "U")
    assert saved(tab, results, verdicts=["accepted", "added"], reviewed=((0.0, 400.0),)) == full
    press(tab, "U")
    expect(tab.locator("#note")).to_have_text("Nothing to redo.")


def test_the_mouse_adds_an_event_and_moves_an_edge(context, address, results):
    tab = open_page(context, address)
    box = tab.locator("#strip-review canvas").bounding_box()

    def drag(start, stop):
        x = [box["x"] + (t - 50) / 60 * box["width"] for t in (start, stop)]
        y = box["y"] + box["height"] / 2
        tab.mouse.move(x[0], y)
        tab.mouse.down()
        tab.mouse.move((x[0] + x[1]) / 2, y)
        tab.mouse.move(x[1], y)
        tab.mouse.up()

    drag(95, 105)
    (added,) = saved(tab, results, verdicts=["added"]).marks
    assert (added.proposed, added.event.label) == (None, "sz")
    assert (added.event.onset, added.event.offset) == pytest.approx((95, 105), abs=0.3)
    drag(65, 60)
    moved, _ = saved(tab, results, verdicts=["moved", "added"]).marks
    assert (moved.event.onset, moved.event.offset) == pytest.approx((60, 90), abs=0.3)
    assert moved.proposed.onset == 65.0


def test_type_and_comment_are_stored_as_text_whatever_they_contain(context, address, results):
    tab = open_page(context, address)
    press(tab, "n", "a")
    tab.locator("#chosen select[name=type]").select_option("sz_foc_ia")
    comment = f"{HOSTILE}\t=1+1\n\"quoted\" 100 % <script>document.title='taken'</script>"
    tab.locator("#chosen textarea").fill(comment)
    tab.locator("#status").click()
    (mark,) = saved(tab, results, verdicts=["moved"], comments=[comment]).marks
    assert mark.event.label == "sz_foc_ia"
    (path,) = (results / "reviewed").rglob("*.tsv")
    assert downloaded(tab).read_text() == path.read_text()
    tab.reload()
    expect(tab.locator("#saved")).to_have_text("Saved")
    press(tab, "n")
    expect(tab.locator("#chosen textarea")).to_have_value(comment)
    assert tab.locator("#review script, #review img").count() == 0
    assert "taken" not in tab.title()
    assert tab.complaints == []


def test_an_event_of_a_hostile_type_is_shown_as_text(context, address, results):
    tab = open_page(context, address, "made/hostile", at=50)
    tab.locator("select[name=source]").select_option("reference")
    press(tab, "n")
    expect(tab.locator("#chosen select[name=type]")).to_contain_text("<img src=x")
    assert tab.locator("#review img").count() == 0
    press(tab, "a")
    expect(tab.locator("#saved")).to_have_text("Not saved")
    expect(tab.locator("#review-state")).to_contain_text("the event type")
    assert stored(results, "made/hostile") is None
    assert "taken" not in tab.title()


def test_two_tabs_do_not_overwrite_each_other_and_nothing_is_lost(context, address, results):
    one, two = open_page(context, address), open_page(context, address)
    press(one, "n", "a")
    saved(one, results, verdicts=["accepted"])
    press(two, "n", "r")
    expect(two.locator("#saved")).to_have_text("Not saved: conflict")
    expect(two.locator("#review-state")).to_contain_text("nothing was overwritten")
    press(two, "d")  # what is done in the meantime stays, too
    expect(two.locator("#chosen p").first).to_contain_text("added")
    two.get_by_role("button", name="Load what is stored").click()
    saved(two, results, verdicts=["accepted"])
    expect(two.locator("#strip-review canvas")).to_have_attribute("aria-label", re.compile("accepted sz"))
    press(two, "u")
    saved(two, results, verdicts=["rejected", "added"])


def test_initials_are_asked_for_once_and_reviewers_have_their_own_files(browser, address, results):
    with reviewing(browser, "") as context:
        tab = open_page(context, address)
        press(tab, "n", "a")
        expect(tab.locator("#initials")).to_be_visible()
        tab.locator("#initials input").fill("C/D")
        tab.keyboard.press("Enter")
        expect(tab.locator("#initials")).to_be_hidden()
        expect(tab.locator("#saved")).to_have_text("Saved")
        tab.reload()
        expect(tab.locator("#review h2")).to_have_text("Review by C/D")
        expect(tab.locator("#strip-review canvas")).to_have_attribute("aria-label", re.compile("accepted sz"))
    with reviewing(browser, "AB") as context:
        tab = open_page(context, address)
        press(tab, "n", "r")
        saved(tab, results, verdicts=["rejected"])
    found = {read_review(path).reviewer: path for path in (results / "reviewed").rglob("*.tsv")}
    assert set(found) == {"C/D", "AB"}
    assert all(path.parent.name == "made" for path in found.values())


def test_time_with_an_event_without_a_verdict_cannot_be_marked_as_reviewed(context, address, results):
    tab = open_page(context, address)
    press(tab, "w")
    expect(tab.locator("#note")).to_have_text("1 event has no verdict there; judge it first.")
    press(tab, "r", "W")
    saved(tab, results, verdicts=["rejected"], reviewed=((0.0, 400.0),))
    press(tab, "W")
    saved(tab, results, reviewed=())
    press(tab, "w")
    expect(tab.locator("#note")).to_have_text("This time is marked as reviewed.")
    expect(tab.locator("#review-state")).to_contain_text("15 % of the time reviewed")


@pytest.mark.long
def test_a_review_is_kept_until_the_server_answers_again(context, address, results):
    tab = open_page(context, address)
    tab.route("**/reviewed/**", lambda route: route.abort())
    press(tab, "n", "a")
    expect(tab.locator("#saved")).to_have_text("Not saved")
    expect(tab.locator("#review-state")).to_contain_text("The server does not answer")
    tab.unroute("**/reviewed/**")
    tab.get_by_role("button", name="Try again").click()
    saved(tab, results, verdicts=["accepted"])


@pytest.mark.long
def test_a_folder_without_a_server_says_that_nothing_is_saved_and_saves_the_table(context, results, tmp_path):
    write_static(find_recordings(results)[:1], tmp_path / "folder")
    tab = open_page(context, (tmp_path / "folder/index.html").as_uri())
    press(tab, "n", "a")
    expect(tab.locator("#saved")).to_contain_text("Not saved: a folder has no server")
    assert [event.onset for event in read_events(downloaded(tab))] == [65.0]


def test_stages_are_set_by_key_and_exported(context, tmp_path):
    night = a_night(tmp_path)
    with served(night) as address:
        tab = open_page(context, address, "made/night", at=0, page=30)
        press(tab, "0", "1", "2", "a", "4")
        marks = saved(tab, night, "made/night", reviewed=((0.0, 150.0),)).marks
        labels = [(mark.event.onset, mark.event.label, mark.verdict) for mark in marks]
        assert labels[:3] == [(0.0, "W", "added"), (30.0, "N1", "added"), (60.0, "N2", "added")]
        assert labels[3:] == [(90.0, "N3", "accepted"), (120.0, "REM", "added")]
        assert [(event.onset, event.label) for event in read_events(downloaded(tab))] == [row[:2] for row in labels]
        press(tab, "u", "u")
        saved(tab, night, "made/night", reviewed=((0.0, 90.0),))
        assert tab.complaints == []
