"""The results that a run must leave, besides the report and what the report reads itself.

Snakemake does not miss a file whose successors exist: what a killed run leaves out would be missing for good unless the
target names it.
"""

from bandmap.workflow.plan import ENSEMBLE, Plan


def intermediate(plan: Plan) -> list[str]:
    """Return the results between recordings and report; at least one of every job that the report depends on."""
    base = plan.base()
    files = [f"results/folds/{base}.tsv", f"results/folds/{base}_recordings.tsv", *plan.packed()]
    files += [*plan.floors_of_truth(), *(f"results/truth/{dataset}.tsv" for dataset in plan.planted())]
    files += [f"results/truth/{dataset}_cells.tsv" for dataset in plan.planted_cells()]
    files += [f"results/truth/{dataset}_clinical.tsv" for dataset in plan.clinical()]
    for model in plan.config["run"]["models"]:
        files += _of_training(plan, model) + _of_testing(plan, model)
    return files


def _of_training(plan: Plan, model: str) -> list[str]:
    base, scheme = plan.base(), plan.config["run"]["scheme"]
    if model in plan.imported:
        return plan.weights_of(model, scheme, plan.imported[model].networks())
    trained = dict.fromkeys((base, fold) for fold in plan.base_folds())
    trained |= dict.fromkeys((scheme, fold) for fold in plan.fold_names())
    decided = [*plan.base_folds(), *([ENSEMBLE] if plan.packable() else [])]
    files = [f"results/trained/{model}/{of}/{fold}/weights.pt" for of, fold in trained]
    files += [f"results/trained/{model}/{base}/{fold}/decision.json" for fold in decided]
    return files + [f"results/shuffled/{model}/{scheme}/{fold}/weights.pt" for fold in plan.shuffled_folds(model)]


def _of_testing(plan: Plan, model: str) -> list[str]:
    base, scheme = plan.base(), plan.config["run"]["scheme"]
    files = [plan.represented(model, row) for row in plan.tested()]
    files += [f"results/comparable/{model}/{dataset}/{subject}.h5" for dataset, subject in plan.people_tested()]
    for of in (scheme,) if model in plan.imported else dict.fromkeys((base, scheme)):
        files += plan.each_tested(f"results/predicted/{model}/{of}/{{dataset}}/{{recording}}_events.tsv")
    for method in plan.fitting(model):
        files += plan.each_tested(f"results/attributed/{model}/{scheme}/{method}/{{dataset}}/{{recording}}.h5")
        files += [f"results/matrices/{model}/{scheme}/{method}/pairs.tsv"] if plan.has_pairs(method) else []
    return [*files, f"results/faithfulness/{model}/{scheme}.tsv"]
