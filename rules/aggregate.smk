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
