"""The texts of a model file, read with the standard library only, because planning reads them too."""

import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

FORMAT, VERSION = "bandmap-model", 1
"""Format and version in `model.json`. A reader accepts this version and all earlier ones."""

MOST_NETWORKS = 1000
LARGEST_TEXT = 4_000_000
"""Maximum number of bytes of `model.json` or `card.md`."""

ABOUT, CARD = "model.json", "card.md"
_REMEDY = "pack the model again, or download the file again"

_Read = TypeVar("_Read")


class ModelFileError(ValueError):
    """A file does not contain a model that this version can use; the message gives file, problem and remedy."""


@dataclass(frozen=True)
class ModelText:
    """The texts of a model file.

    Attributes
    ----------
    about : dict
        Description, see `bandmap.apply.pack.describe`; its key `networks` is the number of networks.
    card : str
        Markdown.
    """

    about: dict[str, Any]
    card: str


def read_model_text(path: str | Path) -> ModelText:
    """Read the description and the card of a model file without its networks.

    Raises
    ------
    ModelFileError
        One line with file, problem and remedy. Sizes are checked before unpacking.
    """
    return opened(path, lambda _, text: text)


def opened(path: str | Path, read: Callable[[zipfile.ZipFile, ModelText], _Read], *errors: type[Exception]) -> _Read:
    """Return what a function reads from the archive of a model file and its texts.

    Parameters
    ----------
    path : path-like
    read : callable
        Takes the archive, whose entries have been checked, and its texts.
    *errors : type of Exception
        What the function raises for invalid content, besides KeyError, TypeError and ValueError.

    Raises
    ------
    ModelFileError
        As in `read_model_text`.
    """
    path = Path(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return read(archive, _texts(archive, path.stat().st_size))
    except FileNotFoundError:
        raise ModelFileError(f"{path}: there is no such file; give the path of a .bandmap file") from None
    except OSError as error:
        raise ModelFileError(f"{path}: cannot be opened ({error.strerror}); check path and permissions") from None
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) + errors as error:  # noqa: RUF005 - mypy rejects *errors
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ModelFileError(f"{path}: not a usable model file ({reason:.300}); {_REMEDY}") from error


def weights_of(number: int) -> str:
    """Return the name of the entry with the weights of a network."""
    return f"weights/{number}.safetensors"


def _texts(archive: zipfile.ZipFile, size: int) -> ModelText:
    entries = {entry.filename: entry for entry in archive.infolist()}
    if len(entries) < len(archive.infolist()) or any(e.compress_type != zipfile.ZIP_STORED for e in entries.values()):
        raise ValueError("its entries are compressed or named twice")
    if sum(entry.file_size for entry in entries.values()) > size:
        raise ValueError("its entries are larger than the file")
    about = json.loads(_text(archive, entries, ABOUT))
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise ValueError(f"{ABOUT} does not state the format {FORMAT}")
    if about["version"] not in range(1, VERSION + 1):
        raise ValueError(f"format version {about['version']!r}; this program reads versions up to {VERSION}")
    count = about["networks"]
    if not isinstance(count, int) or not 1 <= count <= MOST_NETWORKS:
        raise ValueError(f"{count!r} networks")
    if set(entries) != {ABOUT, CARD, *map(weights_of, range(count))}:
        raise ValueError(f"it does not contain exactly {ABOUT}, {CARD} and the weights of {count} networks")
    return ModelText(about, _text(archive, entries, CARD))


def _text(archive: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo], name: str) -> str:
    if entries[name].file_size > LARGEST_TEXT:
        raise ValueError(f"{name} has {entries[name].file_size} bytes")
    return archive.read(name).decode("utf-8")
