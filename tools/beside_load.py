"""Run a command beside a busy loop on every core: `python tools/beside_load.py make test`."""

import multiprocessing
import os
import subprocess
import sys


def spin() -> None:
    """Keep a core busy until the process is ended."""
    while True:
        pass


def main() -> int:
    """Return the command's status."""
    loops = [multiprocessing.Process(target=spin, daemon=True) for _ in range(os.cpu_count() or 1)]
    for loop in loops:
        loop.start()
    return subprocess.run(sys.argv[1:], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
