"""The command `bandmap view`."""

import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from bandmap.view.found import FoundRecording, find_recordings
from bandmap.view.server import make_server
from bandmap.view.static import write_static
from bandmap.vocabulary.recording import RecordingError


def view(
    results: str | Path,
    recording: str | None = None,
    *,
    at: float | None = None,
    static: str | Path | None = None,
    port: int = 0,
    browser: bool = True,
) -> int:
    """Serve the page until interrupted, or write it as a folder; return the exit status.

    Parameters
    ----------
    results : path-like
        The folder `results` of a run.
    recording : str, optional
        `<data set>/<recording>` to open first; with `static`, the only one to write.
    at : float, optional
        Second of the recording to open.
    static : path-like, optional
        Folder to write the page to, instead of serving it.
    port : int
        0 for any free port.
    browser : bool
        Whether to open a browser.
    """
    try:
        recordings = find_recordings(results)
        if recording is not None:
            _check(recording, recordings)
        if static is not None:
            wanted = [found for found in recordings if recording in (None, found.name)]
            sys.stdout.write(f"{write_static(wanted, static)}\n")
            return 0
        server, address = make_server(recordings, port=port)
    except (RecordingError, OSError) as error:
        sys.stderr.write(f"ERROR {' '.join(str(error).split())}\n")
        return 1
    place = f"#{quote(recording or recordings[0].name)}{'' if at is None else f'?at={at:g}'}"
    sys.stdout.write(f"{address}{place}\nStop with Ctrl-C.\n")
    sys.stdout.flush()
    if browser:
        webbrowser.open(f"{address}{place}")
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()
    return 0


def _check(recording: str, recordings: Sequence[FoundRecording]) -> None:
    names = [found.name for found in recordings]
    if recording not in names:
        known = ", ".join(names[:5]) + (" ..." if len(names) > 5 else "")
        raise RecordingError(f"{recording!r}: there is no such recording; this run has {known}")
