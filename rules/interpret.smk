"""What in a window made the model say so."""


rule list_comparable:
    """List the windows of a recording that those of another class may be compared with, and how strong they are."""
    input:
        array=PLAN.array,
    output:
        windows="results/comparable/{model}/{dataset}/{recording}.h5",
    log:
        "results/comparable/{model}/{dataset}/{recording}.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        task=RUN["task"],
        windows=PLAN.section("windows"),
        code=code_of(f"{SCRIPTS}/list_comparable.py", PLAN.task_module),
    script:
        "../scripts/list_comparable.py"


rule interpret_recording:
    """Attribute the held-out model's decisions on one recording to its channels, frequencies, regions or bands."""
    input:
        array=PLAN.array,
        weights=PLAN.weights,
        probabilities="results/predicted/{model}/{scheme}/{dataset}/{recording}_probabilities.h5",
        events="results/predicted/{model}/{scheme}/{dataset}/{recording}_events.tsv",
        others=PLAN.other_arrays_of_subject,
        comparable=PLAN.comparable,
    output:
        attribution="results/attributed/{model}/{scheme}/{method}/{dataset}/{recording}.h5",
    log:
        "results/attributed/{model}/{scheme}/{method}/{dataset}/{recording}.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        task=RUN["task"],
        method=lookup(within=PLAN.of("interpretations"), dpath="{method}"),
        regions=config["regions"],
        bands_hz=config["bands_hz"],
        seed=config["seed"],
        device=config["device"],
        code=code_of(
            f"{SCRIPTS}/interpret_recording.py",
            PLAN.task_module,
            PLAN.plugin("models", "model"),
            PLAN.plugin("interpretations", "method"),
        ),
    script:
        "../scripts/interpret_recording.py"
