"""The planted benchmark as a workflow: a job for each scenario and model, and one for the cohorts of the null.

snakemake --snakefile benchmarks/truth.smk --directory truth --cores 2 --config models=cwt_resnet18,lightseizurenet
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(workflow.snakefile).parent))
from _measured import MEASURED

MODELS = config.get("models", "cwt_resnet18").split(",")
CHOSEN = config.get("scenarios", ",".join(MEASURED)).split(",")
SUBJECTS = config.get("subjects", 100)
BLOCKS = range(config.get("cohorts", 200) // 10)
COMMAND = f"{sys.executable} {Path(workflow.snakefile).parent / 'truth.py'} --folder . --jobs 1"


rule all:
    """All scenarios that `scenarios` names, by all `models`; of `subjects` each, and so many `cohorts` of the null."""
    input:
        expand("{scenario}_{model}.json", scenario=set(CHOSEN) - {"null"}, model=MODELS),
        expand("cohorts{block}_{model}.json", block=BLOCKS, model=MODELS)
        * ("null" in CHOSEN),


rule scenario:
    """Simulate, train, explain: tables of maps and of detection, and at last the seconds that it took."""
    output:
        "{scenario}_{model}.json",
    wildcard_constraints:
        scenario="|".join(MEASURED),
    resources:
        mem_mb=4000,
        runtime=120,
    shell:
        "{COMMAND} --scenarios {wildcards.scenario} --models {wildcards.model} --subjects {SUBJECTS}"


rule cohorts:
    """Ten cohorts whose labels are chance, explained by one model of such labels."""
    output:
        "cohorts{block}_{model}.json",
    wildcard_constraints:
        block=r"\d+",
    resources:
        mem_mb=4000,
        runtime=60,
    shell:
        "{COMMAND} --scenarios null --models {wildcards.model} --block {wildcards.block}"
