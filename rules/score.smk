"""Scores of models on subjects that they have never seen, and of the baselines that they must beat."""

YASA = "results/baselines/yasa/{dataset}/{recording}_probabilities.h5"


rule score_model:
    """Compare the events of a model with the reference, per subject and over subjects."""
    input:
        reference=PLAN.each("resources/{dataset}/{recording}_events.tsv"),
        events=PLAN.each(
            "results/predicted/{model}/{scheme}/{dataset}/{recording}_events.tsv"
        ),
        probabilities=PLAN.each(
            "results/predicted/{model}/{scheme}/{dataset}/{recording}_probabilities.h5"
        ),
        spans=PLAN.spans,
    output:
        table=report(
            "results/scores/{model}_{scheme}.tsv",
            category="Scores",
            caption="../report/scores.rst",
        ),
        details="results/scores/{model}_{scheme}_details.tsv",
        summary="results/scores/{model}_{scheme}.json",
    log:
        "results/scores/{model}_{scheme}.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        task=RUN["task"],
        recordings=PLAN.tested(),
        expected=PLAN.expected(),
        postprocessing=PLAN.postprocessing_of,
        origin=PLAN.origin,
        seed=config["seed"],
        code=code_of(
            f"{SCRIPTS}/score/score_model.py",
            f"bandmap.score.from_files.{RUN['task']}",
        ),
    script:
        "../scripts/score/score_model.py"


use rule score_model as score_without_tuning with:
    input:
        reference=PLAN.each("resources/{dataset}/{recording}_events.tsv"),
        events=PLAN.each_untuned("{dataset}/{recording}_events.tsv"),
        probabilities=PLAN.each_untuned("{dataset}/{recording}_probabilities.h5"),
        spans=PLAN.each(
            "results/predicted/{model}/{scheme}/{dataset}/{recording}_probabilities.h5"
        ),
    output:
        table="results/scores/{model}_{scheme}_without.tsv",
        details="results/scores/{model}_{scheme}_without_details.tsv",
        summary="results/scores/{model}_{scheme}_without.json",
    log:
        "results/scores/{model}_{scheme}_without.log",


rule score_baselines:
    """Score the always-on and the line-length detector on the same folds."""
    input:
        harmonized=PLAN.each_recording("results/harmonized/{dataset}/{recording}.h5"),
        reference=PLAN.each_recording("resources/{dataset}/{recording}_events.tsv"),
        folds="results/folds/{scheme}.tsv",
        frozen="results/folds/{scheme}_recordings.tsv",
    output:
        line_length="results/scores/line-length_{scheme}.tsv",
        line_length_details="results/scores/line-length_{scheme}_details.tsv",
        line_length_summary="results/scores/line-length_{scheme}.json",
        always_on="results/scores/always-on_{scheme}.tsv",
        always_on_summary="results/scores/always-on_{scheme}.json",
    log:
        "results/scores/baselines_{scheme}.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        recordings=PLAN.recordings,
        tested=PLAN.tested(),
        expected=PLAN.expected(),
        windows=config["windows"],
        postprocessing=config["postprocessing"],
        seed=config["seed"],
        code=code_of(f"{SCRIPTS}/score/score_baselines.py"),
    script:
        "../scripts/score/score_baselines.py"


rule stage_with_yasa:
    """Stage the sleep of one recording with YASA, a published program, as a baseline."""
    input:
        edf="resources/{dataset}/{recording}.edf",
        events="resources/{dataset}/{recording}_events.tsv",
    output:
        probabilities="results/baselines/yasa/{dataset}/{recording}_probabilities.h5",
    log:
        "results/baselines/yasa/{dataset}/{recording}.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        code=code_of(f"{SCRIPTS}/score/stage_with_yasa.py"),
    script:
        "../scripts/score/stage_with_yasa.py"


use rule score_model as score_yasa with:
    input:
        reference=PLAN.each("resources/{dataset}/{recording}_events.tsv"),
        events=PLAN.each("resources/{dataset}/{recording}_events.tsv"),
        probabilities=PLAN.each(YASA),
        spans=PLAN.each(YASA),
    output:
        table="results/scores/yasa_{scheme}.tsv",
        details="results/scores/yasa_{scheme}_details.tsv",
        summary="results/scores/yasa_{scheme}.json",
    log:
        "results/scores/yasa_{scheme}.log",
    params:
        origin=PLAN.origin_of_yasa,
        postprocessing={},


rule compare_models:
    """Test whether one model scores better than another on the same subjects."""
    input:
        tables=list(PLAN.score_tables().values()),
    output:
        comparison=report(
            "results/scores/comparison_{scheme}.tsv",
            category="Scores",
            caption="../report/scores.rst",
        ),
    log:
        "results/scores/comparison_{scheme}.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        task=RUN["task"],
        names=list(PLAN.score_tables()),
        metrics=PLAN.headline(),
        seed=config["seed"],
        code=code_of(f"{SCRIPTS}/score/compare_models.py"),
    script:
        "../scripts/score/compare_models.py"
