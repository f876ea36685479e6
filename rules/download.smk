"""Copy, download or simulate recordings into resources/, and write their events."""

from bandmap.workflow.sources import Sources

SOURCES = Sources(PLAN)


rule fetch_recording:
    """Copy, download or simulate one recording."""
    input:
        SOURCES.recording,
    output:
        edf="resources/{dataset}/{recording}.edf",
    log:
        "resources/{dataset}/{recording}.log",
    conda:
        "../envs/bandmap.yaml"
    resources:
        downloads=1,
    params:
        dataset=SOURCES.options("fetch"),
        code=SOURCES.code(f"{SCRIPTS}/download/fetch_recording.py", "fetch"),
    script:
        "../scripts/download/fetch_recording.py"


rule fetch_labels:
    """Download the labels of one recording if the data set publishes them as separate files."""
    output:
        labels="resources/{dataset}/{recording}_labels",
    log:
        "resources/{dataset}/{recording}_labels.log",
    conda:
        "../envs/bandmap.yaml"
    resources:
        downloads=1,
    params:
        dataset=SOURCES.options("fetch_labels"),
        code=SOURCES.code(f"{SCRIPTS}/download/fetch_labels.py", "fetch_labels"),
    script:
        "../scripts/download/fetch_labels.py"


rule extract_events:
    """Write the seizures or sleep stages of one recording as SzCORE TSV and check them against the recording."""
    input:
        edf="resources/{dataset}/{recording}.edf",
        labels=SOURCES.labels,
    output:
        events="resources/{dataset}/{recording}_events.tsv",
    log:
        "resources/{dataset}/{recording}_events.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        dataset=SOURCES.options("annotate"),
        code=SOURCES.code(f"{SCRIPTS}/download/extract_events.py", "annotate"),
    script:
        "../scripts/download/extract_events.py"


rule plant_truth:
    """Write the planted region, band, onset and duration of every seizure or stage of a simulated data set."""
    output:
        truth="results/truth/{dataset}.tsv",
    log:
        "results/truth/{dataset}.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        dataset=SOURCES.options("truth"),
        code=code_of(
            f"{SCRIPTS}/download/plant_truth.py",
            PLAN.plugin("datasets", "dataset"),
            function="truth",
        ),
    script:
        "../scripts/download/plant_truth.py"


rule plant_cells:
    """Write the truth of a planted benchmark: the weight and role of each cell of each subject."""
    output:
        cells="results/truth/{dataset}_cells.tsv",
    log:
        "results/truth/{dataset}_cells.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        dataset=SOURCES.options("cells"),
        code=code_of(
            f"{SCRIPTS}/download/plant_cells.py",
            PLAN.plugin("datasets", "dataset"),
            function="cells",
        ),
    script:
        "../scripts/download/plant_cells.py"


rule gather_clinical_truth:
    """Write the clinical side, lobe or channels of the subjects or seizures of a real data set."""
    input:
        SOURCES.clinical_files,
    output:
        clinical="results/truth/{dataset}_clinical.tsv",
    log:
        "results/truth/{dataset}_clinical.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        dataset=SOURCES.options("clinical"),
        renamed=SOURCES.renamed,
        code=code_of(
            f"{SCRIPTS}/download/gather_clinical_truth.py",
            PLAN.plugin("datasets", "dataset"),
            function="clinical",
        ),
    script:
        "../scripts/download/gather_clinical_truth.py"
