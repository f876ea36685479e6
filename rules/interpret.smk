"""Explanations of the model's decisions within windows."""


rule list_comparable:
    """Choose the comparison windows of a subject: quiet windows and windows of another class."""
    input:
        arrays=PLAN.arrays_of_subject,
    output:
        windows="results/comparable/{model}/{dataset}/{subject}.h5",
    log:
        "results/comparable/{model}/{dataset}/{subject}.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        task=RUN["task"],
        recordings=PLAN.recordings_of_subject,
        windows=PLAN.section("windows"),
        seed=config["seed"],
        code=code_of(f"{SCRIPTS}/interpret/list_comparable.py", PLAN.task_module),
    script:
        "../scripts/interpret/list_comparable.py"


rule interpret_recording:
    """Attribute the held-out model's decisions on one recording to its channels, frequencies, regions or bands."""
    input:
        array=PLAN.array,
        weights=PLAN.weights,
        probabilities="results/predicted/{model}/{scheme}/{dataset}/{recording}_probabilities.h5",
        events="results/predicted/{model}/{scheme}/{dataset}/{recording}_events.tsv",
        comparable=PLAN.comparable,
        other_comparable=PLAN.other_comparable,
    output:
        attribution="results/attributed/{model}/{scheme}/{method}/{dataset}/{recording}.h5",
    log:
        "results/attributed/{model}/{scheme}/{method}/{dataset}/{recording}.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        task=RUN["task"],
        method=PLAN.options("interpretations", "method"),
        regions=PLAN.regions_of,
        bands_hz=PLAN.bands_of,
        seed=config["seed"],
        device=config["device"],
        code=code_of(
            f"{SCRIPTS}/interpret/interpret_recording.py",
            PLAN.task_module,
            PLAN.plugin("models", "model"),
            PLAN.plugin("interpretations", "method"),
        ),
    script:
        "../scripts/interpret/interpret_recording.py"
