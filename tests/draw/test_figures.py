"""Figures: never fail on thin data, show what they claim, and come out as the same bytes each time."""

import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matplotlib.figure import Figure

from bandmap.draw.confusion import confusion_figure
from bandmap.draw.curves import Curve, curve_figure
from bandmap.draw.faithfulness import Trace, faithfulness_figure, traces_of_table
from bandmap.draw.matrices import Matrix, count_of, matrix_figure, matrix_of_table, planted_figure
from bandmap.draw.measures import measure_figure
from bandmap.draw.night import NightView, night_figure
from bandmap.draw.overlay import MOST_HEADS, ChannelImportance, draw_behind, head_spans, stitch
from bandmap.draw.panels import Panel, panel_figure
from bandmap.draw.quality import KINDS, quality_figure
from bandmap.draw.scalp import POSITIONS, draw_scalp, interpolate, positions
from bandmap.draw.scores import Recovery, Score, recovery_figure, recovery_of_table, score_figure, scores_of_table
from bandmap.draw.seizure import NOTHING, SeizureView, seizure_figure
from bandmap.draw.style import save
from bandmap.draw.traces import envelope, rows_of, scale_of
from bandmap.draw.training import training_figure
from bandmap.harmonize.quality import FLAGS
from bandmap.vocabulary.montages import BIPOLAR18, ELECTRODES, clinical_order
from bandmap.vocabulary.recording import Event
from bandmap.vocabulary.tables import HISTORY

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
        "offset_seconds": 112.0,
        "reference": (Event(105, 112, "sz"),),
        "predicted": (Event(106, 113, "sz"),),
        "probability_seconds": np.arange(102.0, 118.0),
        "probability": np.linspace(0, 1, 16),
        "frequencies_hz": FREQUENCIES,
        "frame_rate_hz": 8.0,
        "power": generator.normal(size=(12, 160)),
        "importance": generator.random((12, 160)),
        "channel_importance": ChannelImportance(generator.random((18, 20)), 1.0, 100.0, "ecam"),
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


def test_a_seizure_is_drawn_and_saved_in_seconds_of_a_core(tmp_path):
    before = time.process_time()
    save(seizure_figure(a_view()), tmp_path / "seizure.png")
    assert time.process_time() - before < 15


def test_a_day_for_print_stays_small_and_its_traces_and_maps_are_pictures(tmp_path):
    day, generator = 86_400, np.random.default_rng(0)
    view = a_view(
        channels=BIPOLAR18[:3],
        microvolts=generator.normal(0, 30, (3, day)).astype(np.float32),
        rate_hz=1.0,
        offset_seconds=100.0 + day,
        reference=(Event(105, 100 + day, "sz"),),
        probability_seconds=np.arange(100.0, 100 + day, 8),
        probability=generator.random(day // 8),
        frame_rate_hz=0.1,
        power=generator.normal(size=(12, day // 10)),
        importance=generator.random((12, day // 10)),
        channel_importance=ChannelImportance(generator.random((3, day // 60)), 60.0, 100.0, "ecam"),
    )
    save(seizure_figure(view), tmp_path / "day.svg", dots_per_inch=200)
    assert (tmp_path / "day.svg").stat().st_size < 2_000_000


def test_fresh_weights_and_curves_are_drawn_for_every_map_that_has_them():
    curves = {
        (view, order): np.linspace(3, -1, 11) for view in ("deletion", "insertion") for order in ("order", "random")
    }
    gains = {("deletion", "phase_randomized"): 2.0, ("deletion", "noise"): 1.0, ("insertion", "noise"): 3.0}
    traces = [Trace(f"map {n}", {"fc": 0.5, "layer1": 0.2, "all": 0.1}, curves if n else {}, gains) for n in range(9)]
    texts = texts_of(faithfulness_figure(traces))
    assert {
        "trained",
        "fc",
        "from layer1 on",
        "all",
        "similarity (Spearman)",
        "log odds",
        "cells exchanged (%)",
        "gain (log odds)",
        "phase\nrandomized",
    } <= set(texts)
    one = [Trace(trace.name, trace.cascade, trace.curves, {("deletion", "noise"): 2.0}) for trace in traces]
    assert "gain (log odds)" not in texts_of(faithfulness_figure(one))
    titles = [axes.get_title() or axes.get_title(loc="left") for axes in faithfulness_figure(traces).axes]
    assert titles.count("map 0") == 0
    assert all(titles.count(f"map {n}") == 1 for n in range(1, 9))
    assert "no maps were tested" in " ".join(texts_of(faithfulness_figure([])))


def test_traces_come_from_the_table_of_tests():
    def rows(name, test, level, means):
        return [{"method": name, "test": test, "level": level, "step": k, "mean": m} for k, m in enumerate(means)]

    table = [
        *rows("a", "weights", "fc", [0.5]),
        *rows("a", "weights", "all", [0.1]),
        *rows("a", "deletion", "gain", [2]),
        *rows("a", "deletion", "noise", [1.5]),
        *rows("all", "deletion_ranking", "background, noise", [0.3]),
    ]
    table += [*rows("b", "split_half", "", [0.9]), *rows("a", "deletion_curve", "order", [3.0, 1.0])]
    (trace,) = traces_of_table(pd.DataFrame(table))
    assert (trace.name, trace.cascade) == ("a", {"fc": 0.5, "all": 0.1})
    assert trace.curves["deletion", "order"].tolist() == [3.0, 1.0]
    assert trace.gains == {("deletion", "noise"): 1.5}


def test_every_part_of_the_seizure_figure_states_its_unit():
    texts = " ".join(texts_of(seizure_figure(a_view())))
    for unit in (
        "time from onset (s)",
        "frequency (Hz)",
        "µV",
        "probability",
        "dB",
        "threshold 0.50".replace(" ", "\n"),
    ):
        assert unit in texts


@pytest.mark.parametrize(
    "changes",
    [
        {"power": np.zeros((0, 0)), "importance": np.zeros((0, 0)), "channel_importance": NOTHING, "matrices": ()},
        {"microvolts": np.full((18, 1280), np.nan, np.float32)},
        {"power": np.full((12, 160), np.nan), "importance": np.full((12, 160), np.nan)},
        {
            "power": np.zeros((12, 160)),
            "importance": np.zeros((12, 160)),
            "channel_importance": ChannelImportance(np.zeros((18, 20)), 1.0, 100.0),
        },
        {"channel_importance": ChannelImportance(np.full((18, 20), np.nan), 1.0, 100.0)},
        {"reference": (), "predicted": (), "probability_seconds": np.zeros(0), "probability": np.zeros(0)},
        {"onset_seconds": 100.0},
        {"matrices": (Matrix(np.full((3, 2), np.nan), REGIONS, BANDS),)},
        {
            "channels": ("A", "B"),
            "microvolts": np.ones((2, 1280), np.float32),
            "channel_importance": ChannelImportance(np.ones((2, 20)), 1.0, 100.0),
        },
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


def test_parts_without_data_take_no_space():
    nothing = {"power": np.zeros((0, 0)), "importance": np.full((12, 160), np.nan)}
    whole, bare = seizure_figure(a_view()), seizure_figure(a_view(**nothing, channel_importance=NOTHING, matrices=()))
    texts = " ".join(texts_of(bare))
    assert not any(word in texts for word in ("Power", "Importance", "Channels", "no ", "nothing"))
    assert len(bare.axes) == 3
    assert bare.get_figheight() < 0.5 * whole.get_figheight()
    assert "time from onset (s)" in texts_of(bare)


def test_traces_of_a_strong_seizure_fit_their_rows_and_the_scale_states_the_clipping():
    loud = np.where(np.arange(1280) > 320, 20.0, 1.0) * np.random.default_rng(0).normal(0, 30, (18, 1280))
    loud[3, 600:640] = 9000
    figure = seizure_figure(a_view(microvolts=loud.astype(np.float32), channel_importance=NOTHING))
    heights = dict(rows_of(BIPOLAR18))
    axes = figure.axes[0]
    traces = [np.array(line.get_ydata()) for line in axes.lines if len(line.get_ydata()) > 2]
    away = [np.abs(trace - heights[index]) for trace, (index, _) in zip(traces, rows_of(BIPOLAR18), strict=True)]
    assert np.mean([np.percentile(distances, 98) < 0.7 for distances in away]) > 0.8
    assert max(distances.max() for distances in away) == pytest.approx(1.5)
    (texts,) = [text.get_text() for text in axes.texts]
    scale = scale_of(loud)
    assert texts == f"{scale:g} µV\nneg. up\ncut at\n±{1.5 * scale:g} µV"


def test_a_name_is_drawn_literally_and_not_as_a_formula(tmp_path):
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


def test_importance_is_drawn_behind_the_trace_of_its_channel_at_its_time():
    values = np.zeros((18, 20))
    values[4, 7] = 2.0
    axes = Figure().add_subplot()
    mesh = draw_behind(axes, ChannelImportance(values, 1.0, 100.0), BIPOLAR18, zero_seconds=105.0)
    row, column = np.argwhere(mesh.get_array() == 2)[0]
    corners = mesh.get_coordinates()[row : row + 2, column : column + 2].reshape(-1, 2)
    height = dict(rows_of(BIPOLAR18))[4]
    assert corners.min(axis=0).tolist() == [2.0, height - 0.5]
    assert corners.max(axis=0).tolist() == [3.0, height + 0.5]


def test_heads_cover_a_seizure_in_tens_of_seconds_and_end_with_it():
    assert head_spans(105.0, 128.5) == [(105, 115), (115, 125), (125, 128.5)]
    assert head_spans(105.0, 125.4) == [(105, 115), (115, 125)]
    assert len(head_spans(0, 3600)) == MOST_HEADS


def test_the_mean_of_importance_leaves_out_what_was_not_explained():
    importance = ChannelImportance(np.array([[1.0, np.nan, 3.0, 100.0], [np.nan] * 4]), 2.0, 10.0)
    np.testing.assert_array_equal(importance.mean(10.0, 16.0), [2.0, np.nan])


def test_one_artefact_does_not_set_the_scale():
    microvolts = np.random.default_rng(0).normal(0, 20, (18, 1000))
    microvolts[3] = 1e5
    assert scale_of(microvolts) == 100


def test_every_electrode_has_a_position_and_a_derivation_is_midway():
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


def test_overlapping_windows_are_averaged_and_uncovered_time_is_nan():
    windows = np.stack([np.full((2, 4), 1.0), np.full((2, 4), 3.0)])
    row = stitch(windows, [1, 3], 8)[0]
    np.testing.assert_array_equal(row, [np.nan, 1, 1, 2, 2, 3, 3, np.nan])


def test_windows_at_the_edges_of_the_segment_are_cut_and_not_moved():
    windows = np.arange(8.0).reshape(2, 1, 4)
    np.testing.assert_array_equal(stitch(windows, [-2, 4], 6)[0], [2, 3, np.nan, np.nan, 4, 5])


def test_rows_of_a_table_become_the_matrix_they_describe():
    rows = [{"region": r, "band": b, "importance": float(i), "p": np.nan} for i, (r, b) in enumerate(
        (r, b) for r in REGIONS for b in BANDS
    )]  # fmt: skip
    matrix = matrix_of_table(pd.DataFrame(rows[::-1]), axes=(REGIONS, BANDS))
    np.testing.assert_array_equal(matrix.values, np.arange(6).reshape(3, 2))
    assert matrix.top == ("temporal-left", "alpha")
    assert np.isnan(matrix.p).all()
    with pytest.raises(ValueError, match="12 rows describe 6 cells"):
        matrix_of_table(pd.DataFrame([*rows, *rows]))


def test_a_cell_without_a_row_is_a_dash_and_not_a_zero():
    row = {"region": "frontal", "band": "theta", "importance": 0.5}
    matrix = matrix_of_table(pd.DataFrame([row]), axes=(REGIONS, BANDS))
    texts = texts_of(matrix_figure([matrix]))
    assert texts.count("–") == 5
    assert "0.50" in texts


def test_colours_of_a_matrix_are_centred_on_zero_for_any_signs():
    figure = matrix_figure([a_matrix()])
    assert figure.axes[0].images[0].get_clim() == (-1.2, 1.2)


def test_a_matrix_shows_interval_p_n_and_the_share_of_rank_one():
    low, high, p = np.full((3, 2), -0.5), np.full((3, 2), 0.5), np.array([[0.5, 0.5], [0.5, 0.01], [0.5, 0.5]])
    texts = " ".join(texts_of(matrix_figure([a_matrix(low=low, high=high, p=p, n=7, rank_one_share=0.713)])))
    assert "0.30 *\n−0.50 … 0.50" in texts
    assert texts.count(" *\n") == 1
    assert "n = 7 subjects; rank one: 71 %" in texts


def test_no_text_of_two_matrices_side_by_side_overlaps_another():
    marked = {"n": (0, 300), "rank_one_share": 0.7, "planted": ("central", "alpha")}
    figure = matrix_figure([a_matrix(title="Joint", **marked, **flagged(interpolated=0, masked=2))] * 2)
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in figure.texts]
    assert not boxes[0].overlaps(boxes[1])
    assert all(box.x1 <= figure.bbox.x1 and box.y0 >= 0 for box in boxes)


def flagged(**cells):
    """Return shares of a matrix's cells, above 0 in one row of each kind."""
    return {kind: np.where(np.arange(3)[:, None] == row, 0.5, 0.0) * np.ones(2) for kind, row in cells.items()}


def marks_of(axes):
    """Return (marker, row) of the marks within cells."""
    return {(line.get_marker(), round(float(line.get_ydata()[0]) + 0.34)) for line in axes.lines}


def test_cells_of_regions_with_interpolated_or_masked_channels_are_marked_and_the_marks_explained():
    figure = matrix_figure([a_matrix(**flagged(interpolated=0, masked=2))])
    assert marks_of(figure.axes[0]) == {("^", 0), ("x", 2)}
    assert len(figure.axes[0].lines) == 4
    assert "△: interpolated; ×: without data" in texts_of(figure)


def test_a_matrix_of_recorded_channels_has_no_marks_and_no_line_about_them():
    figure = matrix_figure([a_matrix(interpolated=np.zeros((3, 2)), masked=np.zeros((3, 2)))])
    assert marks_of(figure.axes[0]) == set()
    assert not any("without data" in text for text in texts_of(figure))


def test_the_legend_of_marks_names_only_marks_in_the_figure():
    texts = texts_of(planted_figure([a_matrix(title="A"), a_matrix(title="B", **flagged(masked=1))]))
    assert texts[-1].endswith("\n×: without data")


@pytest.mark.parametrize("prefix", ["", "n_"])
def test_marks_come_from_the_tables_of_seizures_and_of_the_cohort(prefix):
    row = {"region": "frontal", "band": "theta", "importance": 0.5}
    matrix = matrix_of_table(pd.DataFrame([row | {f"{prefix}interpolated": 0.25, f"{prefix}masked": 0}]))
    assert set(matrix.flagged) == {"interpolated"}


@pytest.mark.parametrize(
    ("counts", "text"),
    [
        ([7, 7], "n = 7 subjects"),
        ([3, 7], "n = 3 to 7 subjects"),
        ([0, 3, 7], "n = 3 to 7 subjects"),
        ([0, 7], "n = 7 subjects"),
    ],
)
def test_cells_with_different_numbers_of_subjects_state_them_unless_they_are_empty(counts, text):
    n = count_of(pd.DataFrame({"n_subjects": counts}), "n_subjects")
    assert text in texts_of(matrix_figure([a_matrix(n=n)]))
    assert count_of(pd.DataFrame({"n_subjects": []}), "n_subjects") == 0


@pytest.mark.parametrize("n", [0, 1, 7])
def test_planted_figure_marks_the_subjects_whose_largest_cell_was_planted(tmp_path, n):
    right, wrong = a_matrix(title="A", planted=("temporal-left", "alpha")), a_matrix(title="B", planted=REGIONS[:2])
    figure = planted_figure([right, wrong][:n] + [right] * max(n - 2, 0))
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles[:2] == ["A ✓", "B"][:n]
    save(figure, tmp_path / "planted.png")


def history(losses, phases=None):
    count = len(losses)
    columns = {"epoch": range(1, count + 1), "phase": phases or ["train"] * count, "training_loss": [0.5] * count}
    return HISTORY.frame(pd.DataFrame({**columns, "validation_loss": losses, "learning_rate": [0.1] * count}))


def test_training_figure_rings_the_epoch_of_least_validation_loss():
    axes = training_figure({"fold": history([0.7, 0.4, None, 0.6])}).axes[0]
    (ring,) = [line for line in axes.lines if len(line.get_xdata()) == 1]
    assert (ring.get_xdata()[0], ring.get_ydata()[0]) == (2, 0.4)


def test_training_figure_rings_an_epoch_of_the_last_of_several_phases():
    phased = history([0.2, 0.7, 0.4], list("ABB"))
    (ring,) = [line for line in training_figure({"fold": phased}).axes[0].lines if len(line.get_xdata()) == 1]
    assert ring.get_xdata()[0] == 3


@pytest.mark.parametrize(
    "histories", [{}, {"one": history([None])}, {"one": history([])}, {f"f{i}": history([1]) for i in range(11)}]
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


def test_quality_figure_has_a_separate_colour_for_every_flag():
    assert set(KINDS) == set(FLAGS)
    assert len(set(KINDS.values())) == len(KINDS)
    figure = quality_figure(pd.DataFrame([quality_row("r1", "Fz-Cz", **{kind: 9}) for kind in KINDS]), {("d", "r1"): 9})
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [kind.replace("_", " ") for kind in KINDS]
    figure.draw_without_rendering()
    assert figure.legends[0].get_window_extent().x1 < figure.bbox.x1


def test_quality_figure_colours_flags_and_leaves_good_channels_white():
    rows = [quality_row("r1", "Fz-Cz", flat=0, masked=300), quality_row("r1", "Cz-Pz", flat=0, masked=None)]
    image = quality_figure(pd.DataFrame(rows), {("d", "r1"): 300.0}).axes[0].images[0].get_array()
    assert image[0, 0].max() < 0.15
    assert image[0, 1].min() == 1


@pytest.mark.parametrize("n", [0, 1, 90])
def test_quality_figure_stays_readable_for_many_recordings(n):
    figure = quality_figure(
        pd.DataFrame([quality_row(f"r{i}", "Fz-Cz", flat=1) for i in range(n)]), {("d", f"r{i}"): 9 for i in range(n)}
    )
    assert figure.get_figheight() < 14


def test_score_figure_states_where_a_subject_has_no_value(tmp_path):
    figure = score_figure([Score("precision", {"A": 0.5, "B": float("nan")}, 0.5, 0.4, 0.6), Score("F1", {"A": 1.0})])
    assert " no value" in texts_of(figure)
    save(figure, tmp_path / "scores.png")
    save(score_figure([]), tmp_path / "none.png")


def test_scores_are_those_of_the_table_and_of_the_summary_beside_it():
    metrics = ("sensitivity", "precision", "f1", "false_alarms_per_day")
    rows = [
        {"dataset": "d", "subject": "A", "scoring": s, **dict.fromkeys(metrics, v)}
        for s, v in (("event", None), ("sample", 0.1))
    ]
    summary = {"event": {metric: {"mean": 0.5, "low": None, "high": None} for metric in metrics}}
    scores = scores_of_table(pd.DataFrame(rows), summary)
    assert [score.is_share for score in scores] == [True, True, True, False]
    assert np.isnan([scores[0].by_subject["A"], scores[0].low]).all()
    assert scores[0].mean == 0.5
    score_figure(scores)


def test_subjects_of_two_data_sets_with_the_same_name_are_separate():
    metrics = ("sensitivity", "precision", "f1", "false_alarms_per_day")
    rows = [{"dataset": d, "subject": "A", "scoring": "event", **dict.fromkeys(metrics, 0.1)} for d in ("one", "two")]
    summary = {"event": {metric: {"mean": 0.5, "low": None, "high": None} for metric in metrics}}
    assert list(scores_of_table(pd.DataFrame(rows), summary)[0].by_subject) == ["one/A", "two/A"]


def test_long_names_of_recordings_stay_within_the_figure():
    name = "sub-chb01_ses-01_task-szMonitoring_run-030_acq-anything"
    figure = quality_figure(pd.DataFrame([quality_row(name, "Fz-Cz", flat=1)]), {("d", name): 9})
    figure.draw_without_rendering()
    (label,) = figure.axes[0].get_yticklabels()
    assert label.get_window_extent().x0 >= 0
    assert label.get_text().startswith("…")
    assert label.get_text().endswith("run-030_acq-anything")


def test_recovery_leaves_out_axes_that_a_method_does_not_have(tmp_path):
    rows = [{"what": "band", "right": 6, "n": 10, "share": 0.6}, {"what": "auc", "n": 9, "share": 0.7}]
    recovery = recovery_of_table("gradcam", pd.DataFrame(rows))
    assert recovery == Recovery("gradcam", None, 0.6, None, 10)
    assert "6 of 10" in texts_of(recovery_figure([recovery]))
    save(recovery_figure([]), tmp_path / "none.png")


def panel(*titles, **options):
    return Panel(tuple(a_matrix(title=title, **options) for title in titles), "From onset to end")


def test_three_matrices_are_small_share_a_scale_and_state_n():
    big = a_matrix(title="end", n=4)
    figure = panel_figure([panel("whole"), Panel((*panel("onset", "middle", n=(3, 4)).matrices, big))])
    small = [axes for axes in figure.axes if axes.get_title(loc="left").startswith(("onset", "middle", "end"))]
    assert [axes.get_title(loc="left") for axes in small] == ["onset (n = 3–4)", "middle (n = 3–4)", "end (n = 4)"]
    assert len({axes.images[0].get_clim() for axes in small}) == 1


@pytest.mark.parametrize("titles", [(), ("W",), ("W", "N1", "N2", "N3", "REM")])
def test_panels_are_drawn_for_any_number_of_matrices(tmp_path, titles):
    save(panel_figure([panel(*titles, p=np.full((3, 2), 0.01))]), tmp_path / "panels.png")


def test_small_matrices_keep_within_the_figure():
    figure = panel_figure([panel("W", "N1", "N2", "N3", "REM", n=8)])
    figure.draw_without_rendering()
    for axes in figure.axes:
        box = axes.get_tightbbox()
        assert box.x0 >= 0
        assert box.x1 <= figure.bbox.x1
        assert box.y0 >= 0
        assert box.y1 <= figure.bbox.y1 + 1


def a_curve(name="model", **changes):
    plain = {"false_alarms_per_day": np.array([0.0, 5.0, 80.0]), "sensitivity": np.array([0.2, 0.7, 1.0])}
    return Curve(name, **{**plain, "chosen": (5.0, 0.7), **changes})


def test_curves_have_a_logarithmic_axis_whose_left_edge_is_no_false_alarm():
    axes = curve_figure([a_curve(), a_curve("always-on", is_floor=True)]).axes[0]
    axes.figure.draw_without_rendering()
    assert axes.get_xscale() == "log"
    assert axes.get_xticklabels()[0].get_text() == "0"
    assert axes.lines[0].get_xdata()[0] == axes.get_xlim()[0]
    assert (axes.lines[1].get_xdata()[0], axes.lines[1].get_ydata()[0]) == (5.0, 0.7)


@pytest.mark.parametrize(
    "curves",
    [
        [],
        [a_curve(false_alarms_per_day=np.zeros(0), sensitivity=np.zeros(0), chosen=(np.nan, np.nan))],
        [a_curve(false_alarms_per_day=np.zeros(3), chosen=(0.0, 1.0))],
        [a_curve(f"{k}") for k in range(9)],
    ],
    ids=["none", "nothing known", "no false alarm", "many"],
)
def test_curves_are_drawn_with_missing_values(tmp_path, curves):
    save(curve_figure(curves), tmp_path / "curve.png")


def test_measures_of_models_are_in_rows_with_their_names(tmp_path):
    scores = [Score(name, {}, 0.5, 0.4, 0.6) for name in ("kappa", "accuracy", "F1 of W", "F1 of N1", "F1 of N2")]
    figure = measure_figure({"one": scores, "two": [Score(s.name, {}) for s in scores]})
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["one", "two"]
    assert [axes.get_title(loc="left") for axes in figure.axes] == [score.name for score in scores]
    save(figure, tmp_path / "measures.png")
    save(measure_figure({}), tmp_path / "none.png")


def test_a_confusion_matrix_is_coloured_by_the_share_of_its_row_and_shows_counts():
    figure = confusion_figure(np.array([[3, 1], [0, 0]]), ("W", "N1"))
    np.testing.assert_array_equal(figure.axes[0].images[0].get_array(), [[0.75, 0.25], [0, 0]])
    assert "3\n75 %" in texts_of(figure)
    assert "W (4)" in texts_of(figure)
    confusion_figure(np.zeros((2, 2), int), ("W", "N1"))


def a_night(**changes):
    labels = np.repeat([0, 2, -1, 4], 5)
    plain = {
        "title": "S1 · night",
        "centres_seconds": (np.arange(20) + 0.5) * 30,
        "epoch_seconds": 30.0,
        "reference": labels,
        "probabilities": np.eye(5)[np.where(labels < 0, 1, labels)],
        "frequencies_hz": FREQUENCIES,
        "power": np.ones((12, 20)),
    }
    return NightView(**{**plain, **changes})


def test_a_hypnogram_follows_the_stages_and_has_gaps_where_none_is_scored():
    axes = night_figure(a_night()).axes[0]
    line = axes.lines[0]
    heights = [axes.get_yticklabels()[int(y)].get_text() if np.isfinite(y) else "" for y in line.get_ydata()[::3]]
    assert heights == ["W"] * 5 + ["N2"] * 5 + [""] * 5 + ["REM"] * 5
    assert line.get_xdata()[-1] == 10.0
    assert [label.get_text() for label in axes.get_yticklabels()] == ["W", "REM", "N1", "N2", "N3"]


def test_a_night_states_the_share_of_differing_epochs_and_units():
    wrong = np.eye(5)[np.repeat([0, 2, 1, 3], 5)]
    texts = " ".join(texts_of(night_figure(a_night(probabilities=wrong))))
    assert "33 % of epochs" in texts
    assert "time from the start of the recording (minutes)" in texts
    long = a_night(centres_seconds=(np.arange(20) + 0.5) * 3000, epoch_seconds=3000.0)
    assert "(hours)" in " ".join(texts_of(night_figure(long)))


@pytest.mark.parametrize(
    "changes",
    [
        {"power": np.zeros((0, 0)), "frequencies_hz": ()},
        {"reference": np.full(20, -1)},
        {"centres_seconds": np.zeros(0), "reference": np.zeros(0, int), "probabilities": np.zeros((0, 5)),
         "power": np.zeros((0, 0))},
        {"matrices": tuple(a_matrix(title=stage) for stage in ("W", "N1", "N2", "N3", "REM"))},
        {"centres_seconds": (np.arange(20) + 0.5 + 9 * (np.arange(20) > 9)) * 30},
    ],
    ids=["raw signal", "not scored", "no epoch", "matrices", "a gap"],
)  # fmt: skip
def test_a_night_with_parts_missing_is_still_drawn(tmp_path, changes):
    save(night_figure(a_night(**changes)), tmp_path / "night.png")
    assert (tmp_path / "night.png").stat().st_size > 1000
