"""Where networks run."""

import subprocess
import sys

import pytest
import torch

from bandmap.vocabulary.device import device_of

FAULTS = """
import resource, torch
from bandmap.vocabulary.device import device_of
{first}
for round in range(40):
    if round == 20:
        began = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.ones(10_000_000)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - began)
"""
"""Pages that the system gives anew while a large tensor is made twenty times."""


def test_auto_is_a_gpu_if_there_is_one(monkeypatch):
    found = []
    for present in (True, False):
        monkeypatch.setattr(torch.cuda, "is_available", lambda present=present: present)
        found.append(device_of("auto").type)
    assert found == ["cuda", "cpu"]


def test_a_missing_gpu_is_a_one_line_error(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(ValueError, match=r"^device: cuda is not available; set 'device: auto' or 'cpu'"):
        device_of("cuda")


@pytest.mark.skipif(sys.platform != "linux", reason="only glibc can be configured to keep memory")
def test_freed_memory_is_reused_on_the_device_of_networks():
    plain, kept = (
        int(subprocess.check_output([sys.executable, "-c", FAULTS.format(first=first)]))
        for first in ("", "device_of('cpu')")
    )
    assert kept < plain / 5
