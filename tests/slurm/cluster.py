"""A Slurm of one's own on this machine: munged, slurmctld and one slurmd per node, on loopback, in a folder."""

import getpass
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

PATHS = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}

CONF = """ClusterName=loopback
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort={ports[0]}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
SchedulerParameters=sched_interval=2,bf_interval=5
SlurmdParameters=config_overrides
MpiDefault=none
GresTypes=gpu
ReturnToService=2
MinJobAge=3600
{nodes}
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
NODE = "NodeName={name} NodeHostname=localhost NodeAddr=127.0.0.1 Port={port} CPUs={cpus} RealMemory={memory}{gres}"


MUNGE_FILES = (
    *(("key-file", "key"), ("socket", "socket"), ("pid-file", "pid")),
    *(("log-file", "log"), ("seed-file", "seed")),
)


ATTEMPTS = 3
"""A port that was free may be taken by another program until a daemon listens."""


@contextmanager
def cluster(folder: Path, *, nodes: int = 2, memory_mb: int = 20000) -> Iterator[dict[str, str]]:
    """Start a cluster and yield the environment that its commands need; the first node says that it has a GPU.

    When it ends, its jobs and daemons end too.

    Raises
    ------
    RuntimeError
        If the nodes are not idle within some minutes, three times; the message holds the daemons' last output.
    """
    folder.chmod(0o755)  # munged insists that everybody may enter the folders above its socket
    with ExitStack() as running:
        for attempt in range(1, ATTEMPTS + 1):
            own = folder / str(attempt)
            own.mkdir()
            with ExitStack() as stack:
                try:
                    environment = _start_all(stack, own, nodes, memory_mb)
                except RuntimeError:
                    if attempt == ATTEMPTS:
                        raise
                    continue
                running.push(stack.pop_all())
                break
        running.callback(subprocess.run, ["scancel", "--user", getpass.getuser()], env=environment, check=False)
        yield environment


def _start_all(stack: ExitStack, folder: Path, nodes: int, memory_mb: int) -> dict[str, str]:
    names = [f"node{number}" for number in range(1, nodes + 1)]
    environment = _write_conf(folder, names, memory_mb)
    munge = [f"--{kind}={folder}/munge.{end}" for kind, end in MUNGE_FILES]
    _start(stack, ["munged", "--foreground", *munge], environment, folder / "munged.out")
    _wait((folder / "munge.socket").exists, folder)
    _start(stack, ["slurmctld", "-D"], environment, folder / "slurmctld.out")
    for name in names:
        _start(stack, ["slurmd", "-D", "-N", name], environment, folder / f"{name}.out")
    _wait(lambda: _states(environment) == ["idle"] * nodes, folder)
    return environment


def _write_conf(folder: Path, names: Sequence[str], memory_mb: int) -> dict[str, str]:
    folder.chmod(0o755)  # nor may anybody else write to its own
    ports = _free_ports(len(names) + 1)
    lines = [
        NODE.format(name=name, port=port, cpus=4, memory=memory_mb, gres=" Gres=gpu:1" if name == names[0] else "")
        for name, port in zip(names, ports[1:], strict=True)
    ]
    text = CONF.format(folder=folder, user=getpass.getuser(), ports=ports, nodes="\n".join(lines))
    (folder / "slurm.conf").write_text(text)
    (folder / "gres.conf").write_text(f"NodeName={names[0]} Name=gpu File=/dev/null\n")
    (folder / "munge.key").write_bytes(os.urandom(128))
    (folder / "munge.key").chmod(0o400)
    for name in ("state", "bin", *names):
        (folder / name).mkdir()
    conf = str(folder / "slurm.conf")
    srun = folder / "bin/srun"  # the plugin takes SLURM_CONF away from the srun that it starts in a job
    srun.write_text(f'#!/bin/sh\nSLURM_CONF={conf} exec {shutil.which("srun")} "$@"\n')
    srun.chmod(0o755)
    return {**PATHS, "SLURM_CONF": conf, "PATH": f"{folder}/bin:{PATHS['PATH']}"}


def _free_ports(number: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _start(stack: ExitStack, command: list[str], environment: dict[str, str], log: Path) -> None:
    own = ["setpriv", "--pdeathsig", "TERM", *command]  # a test that is killed leaves no daemon behind
    output = stack.enter_context(log.open("w"))
    process = subprocess.Popen(own, env=environment, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
    stack.callback(_stop, process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _states(environment: dict[str, str]) -> list[str]:
    run = subprocess.run(
        ["sinfo", "--noheader", "--Node", "--format=%T"], env=environment, capture_output=True, text=True, check=False
    )
    return run.stdout.split()


def _wait(condition: Callable[[], bool], folder: Path, seconds: float = 200) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            output = {path.name: path.read_text()[-500:] for path in sorted(folder.glob("*.out"))}
            raise RuntimeError(f"the cluster does not start: {output}")
        time.sleep(0.5)
