"""One montage, one rate, microvolts."""


rule harmonize_recording:
    """Bring one recording to the run's montage, filters and rate, with its events and a table of its quality."""
    input:
        edf="resources/{dataset}/{recording}.edf",
        events="resources/{dataset}/{recording}_events.tsv",
    output:
        recording="results/harmonized/{dataset}/{recording}.h5",
    log:
        "results/harmonized/{dataset}/{recording}.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        harmonize=config["harmonize"],
        code=code_of(f"{SCRIPTS}/harmonize/harmonize_recording.py"),
    script:
        "../scripts/harmonize/harmonize_recording.py"
