"""Networks side by side give what they give in turn, and leave torch as it was."""

import pytest
import torch

from bandmap.apply.threads import side_by_side


@pytest.mark.parametrize("threads", [1, 2])
def test_results_keep_their_order_and_torch_its_threads(threads):
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        assert side_by_side(lambda item: (item, torch.get_num_threads()), [3, 1, 2]) == [(3, 1), (1, 1), (2, 1)]
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)


def test_an_error_is_not_lost():
    with pytest.raises(ZeroDivisionError):
        side_by_side(lambda item: 1 / item, [1, 0])
