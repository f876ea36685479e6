"""Folds by subject, a model for each fold, its predictions on the subject it has never seen, their scores."""


rule freeze_folds:
    """Write which subjects each fold trains on, validates on and tests; the table stays as it is when subjects arrive."""
    output:
        folds="results/folds/{scheme}.tsv",
    log:
        "results/folds/{scheme}.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        folds=PLAN.folds,
    script:
        "../scripts/freeze_folds.py"


rule train_fold:
    """Train one model on a fold's training subjects; its validation subjects choose weights and threshold."""
    input:
        training=PLAN.arrays("train"),
        validation=PLAN.arrays("validation"),
        folds="results/folds/{scheme}.tsv",
    output:
        weights="results/trained/{model}/{scheme}/{fold}/weights.pt",
        history="results/trained/{model}/{scheme}/{fold}/history.tsv",
        resources="results/trained/{model}/{scheme}/{fold}/resources.tsv",
    log:
        "results/trained/{model}/{scheme}/{fold}/train_fold.log",
    benchmark:
        "results/trained/{model}/{scheme}/{fold}/benchmark.tsv"
    conda:
        "../envs/bandmap.yaml"
    params:
        model=lookup(within=PLAN.of("models"), dpath="{model}"),
        windows=config["windows"],
        training=config["training"],
        postprocessing=config["postprocessing"],
        seed=config["seed"],
        device=config["device"],
        code=code_of(f"{SCRIPTS}/train_fold.py", PLAN.plugin("models", "model")),
    script:
        "../scripts/train_fold.py"


rule predict_recording:
    """Let the model that never saw a recording's subject say when it seizes."""
    input:
        weights=PLAN.weights,
        array=PLAN.array,
    output:
        probabilities="results/predicted/{model}/{scheme}/{dataset}/{recording}_probabilities.h5",
        events="results/predicted/{model}/{scheme}/{dataset}/{recording}_events.tsv",
    log:
        "results/predicted/{model}/{scheme}/{dataset}/{recording}.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        postprocessing=config["postprocessing"],
        device=config["device"],
        code=code_of(f"{SCRIPTS}/predict_recording.py", PLAN.plugin("models", "model")),
    script:
        "../scripts/predict_recording.py"


rule score_model:
    """Compare predicted and reference events and samples by timescoring, per subject and over subjects."""
    input:
        reference=PLAN.each("resources/{dataset}/{recording}_events.tsv"),
        events=PLAN.each(
            "results/predicted/{model}/{scheme}/{dataset}/{recording}_events.tsv"
        ),
        probabilities=PLAN.each(
            "results/predicted/{model}/{scheme}/{dataset}/{recording}_probabilities.h5"
        ),
    output:
        table=report(
            "results/scores/{model}_{scheme}.tsv",
            category="Scores",
            caption="../report/scores.rst",
        ),
        summary="results/scores/{model}_{scheme}.json",
    log:
        "results/scores/{model}_{scheme}.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        recordings=PLAN.tested(),
        postprocessing=config["postprocessing"],
        seed=config["seed"],
        code=code_of(f"{SCRIPTS}/score_model.py"),
    script:
        "../scripts/score_model.py"
