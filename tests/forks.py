"""Run a script in a fork of a process that has imported the libraries, and nothing of Bandmap.

`forks.py serve SOCKET` is that process; it ends with the one that has started it. `forks.py SOCKET SCRIPT` stands in
for `python SCRIPT`: it lets the script run in a fork, with its own environment, folder and streams, and ends as the
script does. A fork saves the seconds that the imports take, and reads the package as any other process does.
"""

import marshal
import os
import socket
import sys
from pathlib import Path

LIBRARIES = (
    *("captum.attr", "h5py", "jinja2", "lightning_fabric.plugins.environments", "matplotlib.pyplot", "pandas"),
    *("safetensors.torch", "scipy.signal", "scipy.stats", "sklearn.metrics", "snakemake.script", "torch._dynamo"),
    *("torchmetrics.functional.classification", "zarr"),
)


def ask(address: str, script: str) -> int:
    """Have a script run, and return the status with which it ends."""
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(address)
        socket.send_fds(server, [b"."], [0, 1, 2])
        server.sendall(marshal.dumps((script, str(Path.cwd()), dict(os.environ))))
        answer = server.recv(1)
        return answer[0] if answer else 1


def serve(address: str) -> None:
    """Fork for everyone who asks, until the process that has started this one is gone."""
    import signal
    from importlib import import_module

    starter = os.getppid()
    for name in LIBRARIES:
        import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who wait for a script
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{address}.unfinished")
        listening.listen()
        listening.settimeout(1)
        Path(f"{address}.unfinished").rename(address)
        while os.getppid() == starter:
            try:
                connection, _ = listening.accept()
            except TimeoutError:
                continue
            if not os.fork():
                listening.close()
                answer(connection)
                os._exit(0)
            connection.close()


def answer(connection: socket.socket) -> None:
    """Run the script that somebody asks for, and say how it has ended; end it if that one is killed."""
    import multiprocessing
    import signal
    from multiprocessing.connection import wait

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    connection.settimeout(None)
    streams = socket.recv_fds(connection, 1, 3)[1]
    with connection.makefile("rb") as request:
        given = marshal.load(request)
    fork = multiprocessing.get_context("fork").Process(target=run, args=(*given, streams))
    fork.start()
    for stream in streams:
        os.close(stream)
    if fork.sentinel not in wait([fork.sentinel, connection]):
        fork.kill()
    fork.join()
    connection.sendall(bytes([fork.exitcode % 256]))


def run(script: str, directory: str, environment: dict[str, str], streams: list[int]) -> None:
    """Become `python SCRIPT`."""
    import runpy

    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    os.chdir(directory)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [script]
    sys.path[:1] = [str(Path(script).parent), *environment["PYTHONPATH"].split(os.pathsep)]
    runpy.run_path(script, run_name="__main__")


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    else:
        sys.exit(ask(sys.argv[1], sys.argv[2]))
