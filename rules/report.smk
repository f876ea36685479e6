"""What a person looks at."""


rule draw_recording:
    """Draw every seizure and false alarm of one recording: traces, maps, scalp, matrices."""
    input:
        recording="results/harmonized/{dataset}/{recording}.h5",
        array=PLAN.array,
        probabilities="results/predicted/{model}/{scheme}/{dataset}/{recording}_probabilities.h5",
        reference="resources/{dataset}/{recording}_events.tsv",
        detected="results/predicted/{model}/{scheme}/{dataset}/{recording}_events.tsv",
        maps=PLAN.first_attributed("frequency", "time"),
        channels=PLAN.first_attributed("channel"),
        matrices=expand(
            "results/matrices/{{model}}/{{scheme}}/{matrix}/seizures.tsv",
            matrix=PLAN.shown(),
        ),
    output:
        pictures=report(
            directory("results/report/figures/{model}/{scheme}/{dataset}/{recording}"),
            patterns=["{seizure}.png"],
            category="Seizures",
            subcategory="{recording}",
            caption="../report/seizure.rst",
            labels={"model": "{model}", "seizure": "{seizure}"},
        ),
    log:
        "results/report/logs/{model}/{scheme}/{dataset}/{recording}.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        row=PLAN.row_of,
        titles=PLAN.titles(PLAN.shown()),
        bands_hz=config["bands_hz"],
        code=code_of(f"{SCRIPTS}/draw_recording.py"),
    script:
        "../scripts/draw_recording.py"


rule draw_model:
    """Draw a model's matrices, training, scores and, on simulated data, planted against found."""
    input:
        matrices=expand(
            "results/matrices/{{model}}/{{scheme}}/{matrix}/subjects.tsv",
            matrix=RUN["matrices"],
        ),
        cohorts=expand(
            "results/matrices/{{model}}/{{scheme}}/{matrix}/cohort.tsv",
            matrix=RUN["matrices"],
        ),
        histories=expand(
            "results/trained/{{model}}/{{scheme}}/{fold}/history.tsv",
            fold=PLAN.fold_names(),
        ),
        scores="results/scores/{model}_{scheme}.tsv",
        summary="results/scores/{model}_{scheme}.json",
        truth=expand("results/truth/{dataset}.tsv", dataset=PLAN.planted()),
    output:
        pictures=report(
            multiext(
                "results/report/figures/{model}/{scheme}/",
                "training.svg",
                "scores.svg",
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
            expand(
                "results/report/figures/{{model}}/{{scheme}}/cohort_{matrix}.svg",
                matrix=RUN["matrices"],
            ),
            category="Matrices",
            caption="../report/matrices.rst",
            labels={"model": "{model}"},
        ),
        planted="results/report/figures/{model}/{scheme}/planted.tsv",
        recovery="results/report/figures/{model}/{scheme}/recovery.tsv",
    log:
        "results/report/logs/{model}/{scheme}/draw_model.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        titles=PLAN.titles(RUN["matrices"]),
        folds=PLAN.fold_names(),
        subjects=PLAN.people_tested(),
        truth=PLAN.planted(),
        code=code_of(f"{SCRIPTS}/draw_model.py"),
    script:
        "../scripts/draw_model.py"


rule write_report:
    """Put everything on one page that opens from disk."""
    input:
        seizures=expand(
            "results/report/figures/{model}/{scheme}/{row[dataset]}/{row[recording]}",
            model=RUN["models"],
            scheme=RUN["scheme"],
            row=PLAN.tested(),
        ),
        models=expand(
            "results/report/figures/{model}/{scheme}/recovery.tsv",
            model=RUN["models"],
            scheme=RUN["scheme"],
        ),
        matrices=expand(
            "results/matrices/{model}/{scheme}/{matrix}/cohort.tsv",
            model=RUN["models"],
            scheme=RUN["scheme"],
            matrix=RUN["matrices"],
        ),
        scores=expand(
            "results/scores/{model}_{scheme}.json",
            model=RUN["models"],
            scheme=RUN["scheme"],
        ),
        harmonized=PLAN.each_tested("results/harmonized/{dataset}/{recording}.h5"),
    output:
        page=report(
            "results/report/index.html",
            category="Report",
            caption="../report/report.rst",
        ),
        quality="results/report/figures/quality.svg",
    log:
        "results/report/logs/write_report.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        recordings=PLAN.tested(),
        titles=PLAN.titles(PLAN.shown()),
        subjects=PLAN.people_tested(),
        simulated=PLAN.planted(),
        config=config,
        code=code_of(f"{SCRIPTS}/write_report.py"),
    script:
        "../scripts/write_report.py"
