"""Region x band matrices of seizures, subjects and the cohort from attributions."""


rule aggregate_matrices:
    """Average attributions to region x band matrices per seizure, per subject and over the cohort."""
    input:
        attributed=PLAN.attributed,
        reference=PLAN.each("resources/{dataset}/{recording}_events.tsv"),
        predicted=PLAN.each(
            "results/predicted/{model}/{scheme}/{dataset}/{recording}_events.tsv"
        ),
    output:
        seizures="results/matrices/{model}/{scheme}/{matrix}/seizures.tsv",
        subjects="results/matrices/{model}/{scheme}/{matrix}/subjects.tsv",
        cohort=report(
            "results/matrices/{model}/{scheme}/{matrix}/cohort.tsv",
            category="Matrices",
            caption="../report/matrices.rst",
        ),
    log:
        "results/matrices/{model}/{scheme}/{matrix}/aggregate_matrices.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        task=RUN["task"],
        recordings=PLAN.tested(),
        regions=config["regions"],
        bands_hz=config["bands_hz"],
        seed=config["seed"],
        code=code_of(
            f"{SCRIPTS}/aggregate/aggregate_matrices.py",
            f"bandmap.aggregate.from_files.{RUN['task']}",
        ),
    script:
        "../scripts/aggregate/aggregate_matrices.py"


rule aggregate_pairs:
    """Average the interactions of cells over each subject's seizures or stages."""
    input:
        attributed=PLAN.each(
            "results/attributed/{model}/{scheme}/{method}/{dataset}/{recording}.h5"
        ),
        reference=PLAN.each("resources/{dataset}/{recording}_events.tsv"),
        predicted=PLAN.each(
            "results/predicted/{model}/{scheme}/{dataset}/{recording}_events.tsv"
        ),
    output:
        pairs="results/matrices/{model}/{scheme}/{method}/pairs.tsv",
    log:
        "results/matrices/{model}/{scheme}/{method}/aggregate_pairs.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        task=RUN["task"],
        recordings=PLAN.tested(),
        regions=config["regions"],
        bands_hz=config["bands_hz"],
        code=code_of(
            f"{SCRIPTS}/aggregate/aggregate_pairs.py",
            f"bandmap.aggregate.from_files.{RUN['task']}",
        ),
    script:
        "../scripts/aggregate/aggregate_pairs.py"
