"""OpenNeuro from a loopback bucket: what is listed, what is downloaded, what is said if something is wrong."""

from pathlib import Path

import numpy as np
import pytest
from bucket import serving

from bandmap.download.datasets import openneuro
from bandmap.download.simulation.files import write_edf
from bandmap.download.transfer import DownloadError
from bandmap.files.events import read_events, write_events
from bandmap.vocabulary.recording import Event

ACCESSION = "ds001234"
SEIZURE = Event(3, 7, "sz_foc")
NAME = "sub-01_ses-01_task-sz_run-01"


@pytest.fixture(autouse=True)
def run_folder(tmp_path, monkeypatch):
    """Stand in the folder of a run, which keeps the listing."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    folder = tmp_path / "run"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def tree(tmp_path):
    """Return the folder of a bucket with a data set of two subjects, and much that is not needed."""
    root = tmp_path / "bucket"
    for subject, run in (("01", 1), ("01", 2), ("02", 1)):
        stem = root / ACCESSION / f"sub-{subject}/ses-01/eeg/sub-{subject}_ses-01_task-sz_run-{run:02d}"
        stem.parent.mkdir(parents=True, exist_ok=True)
        noise = np.random.default_rng(run).normal(0, 20, 30720)
        write_edf(f"{stem}_eeg.edf", [("Cz", noise), ("C3", noise)], 256, "uV")
        write_events(f"{stem}_events.tsv", [SEIZURE], recording_seconds=120)
        for more in ("eeg.json", "channels.tsv"):
            Path(f"{stem}_{more}").write_text("{}")
    for path in ("sub-01/ses-01/ecg/sub-01_ses-01_task-sz_run-01_ecg.edf", "derivatives/sub-01/eeg/sub-01_eeg.edf"):
        other = root / ACCESSION / path
        other.parent.mkdir(parents=True)
        other.write_bytes(b"not wanted")
    (root / ACCESSION / "dataset_description.json").write_text(
        f'{{"DatasetDOI": "doi:10.18112/openneuro.{ACCESSION}.v1.1.0"}}'
    )
    return root


def options(mirror: str, **more: object) -> dict[str, object]:
    return {"accession": ACCESSION, "version": None, "mirror": mirror, **more}


def test_only_recordings_and_their_events_are_listed_from_every_page(tree):
    with serving(tree) as bucket:
        rows = openneuro.recordings(accession=ACCESSION, mirror=bucket.url)
        assert len(bucket.asked) == 5  # 13 files of subjects in pages of three
    assert [row["recording"] for row in rows] == [NAME, NAME[:-1] + "2", NAME.replace("sub-01", "sub-02")]
    assert [row["subject"] for row in rows] == ["01", "01", "02"]
    assert all(row["content"].startswith("etag:") and row["source"] == "" for row in rows)
    listing = Path(f"resources/openneuro/{ACCESSION}.tsv").read_text().splitlines()
    assert len(listing) == 1 + 6
    assert "ecg" not in "".join(listing)


def test_a_listing_is_requested_once_and_a_later_plan_needs_no_network(tree):
    with serving(tree) as bucket:
        rows = openneuro.recordings(accession=ACCESSION, mirror=bucket.url)
        url = bucket.url
    assert openneuro.recordings(accession=ACCESSION, mirror=url) == rows


def test_recordings_can_be_chosen_by_subject_and_task(tree):
    with serving(tree) as bucket:
        given = {"accession": ACCESSION, "mirror": bucket.url}
        assert [row["subject"] for row in openneuro.recordings(**given, subjects=["02"])] == ["02"]
        assert len(openneuro.recordings(**given, task="sz")) == 3
        with pytest.raises(ValueError, match="task: ds001234 has no recording of task 'rest'"):
            openneuro.recordings(**given, task="rest")
        with pytest.raises(ValueError, match=r"subjects: there is no '2'\. Did you mean '0"):
            openneuro.recordings(**given, subjects=["2"])
        with pytest.raises(ValueError, match="ignore names 'sz', a seizure"):
            openneuro.recordings(**given, ignore=["sz"])


def test_a_recording_and_its_events_arrive_and_nothing_else_is_downloaded(tree, tmp_path):
    edf, labels, events = (tmp_path / name for name in ("a.edf", "a_labels", "a_events.tsv"))
    with serving(tree) as bucket:
        openneuro.fetch(NAME, edf, **options(bucket.url))
        openneuro.fetch_labels(NAME, labels, **options(bucket.url))
        assert len(bucket.files()) == 2
    openneuro.annotate(NAME, edf, labels, events, ignore=())
    source = tree / ACCESSION / f"sub-01/ses-01/eeg/{NAME}_eeg.edf"
    assert edf.read_bytes() == source.read_bytes()
    assert read_events(events) == (SEIZURE,)


def test_an_interrupted_download_is_resumed(tree, tmp_path):
    path = f"{ACCESSION}/sub-01/ses-01/eeg/{NAME}_eeg.edf"
    with serving(tree) as bucket:
        openneuro.recordings(accession=ACCESSION, mirror=bucket.url)
        bucket.drops[path] = 50_000
        openneuro.fetch(NAME, tmp_path / "a.edf", **options(bucket.url))
        first, second = (asked for _, asked in bucket.asked[-2:])
    assert first is None
    assert 30_000 < int(second.removeprefix("bytes=").removesuffix("-")) <= 50_000
    assert (tmp_path / "a.edf").read_bytes() == (tree / path).read_bytes()


def test_a_file_that_differs_from_the_listing_is_refused_with_the_remedy(tree, tmp_path):
    path = tree / ACCESSION / f"sub-01/ses-01/eeg/{NAME}_eeg.edf"
    with serving(tree) as bucket:
        openneuro.recordings(accession=ACCESSION, mirror=bucket.url)
        path.write_bytes(path.read_bytes()[:-1] + b"x")
        with pytest.raises(DownloadError, match=rf"its md5 is .* delete resources/openneuro/{ACCESSION}\.tsv to list"):
            openneuro.fetch(NAME, tmp_path / "a.edf", **options(bucket.url))
    assert not (tmp_path / "a.edf").exists()


def test_a_file_uploaded_in_parts_is_checked_by_its_size(tree, tmp_path):
    with serving(tree) as bucket:
        openneuro.recordings(accession=ACCESSION, mirror=bucket.url)
        listing = Path(f"resources/openneuro/{ACCESSION}.tsv")
        lines = [line.rpartition("\t")[0] + "\t0123456789abcdef-7" for line in listing.read_text().splitlines()[1:]]
        listing.write_text("\n".join(["path\tbytes\tetag", *lines]) + "\n")
        openneuro.fetch(NAME, tmp_path / "a.edf", **options(bucket.url))
        path = tree / ACCESSION / f"sub-01/ses-01/eeg/{NAME}_eeg.edf"
        path.write_bytes(path.read_bytes() + b"x")
        with pytest.raises(DownloadError, match="longer than"):
            openneuro.fetch(NAME, tmp_path / "b.edf", **options(bucket.url))


def test_a_recording_without_a_table_has_empty_labels(tree, tmp_path):
    (tree / ACCESSION / f"sub-01/ses-01/eeg/{NAME}_events.tsv").unlink()
    with serving(tree) as bucket:
        openneuro.fetch_labels(NAME, tmp_path / "a_labels", **options(bucket.url))
        openneuro.fetch(NAME, tmp_path / "a.edf", **options(bucket.url))
    assert (tmp_path / "a_labels").read_bytes() == b""
    with pytest.raises(ValueError, match="has no events"):
        openneuro.annotate(NAME, tmp_path / "a.edf", tmp_path / "a_labels", tmp_path / "e.tsv", ignore=())


def test_other_formats_arrive_with_all_their_files_and_are_converted(tree, tmp_path):
    folder = tree / ACCESSION / "sub-03/eeg"
    folder.mkdir(parents=True)
    stem = folder / "sub-03_task-sz_eeg"
    head = "Brain Vision Data Exchange Header File Version 1.0\n[Common Infos]\nCodepage=UTF-8\n"
    head += f"DataFile={stem.name}.eeg\nMarkerFile={stem.name}.vmrk\nDataFormat=BINARY\nDataOrientation=MULTIPLEXED\n"
    head += "NumberOfChannels=1\nSamplingInterval=3906.25\n[Binary Infos]\nBinaryFormat=INT_16\n"
    stem.with_suffix(".vhdr").write_text(head + "[Channel Infos]\nCh1=Cz,,1,µV\n", encoding="utf-8")
    marks = "Brain Vision Data Exchange Marker File, Version 1.0\n[Common Infos]\nCodepage=UTF-8\n"
    stem.with_suffix(".vmrk").write_text(f"{marks}DataFile={stem.name}.eeg\n[Marker Infos]\n")
    stem.with_suffix(".eeg").write_bytes(np.arange(2560, dtype="<i2").tobytes())
    with serving(tree) as bucket:
        openneuro.fetch("sub-03_task-sz", tmp_path / "out/a.edf", **options(bucket.url))
        assert sorted(Path(path).suffix for path in bucket.files()) == [".eeg", ".vhdr", ".vmrk"]
    from bandmap.files import edf

    (signal,) = edf.read(tmp_path / "out/a.edf").signals
    assert (signal.label, signal.rate_hz) == ("Cz", 256)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["a.edf"]


def test_a_version_is_compared_with_the_description_of_the_bucket(tree):
    with serving(tree) as bucket:
        assert len(openneuro.recordings(accession=ACCESSION, version="1.1.0", mirror=bucket.url)) == 3
        assert Path(f"resources/openneuro/{ACCESSION}_1.1.0.tsv").exists()
        with pytest.raises(ValueError, match=r"version: the bucket has 1\.1\.0 of ds001234, not 1\.0\.0; set version"):
            openneuro.recordings(accession=ACCESSION, version="1.0.0", mirror=bucket.url)


@pytest.mark.parametrize("accession", ["ds123", "DS001234", "ds0012345", "../ds001234"])
def test_what_is_no_accession_is_refused(accession):
    with pytest.raises(ValueError, match="write it as ds and six digits"):
        openneuro.recordings(accession=accession)


def test_a_bucket_without_the_data_set_or_the_answer_of_something_else_is_one_line(tree):
    with serving(tree) as bucket, pytest.raises(ValueError, match=r"ds009999 has no recording sub-\*") as absent:
        openneuro.recordings(accession="ds009999", mirror=bucket.url)
    with serving(tree, {"": b"<html>"}) as bucket, pytest.raises(ValueError, match="that is no listing") as garbage:
        openneuro.recordings(accession=ACCESSION, mirror=bucket.url)
    with serving(tree) as bucket, pytest.raises(ValueError, match=r"cannot be listed: .* 404") as gone:
        openneuro.recordings(accession=ACCESSION, mirror=f"{bucket.url}/nowhere", version="1.1.0")
    assert all("\n" not in str(error.value) for error in (absent, garbage, gone))
    assert not Path("resources").exists()


def test_a_folder_in_place_of_the_bucket_is_read_as_it_is(tree, tmp_path):
    rows = openneuro.recordings(accession=ACCESSION, mirror=str(tree))
    assert len(rows) == 3
    assert all(Path(row["source"]).is_file() for row in rows)
    openneuro.fetch(NAME, tmp_path / "a.edf", **options(str(tree)))
    openneuro.fetch_labels(NAME, tmp_path / "a_labels", **options(str(tree)))
    openneuro.annotate(NAME, tmp_path / "a.edf", tmp_path / "a_labels", tmp_path / "e.tsv", ignore=())
    assert read_events(tmp_path / "e.tsv") == (SEIZURE,)
