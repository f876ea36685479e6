"""Folds, one model for each fold, and its predictions on subjects that it has never seen."""


rule freeze_folds:
    """Write the training, validation and test subjects of each fold, and the recordings that the folds were made from."""
    output:
        folds="results/folds/{scheme}.tsv",
        recordings="results/folds/{scheme}_recordings.tsv",
    log:
        "results/folds/{scheme}.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        folds=PLAN.folds.rows,
        recordings=PLAN.folds.known,
    script:
        "../scripts/train/freeze_folds.py"


rule refold:
    """Make new folds from all current recordings; the next run retrains all folds."""
    log:
        f"results/folds/refold_{PLAN.base()}.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        scheme=PLAN.base(),
        folds=PLAN.new_folds,
        recordings=PLAN.recordings,
    script:
        "../scripts/train/refold.py"


rule train_fold:
    """Train one model on a fold's training subjects; its validation subjects choose the weights."""
    input:
        training=PLAN.arrays("train"),
        validation=PLAN.arrays("validation"),
        folds="results/folds/{scheme}.tsv",
        initial=PLAN.initial_weights,
    output:
        weights="results/trained/{model}/{scheme}/{fold}/weights.pt",
        history="results/trained/{model}/{scheme}/{fold}/history.tsv",
        resources="results/trained/{model}/{scheme}/{fold}/resources.tsv",
        windows="results/trained/{model}/{scheme}/{fold}/windows.tsv",
        validation="results/trained/{model}/{scheme}/{fold}/validation.h5",
    log:
        "results/trained/{model}/{scheme}/{fold}/train_fold.log",
    benchmark:
        "results/trained/{model}/{scheme}/{fold}/benchmark.tsv"
    wildcard_constraints:
        scheme=PLAN.schemes(tuned=False),
    priority: 1  # start the longest jobs first, so that the run does not end waiting for one of them
    conda:
        "../envs/bandmap.yaml"
    params:
        task=RUN["task"],
        model=PLAN.options("models", "model"),
        windows=PLAN.section("windows"),
        training=PLAN.section("training"),
        seed=config["seed"],
        device=config["device"],
        shuffled=False,
        code=code_of(
            f"{SCRIPTS}/train/train_fold.py",
            PLAN.task_module,
            PLAN.plugin("models", "model"),
        ),
    script:
        "../scripts/train/train_fold.py"


rule decide_fold:
    """Choose the threshold of a fold, or of the ensemble of all, on validation subjects; sleep stages need none."""
    input:
        validation=PLAN.validations,
    output:
        decision="results/trained/{model}/{scheme}/{fold}/decision.json",
    log:
        "results/trained/{model}/{scheme}/{fold}/decide_fold.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        task=RUN["task"],
        recordings=PLAN.validated,
        postprocessing=PLAN.section("postprocessing"),
        code=code_of(f"{SCRIPTS}/train/decide_fold.py", PLAN.task_module),
    script:
        "../scripts/train/decide_fold.py"


rule fine_tune_fold:
    """Fine-tune the model of a fold on the test subject's first segment with a seizure, which is not scored."""
    input:
        weights=PLAN.tuned_weights,
        arrays=PLAN.tuned_arrays,
    output:
        weights="results/trained/{model}/{scheme}/{fold}/weights.pt",
        history="results/trained/{model}/{scheme}/{fold}/history.tsv",
        resources="results/trained/{model}/{scheme}/{fold}/resources.tsv",
        windows="results/trained/{model}/{scheme}/{fold}/windows.tsv",
    log:
        "results/trained/{model}/{scheme}/{fold}/fine_tune_fold.log",
    benchmark:
        "results/trained/{model}/{scheme}/{fold}/benchmark.tsv"
    wildcard_constraints:
        scheme=PLAN.schemes(tuned=True),
    conda:
        "../envs/bandmap.yaml"
    params:
        task=RUN["task"],
        recordings=PLAN.tuned_recordings,
        tuning=PLAN.tuning,
        windows=PLAN.section("windows"),
        training=PLAN.section("training"),
        seed=config["seed"],
        device=config["device"],
        code=code_of(
            f"{SCRIPTS}/train/fine_tune_fold.py",
            PLAN.task_module,
            PLAN.plugin("models", "model"),
        ),
    script:
        "../scripts/train/fine_tune_fold.py"


rule predict_recording:
    """Predict a recording with the model that never saw its subject; a new subject by the models of all folds."""
    input:
        weights=PLAN.weights,
        decision=PLAN.decision,
        array=PLAN.array,
    output:
        probabilities="results/predicted/{model}/{scheme}/{dataset}/{recording}_probabilities.h5",
        events="results/predicted/{model}/{scheme}/{dataset}/{recording}_events.tsv",
    log:
        "results/predicted/{model}/{scheme}/{dataset}/{recording}.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        task=RUN["task"],
        postprocessing=PLAN.postprocessing_of,
        device=config["device"],
        code=code_of(
            f"{SCRIPTS}/train/predict_recording.py",
            PLAN.task_module,
            PLAN.plugin("models", "model"),
        ),
    script:
        "../scripts/train/predict_recording.py"
