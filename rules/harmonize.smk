"""Recordings in one montage, at one sampling rate, in microvolts."""


rule harmonize_recording:
    """Convert one recording to the run's montage, filters and sampling rate; add events, a quality table and a pyramid."""
    input:
        edf="resources/{dataset}/{recording}.edf",
        events="resources/{dataset}/{recording}_events.tsv",
    output:
        recording="results/harmonized/{dataset}/{recording}.h5",
        pyramid="results/harmonized/{dataset}/{recording}.pyramid",
    log:
        "results/harmonized/{dataset}/{recording}.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        harmonize=config["harmonize"],
        code=code_of(f"{SCRIPTS}/harmonize/harmonize_recording.py"),
    script:
        "../scripts/harmonize/harmonize_recording.py"


use rule harmonize_recording as harmonize_for_model with:
    output:
        recording="results/harmonized/{model}/{dataset}/{recording}.h5",
        pyramid="results/harmonized/{model}/{dataset}/{recording}.pyramid",
    log:
        "results/harmonized/{model}/{dataset}/{recording}.log",
    wildcard_constraints:
        model=PLAN.one_of_imported(),
    params:
        harmonize=PLAN.harmonize_of,
