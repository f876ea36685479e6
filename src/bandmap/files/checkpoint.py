"""The state of an unfinished training in one file, whole or absent."""

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
    """Where a training keeps its state between epochs.

    Parameters
    ----------
    path : path-like
        The file; its folder is made if it is missing.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def __str__(self) -> str:
        return str(self.path)

    def read(self) -> dict[str, Any] | None:
        """Return the state last written, on the CPU; None (and a warning) if the file is damaged, None without one."""
        try:
            with self.path.open("rb") as file:
                state = torch.load(file, map_location="cpu", weights_only=True)
        except FileNotFoundError:
            return None
        except (pickle.UnpicklingError, zipfile.BadZipFile, EOFError, RuntimeError, KeyError, ValueError) as error:
            _log.warning("%s: not a state of training (%s); it begins anew", self.path, type(error).__name__)
            return None
        return state if isinstance(state, dict) else None

    def write(self, state: Mapping[str, Any]) -> None:
        """Put a state (tensors, numbers, words, lists and dicts of them) in place of the last."""
        buffer = io.BytesIO()
        torch.save(dict(state), buffer)
        with whole_file(self.path) as unfinished:
            unfinished.write_bytes(buffer.getbuffer())

    def remove(self) -> None:
        """Delete the file, if there is one: the training is done."""
        self.path.unlink(missing_ok=True)
