"""Representations of recordings, the input of the models."""


rule represent_recording:
    """Compute a representation of one harmonized recording, such as wavelet power."""
    input:
        recording=PLAN.harmonized,
    output:
        array="results/represented/{representation}/{dataset}/{recording}.zarr.zip",
    log:
        "results/represented/{representation}/{dataset}/{recording}.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        representation=PLAN.options("representations", "representation"),
        code=code_of(
            f"{SCRIPTS}/represent/represent_recording.py",
            PLAN.plugin("representations", "representation"),
        ),
    script:
        "../scripts/represent/represent_recording.py"
