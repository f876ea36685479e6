"""A trained model as one file that any recording can be judged by."""


rule pack_model:
    """Put a model's networks of all folds and all that a recording needs into one file, with a card for people."""
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
