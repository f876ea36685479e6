"""Figures of recordings, of models and of all models together."""


rule draw_recording:
    """Draw the events of one recording: every seizure and false alarm, or the sleep stages of a night."""
    input:
        recording=PLAN.harmonized_for,
        array=PLAN.array,
        probabilities="results/predicted/{model}/{scheme}/{dataset}/{recording}_probabilities.h5",
        reference="resources/{dataset}/{recording}_events.tsv",
        detected="results/predicted/{model}/{scheme}/{dataset}/{recording}_events.tsv",
        maps=PLAN.first_attributed("frequency", "time"),
        channels=PLAN.first_attributed("channel"),
        over_time=PLAN.first_attributed("channel", "second"),
        attributed=PLAN.attributed_of_recording,
    output:
        pictures=report(
            directory("results/report/figures/{model}/{scheme}/{dataset}/{recording}"),
            patterns=["{seizure}.png"],
            category="Recordings",
            subcategory="{recording}",
            caption=f"../report/{RUN['task']}.rst",
            labels={"model": "{model}", "seizure": "{seizure}"},
        ),
    log:
        "results/report/logs/{model}/{scheme}/{dataset}/{recording}.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        task=RUN["task"],
        row=PLAN.row_of,
        methods=PLAN.methods_of_matrices,
        matrices=PLAN.made_of,
        regions=config["regions"],
        bands_hz=config["bands_hz"],
        code=code_of(
            f"{SCRIPTS}/draw/draw_recording.py",
            f"bandmap.draw.from_files.{RUN['task']}",
        ),
    script:
        "../scripts/draw/draw_recording.py"


rule draw_model:
    """Draw a model's matrices, training, scores and, for simulated data, planted versus found."""
    input:
        matrices=PLAN.tables("subjects.tsv"),
        cohorts=PLAN.tables("cohort.tsv"),
        histories=PLAN.histories,
        scores="results/scores/{model}_{scheme}.tsv",
        scores_details=multiext(
            "results/scores/{model}_{scheme}", ".json", "_details.tsv"
        ),
        truth=expand("results/truth/{dataset}.tsv", dataset=PLAN.planted()),
        floors=PLAN.floors_of_truth(),
    output:
        pictures=report(
            multiext(
                "results/report/figures/{model}/{scheme}/",
                "training.svg",
                "scores.svg",
                "details.svg",
                "planted.svg",
                "recovery.svg",
            ),
            category="Models",
            caption="../report/planted.rst",
            labels={"model": "{model}"},
        ),
        subjects=expand(
            "results/report/figures/{{model}}/{{scheme}}/subject_{subject}.svg",
            subject=PLAN.subjects_tested(),
        ),
        cohorts=report(
            directory("results/report/figures/{model}/{scheme}/cohorts"),
            patterns=["{matrix}.svg"],
            category="Matrices",
            caption="../report/matrices.rst",
            labels={"model": "{model}", "matrix": "{matrix}"},
        ),
        planted="results/report/figures/{model}/{scheme}/planted.tsv",
        recovery="results/report/figures/{model}/{scheme}/recovery.tsv",
    log:
        "results/report/logs/{model}/{scheme}/draw_model.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        task=RUN["task"],
        titles=PLAN.titles,
        folds=PLAN.folds_of,
        subjects=PLAN.people_tested(),
        truth=PLAN.planted(),
        code=code_of(
            f"{SCRIPTS}/draw/draw_model.py", f"bandmap.draw.from_files.{RUN['task']}"
        ),
    script:
        "../scripts/draw/draw_model.py"


rule draw_overview:
    """Draw the scores of all models in one figure, and the quality of all recordings in another."""
    input:
        scores=list(PLAN.score_tables().values()),
        scores_details=PLAN.score_details(),
        harmonized=PLAN.each_tested("results/harmonized/{dataset}/{recording}.h5"),
    output:
        overview=report(
            "results/report/figures/overview.svg",
            category="Scores",
            caption="../report/overview.rst",
        ),
        quality="results/report/figures/quality.svg",
    log:
        "results/report/logs/draw_overview.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        task=RUN["task"],
        scored=list(PLAN.score_tables()),
        recordings=PLAN.tested(),
        code=code_of(
            f"{SCRIPTS}/draw/draw_overview.py",
            f"bandmap.draw.from_files.{RUN['task']}",
        ),
    script:
        "../scripts/draw/draw_overview.py"
