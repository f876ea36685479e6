"""What makes large plans quick changes no answer."""

import pytest
from snakemake.common import get_input_function_aux_params
from snakemake.iocontainers import InputFiles

from bandmap.workflow.quick import asked, quicken

quicken()


@pytest.mark.parametrize("count", [0, 1, 31, 32, 33, 500])
def test_a_list_of_files_long_or_short_knows_what_is_in_it(count):
    files = InputFiles([f"results/{number}.h5" for number in range(count)])
    for _ in range(2):
        assert all(f"results/{number}.h5" in files for number in range(count))
        assert f"results/{count}.h5" not in files
        assert None not in files
    files.append("another")
    assert "another" in files


def test_a_function_is_given_what_it_asks_for_and_nothing_else():
    class Plan:
        @asked
        def paths(self, wildcards, attempt):
            return wildcards, attempt

    plain = asked(lambda wildcards: wildcards)
    offered = {"attempt": 2, "threads": 4}
    assert get_input_function_aux_params(Plan().paths, offered) == {"attempt": 2}
    assert get_input_function_aux_params(plain, offered) == {}
