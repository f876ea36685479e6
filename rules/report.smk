"""The report."""


include: "draw.smk"


rule write_report:
    """Write the report as HTML pages that open from disk."""
    input:
        seizures=expand(
            "results/report/figures/{model}/{scheme}/{row[dataset]}/{row[recording]}",
            model=RUN["models"],
            scheme=RUN["scheme"],
            row=PLAN.tested(),
        ),
        models=expand(
            rules.draw_model.output, model=RUN["models"], scheme=RUN["scheme"]
        ),
        faithfulness=expand(
            rules.draw_faithfulness.output, model=RUN["models"], scheme=RUN["scheme"]
        ),
        clinical=PLAN.clinical_scores(),
        cells=PLAN.cell_scores(),
        matrices=PLAN.cohort_tables(),
        trained=expand(
            rules.train_fold.output.windows,
            model=PLAN.trained(),
            scheme=RUN["scheme"],
            fold=PLAN.fold_names(),
        ),
        resources=expand(
            rules.train_fold.output.resources,
            model=PLAN.trained(),
            scheme=RUN["scheme"],
            fold=PLAN.fold_names(),
        ),
        scores=list(PLAN.score_tables().values()),
        scores_details=PLAN.score_details(),
        comparison=expand(
            "results/scores/comparison_{scheme}.tsv", scheme=RUN["scheme"]
        ),
        overview="results/report/figures/overview.svg",
        quality="results/report/figures/quality.svg",
        harmonized=PLAN.each_tested("results/harmonized/{dataset}/{recording}.h5"),
    output:
        page=report(
            "results/report/index.html",
            category="Report",
            caption="../report/report.rst",
        ),
        pages=directory("results/report/pages"),
        provenance="results/provenance.json",
    log:
        "results/report/logs/write_report.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        recordings=PLAN.tested(),
        left_out=PLAN.left_out,
        titles=PLAN.titles_by_model(),
        subjects=PLAN.people_tested(),
        folds=PLAN.fold_names(),
        scored=list(PLAN.score_tables()),
        simulated=PLAN.planted(),
        clinical=PLAN.clinical(),
        cells=PLAN.planted_cells(),
        config=config,
        code=code_of(f"{SCRIPTS}/report/write_report.py", folder="report/templates"),
    script:
        "../scripts/report/write_report.py"
