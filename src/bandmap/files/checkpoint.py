"""The state of an unfinished training in one file, written atomically."""

import io
import logging
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from bandmap.files.whole import whole_file

_log = logging.getLogger(__name__)


class CheckpointFile:
    """The file in which a training stores its state between epochs.

    Parameters
    ----------
    path : path-like
        The file; its folder is created if it does not exist.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def __str__(self) -> str:
        return str(self.path)

    def read(self) -> dict[str, Any] | None:
        """Return the last state, on the CPU; None if there is no file, and with a warning if it is damaged."""
        try:
            with self.path.open("rb") as file:
                state = torch.load(file, map_location="cpu", weights_only=True)
        except FileNotFoundError:
            return None
        except (pickle.UnpicklingError, zipfile.BadZipFile, EOFError, RuntimeError, KeyError, ValueError) as error:
            _log.warning(
                "%s: not a training state (%s); training starts from the beginning", self.path, type(error).__name__
            )
            return None
        return state if isinstance(state, dict) else None

    def write(self, state: Mapping[str, Any]) -> None:
        """Replace the state (tensors, numbers, strings, lists and dicts of them)."""
        buffer = io.BytesIO()
        torch.save(dict(state), buffer)
        with whole_file(self.path) as unfinished:
            unfinished.write_bytes(buffer.getbuffer())

    def remove(self) -> None:
        """Delete the file, if it exists, after the training is complete."""
        self.path.unlink(missing_ok=True)
