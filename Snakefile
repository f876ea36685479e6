"""Bandmap: which brain region, and which frequency band, led the model to its decision?"""

from snakemake.utils import min_version, validate

from bandmap.workflow.settings import check_keys, drop_removed, fill_in_mirror
from bandmap.workflow.closing import closing_words, words_of_failure
from bandmap.workflow.code import code_of
from bandmap.workflow.defaults import check_typed, complete, give_way
from bandmap.workflow.listing import SAFE_NAME
from bandmap.workflow.plan import make_plan, read_schema
from bandmap.workflow.quick import quicken
from bandmap.workflow.target import intermediate

min_version("9.27")
quicken(telling=workflow.is_main_process)


DEFAULTS = f"{workflow.current_basedir}/config.yaml"


configfile: DEFAULTS


SCHEMA = f"{workflow.current_basedir}/schemas/config.schema.yaml"
SCRIPTS = f"{workflow.current_basedir}/scripts"
WRITTEN = complete(config, DEFAULTS) or workflow.config_settings.overwrite_config
drop_removed(config)
check_keys(config, read_schema(SCHEMA))
check_typed(workflow.config_settings.config)
validate(config, SCHEMA)
fill_in_mirror(config)
give_way(config, WRITTEN)
PLAN = make_plan(config)
RUN = config["run"]


report: "report/workflow.rst"


onsuccess:
    print(closing_words(RUN["models"], RUN["scheme"], PLAN.left_out))


onerror:
    print(words_of_failure(PLAN.recordings))


wildcard_constraints:
    dataset=PLAN.one_of("datasets"),
    recording=SAFE_NAME,
    subject=SAFE_NAME,
    representation=PLAN.one_of("representations"),
    scheme=PLAN.one_of("schemes"),
    fold=SAFE_NAME,
    model=PLAN.one_of("models"),
    method=PLAN.one_of("interpretations"),
    matrix=SAFE_NAME,


localrules:
    all,
    decide_fold,
    freeze_folds,
    gather_clinical_truth,
    plant_cells,
    plant_truth,
    refold,


include: "rules/download.smk"
include: "rules/harmonize.smk"
include: "rules/represent.smk"
include: "rules/train.smk"
include: "rules/score.smk"
include: "rules/interpret.smk"
include: "rules/aggregate.smk"
include: "rules/faithfulness.smk"
include: "rules/apply.smk"
include: "rules/report.smk"


rule all:
    """The report and every result that it depends on, so that Snakemake makes again whichever is missing."""
    default_target: True
    input:
        rules.write_report.output,
        rules.write_report.input,
        intermediate(PLAN),
