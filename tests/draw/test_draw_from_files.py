"""Pictures and pages from the files of a finished run, of both tasks, made once on made-up numbers."""

import re
import shutil
from dataclasses import replace
from types import SimpleNamespace
from xml.etree import ElementTree

import h5py
import numpy as np
import pandas as pd
import pytest
from made_run import BANDS, FOLDS, REGIONS, SCHEME, STAGES, TITLES, Made, make_run

from bandmap import report
from bandmap.draw.from_files import RecordingFiles, draw_model, draw_overview
from bandmap.draw.from_files._power import power_of, power_of_epochs
from bandmap.draw.from_files.faithfulness import draw_faithfulness
from bandmap.draw.seizure import seizure_figure
from bandmap.faithfulness.from_files.contrast import CLASSES, power_contrasts
from bandmap.files.harmonized import open_recording
from bandmap.files.represented import carried, write_representation
from bandmap.files.tables import read_table
from bandmap.report import from_files as findings
from bandmap.represent.representations import signal
from bandmap.vocabulary import plugins
from bandmap.vocabulary.atlas import Atlas
from bandmap.vocabulary.recording import Recording
from bandmap.vocabulary.tables import CHANCE, FAITHFULNESS, PLANTED, POWER_CONTRAST, RECOVERY

FIGURES = "report/figures"
ATLAS = Atlas.of(REGIONS, BANDS)
PARTS = {"published": ["gradcam", "occlusion"]}


def files_of(made: Made, model, row):
    number = made.recordings.index(row)
    return RecordingFiles(
        made.harmonized[number],
        str(made.results / f"represented/{row['recording']}.zarr.zip"),
        made.of("predicted", model, row, "_probabilities.h5"),
        str(made.folder / f"resources/{row['recording']}_events.tsv"),
        made.of("predicted", model, row, "_events.tsv"),
        [made.of("attributed", model, row, "_gradcam.h5")],
        [made.of("attributed", model, row, "_occlusion.h5")],
        [made.of("attributed", model, row, "_ecam.h5")],
        {name: made.of("attributed", model, row, f"_{name}.h5") for name in ("band_occlusion", "gradcam", "occlusion")},
        {title: PARTS.get(name, [name]) for name, title in TITLES.items()},
    )


def draw(made: Made, task, model):
    folder = made.results / FIGURES / model / SCHEME
    row, *others = made.recordings
    place = folder / row["dataset"] / row["recording"]
    task.draw_recording(files_of(made, model, row), place, row=row, model=model, atlas=ATLAS)
    for other in others:
        shutil.copytree(place, place.with_name(other["recording"]))
    matrices = made.results / "matrices" / model / SCHEME
    draw_model(
        folder / "planted.tsv",
        task,
        titles=TITLES,
        subject_tables=[str(matrices / name / "subjects.tsv") for name in TITLES],
        cohort_tables=[str(matrices / name / "cohort.tsv") for name in TITLES],
        histories={fold: str(made.results / f"trained/{model}/{SCHEME}/{fold}/history.tsv") for fold in FOLDS},
        scores=made.scored[model],
        truth=pd.DataFrame(made.truth()),
        contrast=power_contrasts(made.recordings, made.harmonized, CLASSES[made.task], ATLAS),
        subjects=made.subjects,
    )
    draw_faithfulness(
        folder / "faithfulness.tsv",
        folder / "faithfulness.svg",
        tested=str(made.results / "faithfulness" / model / f"{SCHEME}.tsv"),
        matrices={name: str(matrices / name / "seizures.tsv") for name in TITLES},
        seed=1,
    )


@pytest.fixture(
    scope="module",
    params=[pytest.param(task, marks=pytest.mark.xdist_group(f"drawn {task}")) for task in ("seizure", "sleep")],
)
def made(request, tmp_path_factory):
    """A run with all its pictures and pages; the pictures of one recording and model stand for those of the others."""
    made = make_run(tmp_path_factory.mktemp(request.param), request.param, models=("one", "two"), subjects=2)
    task = plugins.load("bandmap.draw.from_files", request.param)
    draw(made, task, "one")
    shutil.copytree(made.results / FIGURES / "one", made.results / FIGURES / "two")
    folder = made.results / FIGURES
    draw_overview(
        folder / "overview.svg",
        folder / "quality.svg",
        task,
        scored=made.scored,
        recordings=made.recordings,
        harmonized=made.harmonized,
    )
    page = made.results / "report/index.html"
    report.render(findings.gather(page, made.tested, made.config), page)
    return made


def words_of(path):
    """Return what is written in a picture; matplotlib leaves the text of each group of glyphs as a comment."""
    return re.findall(r"<!-- (.*?) -->", path.read_text(encoding="utf-8"))


def test_every_seizure_and_false_alarm_or_every_night_has_a_picture(made):
    folder = made.results / FIGURES / "one" / SCHEME / "made" / made.recordings[0]["recording"]
    names = {"seizure": ("1", "2", "false-1"), "sleep": ("night",)}[made.task]
    assert {path.name for path in folder.iterdir()} == {f"{n}{ending}" for n in names for ending in (".png", ".svg")}
    page = (made.results / "report/pages/made-01.html").read_text(encoding="utf-8")
    assert all(f'{made.recordings[0]["recording"]}/{name}.svg"' in page for name in names)


def test_a_figure_for_print_is_not_many_times_larger_than_one_for_the_screen(made):
    folder = made.results / FIGURES / "one" / SCHEME / "made" / made.recordings[0]["recording"]
    for path in folder.glob("*.svg"):
        ElementTree.parse(path)
        assert path.stat().st_size < 1_500_000


def test_the_figure_of_the_cohort_shows_the_parts_of_a_seizure_or_the_stages(made):
    words = words_of(made.results / FIGURES / "one" / SCHEME / "cohorts" / "band_occlusion.svg")
    parts = ("onset", "middle", "end") if made.task == "seizure" else STAGES
    assert all(f"{part} (n = 2)" in words for part in parts)
    ElementTree.parse(made.results / FIGURES / "one" / SCHEME / "subject_made-01.svg")


def test_the_planted_cell_is_found_in_every_class(made):
    folder = made.results / FIGURES / "one" / SCHEME
    rows = read_table(folder / "recovery.tsv", RECOVERY).query("method == 'band_occlusion'")
    classes = {"sz"} if made.task == "seizure" else set(STAGES)
    assert set(rows["class"]) == classes
    assert (rows.query("what == 'both'")[["right", "n"]] == 2).all(axis=None)
    planted = read_table(folder / "planted.tsv", PLANTED).query("subject == '01'")
    assert len(planted[["class", "planted_region"]].drop_duplicates()) == len(classes)


def test_floors_stand_beside_the_methods(made):
    rows = read_table(made.results / FIGURES / "one" / SCHEME / "recovery.tsv", RECOVERY)
    floors = rows[rows["method"].isin([POWER_CONTRAST, CHANCE]) & (rows["what"] == "both")]
    assert set(floors["class"]) == ({"sz"} if made.task == "seizure" else set(STAGES))
    assert (floors.query("method == @CHANCE")["share"] == 1 / (len(REGIONS) * len(BANDS))).all()
    assert floors.query("method == @CHANCE")["right"].isna().all()
    assert (floors["n"] == 2).all()


def test_the_overview_names_all_scored_models_and_baselines(made):
    words = words_of(made.results / FIGURES / "overview.svg")
    assert set(made.scored) <= set(words)


def test_the_first_page_leads_to_every_subject_and_compares_all_models(made):
    page = (made.results / "report/index.html").read_text(encoding="utf-8")
    for _, subject in made.subjects:
        assert f'href="pages/made-{subject}.html"' in page
        assert (made.results / f"report/pages/made-{subject}.html").exists()
    assert all(f"<td>{name}</td>" in page for name in made.scored)
    assert "one, band_occlusion and two, band_occlusion: Spearman" in page
    shown = re.sub(r"<(style|script|pre)>.*?</\1>", "", page, flags=re.DOTALL).replace(str(made.folder), "")
    assert ("seizure" in shown.replace("<td>seizure</td>", "")) is (made.task == "seizure")


def test_every_map_is_shown_with_how_far_it_can_be_trusted(made):
    folder = made.results / FIGURES / "one" / SCHEME
    table = read_table(folder / "faithfulness.tsv", FAITHFULNESS)
    assert set(table["method"]) == {*TITLES, "all"}
    row = table.query("method == 'band_occlusion' and test == 'weights' and level == 'all'")
    assert row[["mean", "n"]].to_numpy().tolist() == [[pytest.approx(0.375), 2]]
    assert set(TITLES) <= set(words_of(folder / "faithfulness.svg"))
    page = (made.results / "report/index.html").read_text(encoding="utf-8")
    line = "How far to trust it: similarity to the map with fresh weights 0.38 (0.5, 0.25)"
    assert page.count(line) == len(TITLES) * len(made.models)
    assert line in (made.results / "report/pages/made-01.html").read_text(encoding="utf-8")


def test_windows_left_out_are_summed_over_folds(made):
    run = findings.gather_run(made.results, "one", SCHEME, made.task, made.tested)
    assert run.windows.to_numpy().tolist() == [["train", "seizure", 180, 20]]
    assert run.resources["fold"].tolist() == list(FOLDS)


def test_a_joint_matrix_has_its_share_of_rank_one_in_every_class(made):
    run = findings.gather_run(made.results, "one", SCHEME, made.task, made.tested)
    shares = run.subjects[0].rank_one_share
    assert set(shares) == ({"sz"} if made.task == "seizure" else set(STAGES))
    assert all(0 < share < 1 for share in shares.values())


def test_a_seizure_is_cut_out_of_a_long_recording_without_reading_all_of_it(tmp_path, monkeypatch):
    made = make_run(tmp_path, "seizure", models=("one",), subjects=1)
    read = []
    plain = h5py.Dataset.__getitem__

    def counted(self, key, *args):
        found = plain(self, key, *args)
        read.append((self.name, np.size(found)))
        return found

    monkeypatch.setattr(h5py.Dataset, "__getitem__", counted)
    row, task = made.recordings[0], plugins.load("bandmap.draw.from_files", "seizure")
    monkeypatch.setattr(task, "save_both", lambda *_args: None)
    task.draw_recording(files_of(made, "one", row), tmp_path / "drawn", row=row, model="one", atlas=ATLAS)
    with h5py.File(made.harmonized[0]) as file:
        total = file["microvolts"].size
    samples = [size for name, size in read if name == "/microvolts"]
    assert len(samples) == 3
    assert max(samples) < total


def test_a_seizure_that_a_model_of_raw_signal_found_is_drawn_with_power_and_without_empty_panels(tmp_path, monkeypatch):
    made = make_run(tmp_path, "seizure", models=("one",), subjects=1)
    row, task = made.recordings[0], plugins.load("bandmap.draw.from_files", "seizure")
    files = replace(files_of(made, "one", row), maps=[], channels=[], over_time=[])
    with open_recording(files.recording) as recording:
        frames = signal.transform(recording.microvolts[:], recording.rate_hz)
        write_representation(files.array, frames, channels=recording.channels, attributes=carried(recording))
    views = []
    monkeypatch.setattr(task, "seizure_figure", lambda view: views.append(view) or seizure_figure(view))
    task.draw_recording(files, tmp_path / "drawn", row=row, model="one", atlas=ATLAS)
    assert len(views) == len(list((tmp_path / "drawn").glob("*.png"))) == 3
    for view in views:
        assert np.isfinite(view.power).all()
        assert view.power.shape[1] / view.frame_rate_hz == pytest.approx(view.limits[1] - view.limits[0], abs=0.2)
        titles = [axes.get_title(loc="left") for axes in seizure_figure(view).axes]
        assert "Power, mean of channels" in titles
        assert not any("Importance" in title for title in titles)


def of_signal(rate_hz, seconds, bursts):
    """Return a recording of noise with (channel, second, frequency) bursts of one second, and what a model is given."""
    time = np.arange(round(seconds * rate_hz)) / rate_hz
    microvolts = np.random.default_rng(0).normal(0, 5, (3, len(time)))
    for channel, second, hertz in bursts:
        inside = (time >= second) & (time < second + 1)
        microvolts[channel, inside] += 200 * np.sin(2 * np.pi * hertz * time[inside])
    recording = Recording(microvolts.astype(np.float32), rate_hz, ("a", "b", "c"))
    return recording, SimpleNamespace(frequencies_hz=(), channels=recording.channels)


@pytest.mark.parametrize("span", [(0.0, 9.0), (30.0, 50.0), (52.0, 60.0)])
def test_power_is_drawn_for_models_of_raw_signal_at_its_time_and_frequency(span):
    recording, source = of_signal(200.0, 60, [(0, 6, 20), (0, 41, 7), (0, 55, 33)])
    found = power_of(recording, source, span, 0, ATLAS.bands_hz)
    assert found.values.shape[1] == pytest.approx((span[1] - span[0]) * found.frame_rate_hz, abs=1)
    row, frame = np.unravel_index(np.nanargmax(found.values), found.values.shape)
    second, hertz = {0.0: (6.5, 20), 30.0: (41.5, 7), 52.0: (55.5, 33)}[span[0]]
    assert span[0] + frame / found.frame_rate_hz == pytest.approx(second, abs=0.6)
    assert found.frequencies_hz[row] == pytest.approx(hertz, abs=1)


def test_power_of_raw_signal_is_empty_where_it_was_masked_or_is_too_short():
    recording, source = of_signal(200.0, 60, [])
    recording.microvolts[:, 40 * 200 : 41 * 200] = np.nan
    masked = np.isnan(power_of(recording, source, (30.0, 50.0), None, ATLAS.bands_hz).values).all(axis=0)
    assert masked[10 * 16 : 11 * 16].all()
    assert not masked[:100].any()
    assert not power_of(*of_signal(200.0, 0.5, []), (0.0, 0.5), None, ATLAS.bands_hz).values.size


def test_a_night_of_a_model_of_raw_signal_shows_power_at_its_epoch_and_frequency():
    bursts = [(0, second, 10) for second in range(60, 90)] + [(1, second, 5) for second in range(270, 300)]
    recording, source = of_signal(128.0, 300, bursts)
    recording.microvolts[:, 120 * 128 : 150 * 128] = np.nan
    found = power_of_epochs(recording, source, np.arange(15.0, 300, 30), 30.0)
    assert found.values.shape == (len(found.frequencies_hz), 10)
    assert found.unit == "log10 uV^2/Hz"
    assert np.isnan(found.values).all(axis=0).tolist() == [epoch == 4 for epoch in range(10)]
    for epoch, hertz in ((2, 10), (9, 5)):
        others = np.delete(found.values, [2, 4, 9], axis=1).mean(axis=1)
        row = int(np.argmax(found.values[:, epoch] - others))
        assert found.frequencies_hz[row] == pytest.approx(hertz, abs=1)
    assert not power_of_epochs(recording, source, np.zeros(0), 30.0).values.size


@pytest.mark.parametrize("method", ["channels", "over_time", "neither"])
def test_importance_of_channels_over_time_comes_from_any_available_method(tmp_path, method):
    seizure = plugins.load("bandmap.draw.from_files", "seizure")
    made = make_run(tmp_path, "seizure", models=("one",), subjects=1)
    files = files_of(made, "one", made.recordings[0])
    path = {"channels": files.channels, "over_time": files.over_time, "neither": [None]}[method][0]
    found = seizure._channel_importance(path and seizure.read_attribution(path), 15.0, 77.0)
    if method == "neither":
        assert found is seizure.NOTHING
        return
    assert (found.values.shape[1], found.step_seconds, found.start_seconds) == (62, 1.0, 15.0)
    assert np.isnan(found.values[:, :5]).all()
    assert np.isfinite(found.values[:, 5:58]).all()
