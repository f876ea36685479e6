"""Model files, which apply a trained model to any recording: those of the run, and those that it imports."""


rule import_network:
    """Unpack one network of an imported model, which takes part in the run without training."""
    input:
        model=PLAN.model_file,
    output:
        weights="results/imported/{model}/{network}/weights.pt",
        decision="results/imported/{model}/{network}/decision.json",
    log:
        "results/imported/{model}/{network}/import_network.log",
    conda:
        "../envs/bandmap.yaml"
    params:
        number=PLAN.network_number,
        code=code_of(
            f"{SCRIPTS}/apply/import_network.py", PLAN.plugin("models", "model")
        ),
    script:
        "../scripts/apply/import_network.py"


rule pack_model:
    """Pack the networks of all folds with the preprocessing and a card into one model file."""
    input:
        weights=PLAN.packed_weights,
        decision="results/trained/{model}/{scheme}/ensemble/decision.json",
        scores="results/scores/{model}_{scheme}.json",
        floors=list(PLAN.floors().values()),
    output:
        model="results/models/{model}_{scheme}.bandmap",
    log:
        "results/models/{model}_{scheme}.log",
    wildcard_constraints:
        scheme=PLAN.schemes(tuned=False),
    conda:
        "../envs/bandmap.yaml"
    params:
        prepared=PLAN.prepared,
        evidence=PLAN.evidence,
        floors=list(PLAN.floors()),
        code=code_of(f"{SCRIPTS}/apply/pack_model.py", PLAN.task_module),
    script:
        "../scripts/apply/pack_model.py"
