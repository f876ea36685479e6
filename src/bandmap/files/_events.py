"""Events of a recording in an HDF5 file."""

from collections.abc import Sequence

import h5py
import numpy as np

from bandmap.vocabulary.recording import Event


def write_events(group: h5py.Group, events: Sequence[Event]) -> None:
    """Write onset and offset in seconds, and label, to a group."""
    group.create_dataset("onset", data=np.array([event.onset for event in events], np.float64))
    group.create_dataset("offset", data=np.array([event.offset for event in events], np.float64))
    group.create_dataset("label", data=[event.label for event in events], dtype=h5py.string_dtype("utf-8"))


def read_events(group: h5py.Group) -> tuple[Event, ...]:
    """Return the events that `write_events` wrote to a group, in the same order."""
    onsets, offsets, labels = group["onset"][()], group["offset"][()], group["label"].asstr()[()]
    return tuple(Event(float(a), float(b), str(c)) for a, b, c in zip(onsets, offsets, labels, strict=True))
