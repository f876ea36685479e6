"""Checks of config.yaml that a schema cannot express; every message names the value and a remedy."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bandmap.train.schemes import CONTINUES
from bandmap.vocabulary import plugins
from bandmap.vocabulary.montages import BEHIND_EARS

Settings = Mapping[str, Any]

PLUGINS = {
    "datasets": ("bandmap.download.datasets", "recordings"),
    "representations": ("bandmap.represent.representations", "transform"),
    "schemes": ("bandmap.train.schemes", "assign"),
    "models": ("bandmap.train.models", "build"),
    "interpretations": ("bandmap.interpret.methods", "attribute"),
}
"""Section of config.yaml -> package of its plugins and the function whose keyword arguments are the options."""

POSITIONS = frozenset(
    f"{row}{place}"
    for row in ("Fp", "AF", "F", "FC", "FT", "C", "T", "CP", "TP", "P", "PO", "O", "I")
    for place in ("z", *range(1, 11))
).union(end for name in BEHIND_EARS for end in name.split("-"))
"""Names of electrodes in the 10-20 and 10-10 systems, and of those behind the ears."""

TASKS = "bandmap.train.tasks"
"""Package of the tasks of models."""

TUNING = ("base", "seconds", "epochs", "learning_rate")
"""Options of a scheme that fine-tunes the models of another scheme."""

OVERRIDES = ("windows", "training", "postprocessing")
"""Sections that an entry of `models` may override."""

RESERVED = {"models": {"representation", "initial_weights", *OVERRIDES}}
"""Keys of an entry that the workflow uses itself and does not pass to the plugin."""

GIVEN = {
    "datasets": {"seed"},
    "representations": {"rate_hz"},
    "schemes": {"seed"},
    "models": {"rate_hz"},
    "interpretations": {"context"},
}
"""Keyword arguments of a section's plugins that the workflow provides."""


class SettingsError(ValueError):
    """config.yaml names something that does not exist or is impossible."""


def kind_of(name: str, entry: Settings | None) -> str:
    """Return the plugin of an entry: its `kind`, or its own name."""
    return str((entry or {}).get("kind", name))


def options_of(section: str, entry: Settings | None) -> dict[str, Any]:
    """Return the options that an entry passes to its plugin: all keys except `kind` and the workflow's own."""
    own = {"kind"} | RESERVED.get(section, set())
    return {key: value for key, value in (entry or {}).items() if key not in own}


def left_out(config: Settings) -> dict[str, str]:
    """Return "<data set>/<recording>" -> the reason why the settings leave it out."""
    return dict(config["run"].get("leave_out") or {})


def section_of(config: Settings, section: str, model: str) -> dict[str, Any]:
    """Return a section of `OVERRIDES` for a model: the run's section with the overrides of the model's entry."""
    return _merged(config[section], config["models"][model].get(section) or {})


def _merged(defaults: Settings, changes: Settings) -> dict[str, Any]:
    nested = {key: _merged(defaults[key], value) for key, value in changes.items() if isinstance(value, Mapping)}
    return {**defaults, **changes, **nested}


def check_keys(config: object, schema: Settings, where: str = "config.yaml") -> None:
    """Raise an error for a key that the schema does not define, and name the closest valid key.

    Raises
    ------
    SettingsError
        "config.yaml: windows: there is no 'lenght_seconds'. Did you mean 'length_seconds'?"
    """
    if not isinstance(config, Mapping):
        return
    properties = schema.get("properties", {})
    for key, value in config.items():
        if key in properties:
            check_keys(value, properties[key], f"{where}: {key}")
        elif isinstance(schema.get("additionalProperties"), Mapping):
            check_keys(value, schema["additionalProperties"], f"{where}: {key}")
        elif schema.get("additionalProperties") is False:
            raise SettingsError(f"{where}: {plugins.did_you_mean(str(key), properties)}")


def fill_in_mirror(config: dict[str, Any]) -> None:
    """Set the mirror of every downloaded data set to `{mirror}/{kind}` in place, unless its entry names a mirror."""
    for name, entry in config["datasets"].items():
        kind = kind_of(name, entry)
        package, function = PLUGINS["datasets"]
        known = kind in plugins.available(package)
        if config["mirror"] and known and "mirror" in plugins.keyword_arguments(package, kind, function):
            config["datasets"][name] = {"mirror": f"{config['mirror'].rstrip('/')}/{kind}", **(entry or {})}


def drop_removed(config: dict[str, Any]) -> None:
    """Remove the bands and regions that the user set to null, and sort the bands by frequency, in place."""
    for section in ("bands_hz", "regions"):
        if isinstance(config.get(section), dict):
            config[section] = {name: value for name, value in config[section].items() if value is not None}
    if isinstance(config.get("bands_hz"), dict):
        config["bands_hz"] = dict(sorted(config["bands_hz"].items(), key=_lower_edge))


def _lower_edge(band: tuple[str, Any]) -> float:
    """Return the lower edge of a band, 0 for an invalid one: the later schema check reports it."""
    edges = band[1]
    return float(edges[0]) if isinstance(edges, list) and edges and isinstance(edges[0], int | float) else 0.0


def check(config: Settings) -> None:
    """Check the names of plugins, their options, and the references between sections.

    Raises
    ------
    SettingsError
        One line: the place, the problem, and the closest valid name.
    """
    for section in PLUGINS:
        for name, entry in config[section].items():
            if section != "schemes" and name in config["run"].get(section, config[section]):
                _check_entry(section, name, entry)
    _check_references(config)
    _check_axes(config)
    choices: Any = plugins.constant("bandmap.interpret.methods", "band_occlusion", "CHOICES")
    _check_names(
        "config.yaml: faithfulness: replacements", config["faithfulness"]["replacements"], choices["replacement"]
    )


def _check_entry(section: str, name: str, entry: Settings | None) -> None:
    package, function = PLUGINS[section]
    where = f"config.yaml: {section}"
    kind = kind_of(name, entry)
    _check_name(where if kind == name else f"{where}: {name}: kind", kind, plugins.available(package))
    try:
        arguments = plugins.options(package, kind, function, entry or {})
    except plugins.UnknownNameError as error:
        raise SettingsError(f"{where}: {name}: {error}") from error
    options = options_of(section, entry)
    choices: Any = plugins.constant(package, kind, "CHOICES") or {}
    own = {key: required for key, required in arguments.items() if key not in GIVEN[section]}
    for key, value in options.items():
        _check_name(f"{where}: {name}", key, own)
        if key in choices:
            _check_name(f"{where}: {name}: {key}", value, choices[key])
    missing = [key for key, required in own.items() if required and key not in options]
    if missing:
        raise SettingsError(f"{where}: {name}: the option '{missing[0]}' is missing")


def _check_references(config: Settings) -> None:
    run = config["run"]
    _check_name("config.yaml: run: task", run["task"], plugins.available(TASKS))
    for section in ("datasets", "models", "interpretations"):
        _check_names(f"config.yaml: run: {section}", run[section], config[section])
    _check_scheme(config, run["scheme"])
    _check_names("config.yaml: run: matrices", run["matrices"], {*config["interpretations"], *config["products"]})
    for model in run["models"]:
        where = f"config.yaml: models: {model}: representation"
        _check_name(where, config["models"][model].get("representation", ""), config["representations"])
    for matrix in run["matrices"]:
        for method in methods_of(config, matrix):
            where = f"config.yaml: {_matrix_section(config, matrix)}: {matrix}"
            _check_name(where, method, run["interpretations"])
            kind = kind_of(method, config["interpretations"][method])
            axes: Any = plugins.constant("bandmap.interpret.methods", kind, "AXES")
            if axes == ("time",) or "with_region" in axes:
                gives = "resolves time only" if axes == ("time",) else "compares pairs of cells"
                raise SettingsError(f"{where}: {kind} {gives} and gives no matrix; remove it from run: matrices")
    for matrix in run["matrices"]:
        if not fits(config, run["models"], matrix):
            raise SettingsError(
                f"config.yaml: run: matrices: {matrix} works with none of the models {', '.join(run['models'])};"
                " choose another one from the table in docs/config.md"
            )


def lacking(config: Settings, model: str, method: str) -> list[str]:
    """Return the features that an interpretation needs and a model lacks; an empty list if they fit."""
    needs: Any = plugins.constant(
        "bandmap.interpret.methods", kind_of(method, config["interpretations"][method]), "NEEDS"
    )
    offers: Any = plugins.constant("bandmap.train.models", kind_of(model, config["models"][model]), "OFFERS")
    return [need for need in needs or () if need not in (offers or ())]


def fits(config: Settings, models: Iterable[str], matrix: str) -> bool:
    """Return whether some of the models offer all that the interpretations of a matrix need."""
    return any(not any(lacking(config, model, method) for method in methods_of(config, matrix)) for model in models)


def base_of(config: Settings, scheme: str) -> str:
    """Return the scheme that defines the folds: the base of a fine-tuning scheme, or the scheme itself."""
    entry = config["schemes"][scheme]
    return str(entry["base"]) if kind_of(scheme, entry) in CONTINUES else scheme


def _check_scheme(config: Settings, scheme: str) -> None:
    _check_name("config.yaml: run: scheme", scheme, config["schemes"])
    entry, where = config["schemes"][scheme], f"config.yaml: schemes: {scheme}"
    kind = kind_of(scheme, entry)
    if kind not in CONTINUES:
        _check_entry("schemes", scheme, entry)
        return
    for key in options_of("schemes", entry):
        _check_name(where, key, TUNING)
    missing = [key for key in TUNING if key not in entry]
    if missing:
        raise SettingsError(f"{where}: the option '{missing[0]}' is missing")
    _check_name(f"{where}: base", entry["base"], config["schemes"])
    base = kind_of(entry["base"], config["schemes"][entry["base"]])
    if base not in CONTINUES[kind]:
        raise SettingsError(f"{where}: base: {base} cannot be fine-tuned; choose one of {', '.join(CONTINUES[kind])}")
    _check_entry("schemes", entry["base"], config["schemes"][entry["base"]])


def _matrix_section(config: Settings, matrix: str) -> str:
    return "products" if matrix in config["products"] else "interpretations"


def methods_of(config: Settings, matrix: str) -> list[str]:
    """Return the interpretations of a matrix: itself, or the factors of a product (frequency, then channel)."""
    product = config["products"].get(matrix)
    return [matrix] if product is None else [product["frequency"], product["channel"]]


def _check_axes(config: Settings) -> None:
    rate_hz = config["harmonize"]["rate_hz"]
    if config["harmonize"]["low_pass_hz"] >= rate_hz / 2:
        raise SettingsError(
            f"config.yaml: harmonize: low_pass_hz {config['harmonize']['low_pass_hz']} is not below half of rate_hz"
            f" {rate_hz}; choose at most {rate_hz / 2 - 1:g}"
        )
    _check_bands(config["bands_hz"])
    _check_regions(config["regions"])


def _check_bands(bands_hz: Settings) -> None:
    known: list[str] = []
    for band, (low, high) in bands_hz.items():
        if not 0 <= low < high:
            raise SettingsError(
                f"config.yaml: bands_hz: {band}: {low} to {high} Hz is not a band; give the lower edge first"
            )
        for other in known:
            if low < bands_hz[other][1] and bands_hz[other][0] < high:
                first, second = sorted((band, other))
                raise SettingsError(
                    f"config.yaml: bands_hz: '{first}' and '{second}' overlap ({low} to {high} Hz)."
                    " Correct a misspelt name, or set one of them to null to remove it"
                )
        known.append(band)


def _check_regions(regions: Settings) -> None:
    seen: dict[str, str] = {}
    for region, electrodes in regions.items():
        for electrode in electrodes:
            _check_name(f"config.yaml: regions: {region}", electrode, POSITIONS)
            if electrode in seen:
                first, second = sorted((seen[electrode], region))
                raise SettingsError(
                    f"config.yaml: regions: '{first}' and '{second}' share {electrode}."
                    " Correct a misspelt name, or set one of them to null to remove it"
                )
            seen[electrode] = region


def _check_names(where: str, names: Sequence[str], possible: Iterable[str]) -> None:
    allowed = list(possible)
    for name in names:
        _check_name(where, name, allowed)


def _check_name(where: str, name: str, possible: Iterable[str]) -> None:
    allowed = list(possible)
    if name not in allowed:
        raise SettingsError(f"{where}: {plugins.did_you_mean(str(name), allowed)}")
