"""Figures: never fail on thin data, show what they claim, and come out as the same bytes each time."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.figure import Figure

from bandmap.atlas import BIPOLAR18, ELECTRODES
from bandmap.figures.matrices import Matrix, matrix_figure, matrix_of_rows, planted_figure
from bandmap.figures.quality import KINDS, quality_figure
from bandmap.figures.scalp import POSITIONS, draw_scalp, interpolate, positions
from bandmap.figures.scores import Recovery, Score, recovery_figure, recovery_of_rows, score_figure, scores_of_rows
from bandmap.figures.seizure import SeizureView, seizure_figure, stitch
from bandmap.figures.style import save
from bandmap.figures.traces import clinical_order, envelope, scale_of
from bandmap.figures.training import training_figure
from bandmap.montage.quality import FLAGS
from bandmap.recording import Event

REGIONS, BANDS = ("frontal", "central", "temporal-left"), ("theta", "alpha")
FREQUENCIES = tuple(np.geomspace(1, 40, 12))


def a_matrix(**options):
    return Matrix(np.array([[0.1, -0.2], [0.0, 0.3], [np.nan, 1.2]]), REGIONS, BANDS, **options)


def a_view(**changes):
    generator = np.random.default_rng(0)
    plain = {
        "title": "S01, seizure 1",
        "channels": BIPOLAR18,
        "microvolts": generator.normal(0, 30, (18, 20 * 64)).astype(np.float32),
        "rate_hz": 64.0,
        "start_seconds": 100.0,
        "onset_seconds": 105.0,
        "reference": (Event(105, 112, "sz"),),
        "predicted": (Event(106, 113, "sz"),),
        "probability_seconds": np.arange(102.0, 118.0),
        "probability": np.linspace(0, 1, 16),
        "frequencies_hz": FREQUENCIES,
        "frame_rate_hz": 8.0,
        "power": generator.normal(size=(12, 160)),
        "importance": generator.random((12, 160)),
        "channel_importance": generator.random(18),
        "matrices": (a_matrix(), a_matrix(planted=("central", "alpha"))),
        "band_edges_hz": {"theta": (4, 8), "alpha": (8, 14)},
    }
    return SeizureView(**{**plain, **changes})


def texts_of(figure):
    figure.draw_without_rendering()
    inside = [text.get_text() for axes in figure.axes for text in axes.texts]
    ticks = [label.get_text() for axes in figure.axes for label in (*axes.get_xticklabels(), *axes.get_yticklabels())]
    titles = [
        title for axes in figure.axes for title in (axes.get_title(loc="left"), axes.get_xlabel(), axes.get_ylabel())
    ]
    return [*inside, *ticks, *titles, *(text.get_text() for text in figure.texts)]


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_the_same_seizure_gives_the_same_bytes(tmp_path, suffix):
    for name in ("one", "two"):
        save(seizure_figure(a_view()), tmp_path / f"{name}.{suffix}")
    assert (tmp_path / f"one.{suffix}").read_bytes() == (tmp_path / f"two.{suffix}").read_bytes()


def test_a_seizure_is_drawn_and_saved_in_a_second_and_a_half(tmp_path):
    before = time.process_time()
    save(seizure_figure(a_view()), tmp_path / "seizure.png")
    assert time.process_time() - before < 1.5


def test_every_part_of_the_seizure_figure_says_its_unit():
    said = " ".join(texts_of(seizure_figure(a_view())))
    for unit in (
        "time from onset (s)",
        "frequency (Hz)",
        "µV",
        "probability",
        "dB",
        "threshold 0.50".replace(" ", "\n"),
    ):
        assert unit in said


@pytest.mark.parametrize(
    "changes",
    [
        {"power": np.zeros((0, 0)), "importance": np.zeros((0, 0)), "channel_importance": np.zeros(0), "matrices": ()},
        {"microvolts": np.full((18, 1280), np.nan, np.float32)},
        {"power": np.full((12, 160), np.nan), "importance": np.full((12, 160), np.nan)},
        {"power": np.zeros((12, 160)), "importance": np.zeros((12, 160)), "channel_importance": np.zeros(18)},
        {"channel_importance": np.full(18, np.nan)},
        {"reference": (), "predicted": (), "probability_seconds": np.zeros(0), "probability": np.zeros(0)},
        {"onset_seconds": 100.0},
        {"matrices": (Matrix(np.full((3, 2), np.nan), REGIONS, BANDS),)},
        {"channels": ("A", "B"), "microvolts": np.ones((2, 1280), np.float32), "channel_importance": np.ones(2)},
    ],
    ids=[
        "nothing",
        "masked",
        "nan maps",
        "zeros",
        "nan channels",
        "no events",
        "no time before",
        "nan matrix",
        "unknown",
    ],
)
def test_a_seizure_with_parts_missing_is_still_drawn(tmp_path, changes):
    save(seizure_figure(a_view(**changes)), tmp_path / "seizure.png")
    assert (tmp_path / "seizure.png").stat().st_size > 1000


def test_a_name_is_drawn_as_it_is_and_never_as_a_formula(tmp_path):
    save(seizure_figure(a_view(title="S$_1$ \\frac")), tmp_path / "seizure.svg")


def test_negative_goes_up():
    microvolts = np.zeros((18, 640), np.float32)
    microvolts[0, 320] = -50
    figure = seizure_figure(a_view(microvolts=microvolts))
    axes = figure.axes[0]
    (line,) = [line for line in axes.lines if np.ptp(line.get_ydata()) > 0 and len(line.get_ydata()) > 2]
    spike, rest = line.get_ydata()[320], line.get_ydata()[0]
    up = axes.transData.transform([(0, spike), (0, rest)])[:, 1]
    assert up[0] > up[1]


@given(arrays(float, st.integers(3, 9000), elements=st.floats(-1e4, 1e4)))
def test_thinning_a_trace_keeps_its_extremes(trace):
    seconds, values = envelope(trace, 100.0)
    step = max(2 * len(trace) // 2000, 1)
    kept = trace[: len(trace) // step * step] if step > 2 else trace
    assert (values.min(), values.max()) == (kept.min(), kept.max())
    assert len(values) <= 3100
    assert 0 <= seconds[0] <= seconds[-1] <= len(trace) / 100


def test_traces_go_from_left_temporal_to_right_temporal():
    names = [BIPOLAR18[index] for _, index in clinical_order(BIPOLAR18)]
    assert names[:5] == ["Fp1-F7", "F7-T3", "T3-T5", "T5-O1", "Fp1-F3"]
    assert names[8:10] == ["Fz-Cz", "Cz-Pz"]
    assert names[-1] == "T6-O2"


def test_new_names_of_electrodes_take_the_place_of_the_old_ones():
    assert clinical_order(["F7-T7"])[0][0] == clinical_order(["F7-T3"])[0][0]


def test_one_artefact_does_not_set_the_scale():
    microvolts = np.random.default_rng(0).normal(0, 20, (18, 1000))
    microvolts[3] = 1e5
    assert scale_of(microvolts) == 100


def test_every_electrode_of_the_montages_has_a_place_and_a_derivation_lies_midway():
    assert np.isfinite(positions(ELECTRODES)).all()
    assert positions(["T7-P7"])[0] == pytest.approx(np.mean([POSITIONS["T3"], POSITIONS["T5"]], axis=0))
    assert np.isnan(positions(["X1"])).all()


def test_left_is_left_and_front_is_up():
    assert POSITIONS["T3"][0] < 0 < POSITIONS["T4"][0]
    assert POSITIONS["O1"][1] < 0 < POSITIONS["Fp1"][1]


@given(arrays(float, 18, elements=st.floats(-1e3, 1e3)))
def test_a_scalp_map_passes_through_its_channels_and_stays_within_them(values):
    at = positions(BIPOLAR18)
    assert interpolate(at, values, at) == pytest.approx(values, abs=1e-3)
    between = interpolate(at, values, np.random.default_rng(0).uniform(-1, 1, (50, 2)))
    assert values.min() <= between.min() <= between.max() <= values.max()


def test_the_colours_of_a_scalp_map_are_centred_on_zero():
    image = draw_scalp(Figure().add_subplot(), np.linspace(-1, 3, 18), BIPOLAR18)
    assert image.get_clim() == (-3, 3)


def test_overlapping_windows_are_averaged_and_uncovered_time_stays_unknown():
    windows = np.stack([np.full((2, 4), 1.0), np.full((2, 4), 3.0)])
    row = stitch(windows, [1, 3], 8)[0]
    np.testing.assert_array_equal(row, [np.nan, 1, 1, 2, 2, 3, 3, np.nan])


def test_windows_at_the_edges_of_the_stretch_are_cut_and_not_moved():
    windows = np.arange(8.0).reshape(2, 1, 4)
    np.testing.assert_array_equal(stitch(windows, [-2, 4], 6)[0], [2, 3, np.nan, np.nan, 4, 5])


def test_rows_of_a_table_become_the_matrix_they_describe():
    rows = [{"region": r, "band": b, "importance": f"{i}", "p": "n/a"} for i, (r, b) in enumerate(
        (r, b) for r in REGIONS for b in BANDS
    )]  # fmt: skip
    matrix = matrix_of_rows(rows[::-1], regions=REGIONS, bands=BANDS)
    np.testing.assert_array_equal(matrix.values, np.arange(6).reshape(3, 2))
    assert matrix.top == ("temporal-left", "alpha")
    assert np.isnan(matrix.p).all()
    with pytest.raises(ValueError, match="12 rows describe 6 cells"):
        matrix_of_rows([*rows, *rows])


def test_a_cell_without_a_row_is_a_dash_and_not_a_zero():
    matrix = matrix_of_rows([{"region": "frontal", "band": "theta", "importance": 0.5}], regions=REGIONS, bands=BANDS)
    said = texts_of(matrix_figure([matrix]))
    assert said.count("–") == 5
    assert "0.50" in said


def test_colours_of_a_matrix_are_centred_on_zero_whatever_the_signs():
    figure = matrix_figure([a_matrix()])
    assert figure.axes[0].images[0].get_clim() == (-1.2, 1.2)


def test_a_matrix_shows_interval_p_n_and_the_share_of_rank_one():
    low, high, p = np.full((3, 2), -0.5), np.full((3, 2), 0.5), np.array([[0.5, 0.5], [0.5, 0.01], [0.5, 0.5]])
    said = " ".join(texts_of(matrix_figure([a_matrix(low=low, high=high, p=p, n=7, rank_one_share=0.713)])))
    assert "0.30 *\n−0.50 … 0.50" in said
    assert said.count(" *\n") == 1
    assert "n = 7 subjects; rank one: 71 %" in said


def test_no_text_of_two_matrices_side_by_side_overlaps_another():
    figure = matrix_figure([a_matrix(title="Joint", n=3, rank_one_share=0.7, planted=("central", "alpha"))] * 2)
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in figure.texts]
    assert not boxes[0].overlaps(boxes[1])
    assert all(box.x1 <= figure.bbox.x1 and box.y0 >= 0 for box in boxes)


@pytest.mark.parametrize("n", [0, 1, 7])
def test_planted_figure_marks_the_subjects_whose_largest_cell_was_planted(tmp_path, n):
    right, wrong = a_matrix(title="A", planted=("temporal-left", "alpha")), a_matrix(title="B", planted=REGIONS[:2])
    figure = planted_figure([right, wrong][:n] + [right] * max(n - 2, 0))
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles[:2] == ["A ✓", "B"][:n]
    save(figure, tmp_path / "planted.png")


def history(losses):
    return [{"epoch": str(e), "training_loss": "0.5", "validation_loss": loss} for e, loss in enumerate(losses, 1)]


def test_training_figure_rings_the_epoch_of_least_validation_loss():
    axes = training_figure({"fold": history(["0.7", "0.4", "n/a", "0.6"])}).axes[0]
    (ring,) = [line for line in axes.lines if len(line.get_xdata()) == 1]
    assert (ring.get_xdata()[0], ring.get_ydata()[0]) == (2, 0.4)


@pytest.mark.parametrize(
    "histories", [{}, {"one": history(["n/a"])}, {"one": []}, {f"f{i}": history(["1"]) for i in range(11)}]
)
def test_training_figure_is_drawn_for_any_number_of_folds(tmp_path, histories):
    save(training_figure(histories), tmp_path / "training.png")


def quality_row(recording, channel, **seconds):
    return {
        "dataset": "d",
        "recording": recording,
        "channel": channel,
        **{f"{kind}_seconds": value for kind, value in seconds.items()},
    }


def test_quality_figure_has_a_colour_of_its_own_for_everything_that_harmonization_flags():
    assert set(KINDS) == set(FLAGS)
    assert len(set(KINDS.values())) == len(KINDS)
    figure = quality_figure([quality_row("r1", "Fz-Cz", **{kind: "9"}) for kind in KINDS], {("d", "r1"): 9})
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [kind.replace("_", " ") for kind in KINDS]
    figure.draw_without_rendering()
    assert figure.legends[0].get_window_extent().x1 < figure.bbox.x1


def test_quality_figure_colours_trouble_and_leaves_good_channels_white():
    rows = [quality_row("r1", "Fz-Cz", flat="0", masked="300"), quality_row("r1", "Cz-Pz", flat="0", masked="n/a")]
    image = quality_figure(rows, {("d", "r1"): 300.0}).axes[0].images[0].get_array()
    assert image[0, 0].max() < 0.15
    assert image[0, 1].min() == 1


@pytest.mark.parametrize("n", [0, 1, 90])
def test_quality_figure_stays_readable_for_many_recordings(n):
    figure = quality_figure(
        [quality_row(f"r{i}", "Fz-Cz", flat="1") for i in range(n)], {("d", f"r{i}"): 9 for i in range(n)}
    )
    assert figure.get_figheight() < 14


def test_score_figure_says_where_a_subject_has_no_value(tmp_path):
    figure = score_figure([Score("precision", {"A": 0.5, "B": float("nan")}, 0.5, 0.4, 0.6), Score("F1", {"A": 1.0})])
    assert " no value" in texts_of(figure)
    save(figure, tmp_path / "scores.png")
    save(score_figure([]), tmp_path / "none.png")


def test_scores_are_those_of_the_table_and_of_the_summary_beside_it():
    metrics = ("sensitivity", "precision", "f1", "false_alarms_per_day")
    rows = [
        {"dataset": "d", "subject": "A", "scoring": s, **dict.fromkeys(metrics, v)}
        for s, v in (("event", "n/a"), ("sample", 0.1))
    ]
    summary = {"event": {metric: {"mean": 0.5, "low": None, "high": None} for metric in metrics}}
    scores = scores_of_rows(rows, summary)
    assert [score.is_share for score in scores] == [True, True, True, False]
    assert np.isnan([scores[0].by_subject["A"], scores[0].low]).all()
    assert scores[0].mean == 0.5
    score_figure(scores)


def test_subjects_of_two_data_sets_with_one_name_stay_apart():
    metrics = ("sensitivity", "precision", "f1", "false_alarms_per_day")
    rows = [{"dataset": d, "subject": "A", "scoring": "event", **dict.fromkeys(metrics, 0.1)} for d in ("one", "two")]
    summary = {"event": {metric: {"mean": 0.5, "low": None, "high": None} for metric in metrics}}
    assert list(scores_of_rows(rows, summary)[0].by_subject) == ["one/A", "two/A"]


def test_long_names_of_recordings_stay_within_the_figure():
    name = "sub-chb01_ses-01_task-szMonitoring_run-030_acq-anything"
    figure = quality_figure([quality_row(name, "Fz-Cz", flat="1")], {("d", name): 9})
    figure.draw_without_rendering()
    (label,) = figure.axes[0].get_yticklabels()
    assert label.get_window_extent().x0 >= 0
    assert label.get_text().startswith("…")
    assert label.get_text().endswith("run-030_acq-anything")


def test_recovery_leaves_out_what_a_method_cannot_name(tmp_path):
    rows = [{"what": "band", "right": "6", "n": "10", "share": "0.6"}, {"what": "auc", "n": "9", "share": "0.7"}]
    recovery = recovery_of_rows("gradcam", rows)
    assert recovery == Recovery("gradcam", None, 0.6, None, 10)
    assert "6 of 10" in texts_of(recovery_figure([recovery]))
    save(recovery_figure([]), tmp_path / "none.png")
