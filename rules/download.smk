"""Bring recordings and their events into resources/, as published."""


rule fetch_recording:
    """Copy, download or simulate one recording and write its events as SzCORE TSV."""
    input:
        PLAN.source,
    output:
        edf="resources/{dataset}/{recording}.edf",
        events="resources/{dataset}/{recording}_events.tsv",
    log:
        "resources/{dataset}/{recording}.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        dataset=lookup(within=PLAN.of("datasets"), dpath="{dataset}"),
        seed=config["seed"],
        code=code_of(
            f"{SCRIPTS}/fetch_recording.py", PLAN.plugin("datasets", "dataset")
        ),
    script:
        "../scripts/fetch_recording.py"


rule plant_truth:
    """Write what a simulated data set has planted: region, band, onset and duration of every seizure."""
    output:
        truth="results/truth/{dataset}.tsv",
    log:
        "results/truth/{dataset}.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        dataset=lookup(within=PLAN.of("datasets"), dpath="{dataset}"),
        seed=config["seed"],
        code=code_of(f"{SCRIPTS}/plant_truth.py", PLAN.plugin("datasets", "dataset")),
    script:
        "../scripts/plant_truth.py"
