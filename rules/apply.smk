"""Model files, which apply a trained model to any recording."""


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
