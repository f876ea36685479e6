"""Tests of how far the maps of a model can be trusted."""


use rule train_fold as train_on_shuffled_labels with:
    output:
        weights="results/shuffled/{model}/{scheme}/{fold}/weights.pt",
        history="results/shuffled/{model}/{scheme}/{fold}/history.tsv",
        resources="results/shuffled/{model}/{scheme}/{fold}/resources.tsv",
        windows="results/shuffled/{model}/{scheme}/{fold}/windows.tsv",
        validation="results/shuffled/{model}/{scheme}/{fold}/validation.h5",
    log:
        "results/shuffled/{model}/{scheme}/{fold}/train_fold.log",
    benchmark:
        "results/shuffled/{model}/{scheme}/{fold}/benchmark.tsv"
    params:
        shuffled=True,


rule check_faithfulness:
    """Test how maps respond to randomised weights, shuffled labels, perturbed windows and exchanged cells."""
    input:
        weights=PLAN.probed_weights,
        shuffled=PLAN.shuffled_weights,
        arrays=PLAN.probed_arrays,
        comparable=PLAN.each_probed("results/comparable/{model}/{dataset}/{subject}.h5"),
        probabilities=PLAN.each_probed(
            "results/predicted/{model}/{scheme}/{dataset}/{recording}_probabilities.h5"
        ),
    output:
        table="results/faithfulness/{model}/{scheme}.tsv",
    log:
        "results/faithfulness/{model}/{scheme}.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        task=RUN["task"],
        recordings=PLAN.probed,
        folds=PLAN.probed_folds,
        methods=PLAN.methods_of,
        products=PLAN.products_of,
        regions=config["regions"],
        bands_hz=config["bands_hz"],
        settings=config["faithfulness"],
        seed=config["seed"],
        device=config["device"],
        code=code_of(
            f"{SCRIPTS}/faithfulness/check_faithfulness.py",
            PLAN.task_module,
            PLAN.plugin("models", "model"),
            *PLAN.interpretation_modules(),
        ),
    script:
        "../scripts/faithfulness/check_faithfulness.py"


rule contrast_power:
    """Contrast the power of each class of simulated subjects with other time: a floor that needs no model."""
    input:
        harmonized=PLAN.planted_recordings(),
    output:
        table="results/truth/power_contrast.tsv",
    log:
        "results/truth/power_contrast.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        task=RUN["task"],
        recordings=PLAN.tested_planted(),
        regions=config["regions"],
        bands_hz=config["bands_hz"],
        code=code_of(f"{SCRIPTS}/faithfulness/contrast_power.py"),
    script:
        "../scripts/faithfulness/contrast_power.py"


rule draw_faithfulness:
    """Summarise over subjects how far each map of a model can be trusted, as a table and as a figure."""
    input:
        tested="results/faithfulness/{model}/{scheme}.tsv",
        matrices=PLAN.tables("seizures.tsv"),
    output:
        table="results/report/figures/{model}/{scheme}/faithfulness.tsv",
        picture=report(
            "results/report/figures/{model}/{scheme}/faithfulness.svg",
            category="Models",
            caption="../report/faithfulness.rst",
            labels={"model": "{model}"},
        ),
    log:
        "results/report/logs/{model}/{scheme}/draw_faithfulness.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        titles=PLAN.titles,
        seed=config["seed"],
        code=code_of(f"{SCRIPTS}/faithfulness/draw_faithfulness.py"),
    script:
        "../scripts/faithfulness/draw_faithfulness.py"


rule score_cells:
    """Score the maps of a model against the truth of a planted benchmark, cell by cell, beside floors."""
    input:
        truth=expand("results/truth/{dataset}_cells.tsv", dataset=PLAN.planted_cells()),
        matrices=PLAN.tables("subjects.tsv"),
        folds=f"results/folds/{PLAN.base()}.tsv",
        scores="results/scores/{model}_{scheme}.tsv",
        contrast=PLAN.floors_of_truth(),
    output:
        scores="results/faithfulness/{model}/{scheme}_cells.tsv",
    log:
        "results/faithfulness/{model}/{scheme}_cells.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        datasets=PLAN.planted_cells(),
        titles=PLAN.titles,
        code=code_of(f"{SCRIPTS}/faithfulness/score_cells.py"),
    script:
        "../scripts/faithfulness/score_cells.py"


rule check_clinical_truth:
    """Compare the maps of a model with the clinical side, lobe and channels of real seizures."""
    input:
        truth=expand("results/truth/{dataset}_clinical.tsv", dataset=PLAN.clinical()),
        matrices=PLAN.tables("seizures.tsv"),
        folds=f"results/folds/{PLAN.base()}.tsv",
        harmonized=PLAN.clinical_recordings(),
        attributed=PLAN.channel_attributed,
    output:
        found="results/faithfulness/{model}/{scheme}_clinical.tsv",
        scores="results/faithfulness/{model}/{scheme}_clinical_scores.tsv",
    log:
        "results/faithfulness/{model}/{scheme}_clinical.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        datasets=PLAN.clinical(),
        titles=PLAN.titles,
        recordings=PLAN.tested_clinically(),
        methods=PLAN.methods_of_channels,
        regions=config["regions"],
        bands_hz=config["bands_hz"],
        seed=config["seed"],
        code=code_of(f"{SCRIPTS}/faithfulness/check_clinical_truth.py"),
    script:
        "../scripts/faithfulness/check_clinical_truth.py"
