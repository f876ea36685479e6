"""A model file holds all that a recording needs, and a hostile one is refused in one line."""

import json
import zipfile

import pytest
import torch
from made_model import ABOUT, CARD, network

from bandmap.files.model_file import ModelFileError, read_model_file, write_model_file
from bandmap.files.model_text import FORMAT, VERSION, read_model_text


@pytest.fixture
def packed(tmp_path):
    path = tmp_path / "made.bandmap"
    write_model_file(path, ABOUT, CARD, [network(1), network(2)])
    return path


def changed(path, name=None, content=None, *, compression=zipfile.ZIP_STORED, leave_out=()):
    """Return a copy of a model file with one entry replaced or added, and others left out."""
    copy = path.with_name("changed.bandmap")
    with zipfile.ZipFile(path) as archive:
        entries = {entry: archive.read(entry) for entry in archive.namelist() if entry not in leave_out}
    if name:
        entries[name] = content
    with zipfile.ZipFile(copy, "w", compression) as archive:
        for entry, data in entries.items():
            archive.writestr(entry, data)
    return copy


def described(path, **changes):
    """Return a copy whose `model.json` says something else."""
    with zipfile.ZipFile(path) as archive:
        about = json.loads(archive.read("model.json"))
    return changed(path, "model.json", json.dumps({**about, **changes}))


def test_networks_come_back_as_they_were(packed):
    found = read_model_file(packed)
    windows = torch.randn(3, *ABOUT["network"]["shape"])
    for number, loaded in enumerate(found.networks, start=1):
        assert torch.equal(loaded(windows), network(number)(windows))
        assert not loaded.training
    assert found.card == CARD
    assert {name: found.about[name] for name in ABOUT} == json.loads(json.dumps(ABOUT))
    assert (found.about["format"], found.about["version"]) == (FORMAT, VERSION)


def test_the_texts_can_be_read_without_the_networks(packed):
    about = read_model_text(packed).about
    assert (about["name"], about["networks"]) == ("made", 2)


def test_the_same_model_gives_the_same_bytes_under_any_name(packed, tmp_path):
    write_model_file(tmp_path / "other.bandmap", ABOUT, CARD, [network(1), network(2)])
    assert (tmp_path / "other.bandmap").read_bytes() == packed.read_bytes()


def test_a_file_without_a_network_is_not_written(tmp_path):
    with pytest.raises(ModelFileError, match="at least one network"):
        write_model_file(tmp_path / "none.bandmap", ABOUT, CARD, [])
    assert not list(tmp_path.iterdir())


NETWORK = ABOUT["network"]
HOSTILE = {
    "compressed": lambda path: changed(path, compression=zipfile.ZIP_DEFLATED),
    "a bomb": lambda path: changed(path, "card.md", b"0" * 50_000_000, compression=zipfile.ZIP_DEFLATED),
    "a long card": lambda path: changed(path, "card.md", b"0" * 5_000_000),
    "an entry more": lambda path: changed(path, "../outside", b"1"),
    "weights missing": lambda path: changed(path, leave_out=["weights/1.safetensors"]),
    "a pickle": lambda path: changed(path, "weights/0.safetensors", b"\x80\x04cos\nsystem\n(S'true'\ntR."),
    "another format": lambda path: described(path, format="other"),
    "a later version": lambda path: described(path, version=VERSION + 1),
    "a version in words": lambda path: described(path, version="1"),
    "many networks": lambda path: described(path, networks=10**9),
    "no network": lambda path: described(path, networks=0),
    "an unknown kind": lambda path: described(path, network={**NETWORK, "kind": "os"}),
    "a path as kind": lambda path: described(path, network={**NETWORK, "kind": "../../files/weights"}),
    "a huge shape": lambda path: described(path, network={**NETWORK, "shape": [10**6, 10**6, 10**6]}),
    "a negative shape": lambda path: described(path, network={**NETWORK, "shape": [3, -16, 16]}),
    "a huge width": lambda path: described(path, network={**NETWORK, "hyperparameters": {"width": 10**9}}),
    "another width": lambda path: described(path, network={**NETWORK, "hyperparameters": {"width": 4}}),
    "another option": lambda path: described(path, network={**NETWORK, "hyperparameters": {"depth": 4}}),
    "a list": lambda path: changed(path, "model.json", b"[]"),
    "no JSON": lambda path: changed(path, "model.json", b"{"),
    "no text": lambda path: changed(path, "model.json", b"\xff\xfe"),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_refused_in_one_line(packed, hostile):
    path = hostile(packed)
    with pytest.raises(ModelFileError, match=r"not a usable model file \(.+\); pack the model again") as error:
        read_model_file(path)
    assert "\n" not in str(error.value)
    assert str(path) in str(error.value)


@pytest.mark.parametrize("share", [0, 0.3, 0.99])
def test_a_file_that_is_cut_off_is_refused(packed, share):
    packed.write_bytes(packed.read_bytes()[: int(share * packed.stat().st_size)])
    with pytest.raises(ModelFileError, match="not a usable model file"):
        read_model_file(packed)


def test_a_missing_file_is_named_in_the_error(tmp_path):
    with pytest.raises(ModelFileError, match=r"none\.bandmap: there is no such file; give the path"):
        read_model_file(tmp_path / "none.bandmap")
