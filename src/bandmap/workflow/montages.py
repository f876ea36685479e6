"""Whether data sets, models and regions fit the montage of a run."""

from collections.abc import Mapping

from bandmap.vocabulary import plugins
from bandmap.vocabulary.montages import MONTAGES, OLD_NAMES
from bandmap.workflow.settings import PLUGINS, Settings, SettingsError, kind_of


def check_montages(config: Settings, harmonize: Mapping[str, Settings]) -> None:
    """Check the montage of the run, and that of each imported model, against data sets and regions.

    Parameters
    ----------
    config : mapping
        The settings.
    harmonize : mapping of str to mapping
        Imported model -> how recordings are harmonized for it.

    Raises
    ------
    SettingsError
        If a data set cannot be converted to a montage, or no channel of a montage is in a region.
    """
    montages = {f"models: {name}": str(own["montage"]) for name, own in harmonize.items()}
    montages["harmonize: montage"] = config["harmonize"]["montage"]
    for where, montage in montages.items():
        _check_datasets(config, where, montage)
        _check_regions(config["regions"], where, montage)


def _check_datasets(config: Settings, where: str, montage: str) -> None:
    for name in config["run"]["datasets"]:
        plugin = plugins.load(PLUGINS["datasets"][0], kind_of(name, config["datasets"][name]))
        possible = getattr(plugin, "MONTAGES", None)
        if possible and montage not in possible:
            remedy = (
                f"set harmonize: montage: {possible[0]}"
                if where.startswith("harmonize")
                else "leave the model or the data set out"
            )
            raise SettingsError(
                f"config.yaml: {where}: recordings of {name} cannot be converted to {montage}, only to"
                f" {' and '.join(possible)}; {remedy}"
            )


def _check_regions(regions: Settings, where: str, montage: str) -> None:
    known = {OLD_NAMES.get(electrode, electrode) for electrodes in regions.values() for electrode in electrodes}
    ends = [end for channel in MONTAGES.get(montage, ()) for end in channel.split("-")]
    if ends and not known.intersection(ends):
        example = (
            "{left: [BTE1, BTE3], right: [BTE2, BTE4]}" if montage == "behind_ears" else f"{{region: [{ends[0]}]}}"
        )
        raise SettingsError(
            f"config.yaml: {where}: no electrode of {montage} is in a region, so a matrix would be empty; set regions:"
            f" {example} and the others to null"
        )
