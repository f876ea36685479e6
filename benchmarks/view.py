"""Speed and memory of the page of recordings, for a day of eighteen channels, in headless Chromium.

Page turn: from the key to the frame after all of the page is drawn. First paint: from the navigation to the same.
Longest frame: the longest task of the page's main thread, by the browser's trace, while it zooms from a day to ten
seconds; beside it the same in seconds of a core, which other programs do not lengthen.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from bandmap.files.events import write_events
from bandmap.files.predicted import write_predictions
from bandmap.harmonize.from_files import write_harmonized
from bandmap.vocabulary.montages import BIPOLAR18
from bandmap.vocabulary.recording import Event

CHROMIUM = "/usr/bin/chromium"
RATE, HOURS, TURNS = 128, 24, 20
SECONDS = 3600 * HOURS
BOUNDS = {
    "view_first_paint_ms": 1500,
    "view_page_turn_ms": 100,
    "view_longest_frame_ms": 50,
    "view_pyramid_share": 0.15,
    "view_page_megabytes": 300,
    "view_server_megabytes": 200,
}
DRAWN = """async () => {
  const { peek } = await import("bandmap/data.js");
  const { state } = await import("bandmap/state.js");
  const frame = () => new Promise(requestAnimationFrame);
  const done = () => document.body.dataset.drawn === "true" && state.about
    && peek(`extremes-${state.about.extremes.length - 1}-0`) && peek("probability-0");
  await frame();
  while (!done()) await frame();
  await frame();
  return performance.now();
}"""
PRESS = """async (key) => {
  const frame = () => new Promise(requestAnimationFrame);
  const begin = performance.now();
  dispatchEvent(new KeyboardEvent("keydown", { key }));
  await frame();
  while (document.body.dataset.drawn !== "true") await frame();
  await frame();
  return performance.now() - begin;
}"""
ZOOM = """async () => {
  const { state } = await import("bandmap/state.js");
  const frame = () => new Promise(requestAnimationFrame);
  performance.mark("zoom begins");
  dispatchEvent(new KeyboardEvent("keydown", { key: "z" }));
  while (state.seconds > 10.01 || document.body.dataset.drawn !== "true") await frame();
  await frame();
  performance.mark("zoom ends");
}"""


def blocks() -> Iterator[np.ndarray]:
    """Yield a day of noise and a rhythm, a minute at a time."""
    minute = np.random.default_rng(1).normal(0, 30, (len(BIPOLAR18), 60 * RATE)).astype(np.float32)
    for number in range(60 * HOURS):
        yield np.roll(minute, 997 * number, axis=1) * np.float32(1 + 0.5 * np.sin(number / 20))


def write_day(results: Path) -> float:
    """Write a run of one recording; return the size of the pyramid as a share of that of the recording."""
    events = tuple(Event(3600.0 * hour + 1800, 3600.0 * hour + 1860, "sz") for hour in range(HOURS))
    flags = {"flat": np.zeros((len(BIPOLAR18), SECONDS), bool), "masked": np.zeros((len(BIPOLAR18), SECONDS), bool)}
    stream = SimpleNamespace(
        channels=BIPOLAR18, rate_hz=float(RATE), n_samples=SECONDS * RATE, events=events, masked_channels=(),
        interpolated_channels=(), flags=flags, blocks=blocks, quality=lambda: [{"channel": c} for c in BIPOLAR18],
    )  # fmt: skip
    path = results / "harmonized/made/day.h5"
    write_harmonized(path, path.with_suffix(".pyramid"), stream, attributes={"montage": "bipolar18"})
    centres = np.arange(2.0, SECONDS - 2)
    folder = results / "predicted/model/leave_one_subject_out/made"
    values = np.random.default_rng(2).random(len(centres)) ** 4
    about = {"threshold": 0.5, "step_seconds": 1.0}
    write_predictions(
        folder / "day_probabilities.h5", probabilities=values, centres_seconds=centres,
        labels=np.zeros(len(centres), int), attributes=about,
    )  # fmt: skip
    write_events(folder / "day_events.tsv", events, recording_seconds=SECONDS)
    return path.with_suffix(".pyramid").stat().st_size / path.stat().st_size


def resident_megabytes(process: int) -> float:
    """Return the most that was resident since a process began."""
    return int(re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text())[1]) / 1000


def page_megabytes(browser: Browser) -> float:
    """Return the proportional memory of the largest renderer."""
    session = browser.new_browser_cdp_session()
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    rollups = [Path(f"/proc/{one['id']}/smaps_rollup").read_text() for one in found if one["type"] == "renderer"]
    return max(int(re.search(r"^Pss:\s+(\d+) kB", text, re.M)[1]) for text in rollups) / 1000


def longest_task(trace: bytes, duration: str) -> float:
    """Return the milliseconds of the longest task of a page's main thread between the marks of the zoom.

    `duration` is "dur", by the clock, or "tdur", of a core.
    """
    events = json.loads(trace)["traceEvents"]
    marks = {event["name"]: event for event in events if event.get("name") in ("zoom begins", "zoom ends")}
    begin, end = marks["zoom begins"], marks["zoom ends"]
    tasks = [
        event[duration] / 1000
        for event in events
        if event.get("name", "").endswith("RunTask") and (event["pid"], event["tid"]) == (begin["pid"], begin["tid"])
        and begin["ts"] <= event["ts"] <= end["ts"] and duration in event
    ]  # fmt: skip
    return max(tasks)


def opened(browser: Browser, address: str) -> tuple[Page, float, float]:
    """Return the page, and the milliseconds until all of it is drawn, by the clock and of the main thread's core."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(address)
    clock = page.evaluate(DRAWN)
    core = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}["TaskDuration"]
    return page, clock, 1000 * core


def measure(folder: Path) -> dict[str, float]:
    figures = {"view_pyramid_share": write_day(folder)}
    command = [sys.executable, "-m", "bandmap", "view", str(folder), "--no-browser"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        address = server.stdout.readline().strip()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
            paints = []
            for _ in range(5):
                page, *milliseconds = opened(browser, address)
                paints.append(milliseconds)
                if len(paints) < 5:
                    page.close()
            figures["view_first_paint_ms"], figures["view_first_paint_core_ms"] = np.median(paints, axis=0).tolist()
            turns = [page.evaluate(PRESS, "ArrowRight") for _ in range(TURNS)]
            figures["view_page_turn_ms"] = statistics.median(turns)
            figures["view_page_turn_longest_ms"] = max(turns)
            page.evaluate(PRESS, "z")
            page.wait_for_timeout(1500)
            browser.start_tracing(page=page, categories=["toplevel", "blink.user_timing", "devtools.timeline"])
            page.evaluate(ZOOM)
            trace = browser.stop_tracing()
            figures["view_longest_frame_ms"] = longest_task(trace, "dur")
            figures["view_longest_frame_core_ms"] = longest_task(trace, "tdur")
            figures["view_page_megabytes"] = page_megabytes(browser)
            browser.close()
        figures["view_server_megabytes"] = resident_megabytes(server.pid)
    finally:
        server.terminate()
        server.wait()
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument("--folder", type=Path, help="of the temporary files (1 GB)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        figures = measure(Path(folder))
    rounded = {name: float(f"{value:.4g}") for name, value in figures.items()}
    for name, value in rounded.items():
        print(f"{name:28s} {value:10.4g}  at most {BOUNDS.get(name, '–')}")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    if options.json:
        options.json.write_text(json.dumps({"figures": rounded}, indent=2) + "\n")


if __name__ == "__main__":
    main()
