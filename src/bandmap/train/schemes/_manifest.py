"""A frozen table of folds together with the current recordings."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bandmap.train.schemes._leakage import check_no_leak
from bandmap.train.schemes._table import ROLES, Member, Row, member_of, recordings_by_member
from bandmap.vocabulary.plugins import UnknownNameError, did_you_mean


@dataclass(frozen=True)
class Manifest:
    """Quick lookup of the roles in each fold, checked for leakage.

    Attributes
    ----------
    rows : tuple of mapping
        The table of folds. A row without a recording stands for all recordings of the subject, including later ones.
    recordings : tuple of mapping
        All current recordings: dataset, subject and recording, those of one subject in chronological order.

    Raises
    ------
    LeakageError, ValueError
        As in `check_no_leak`.
    """

    rows: tuple[Row, ...] = field(repr=False)
    recordings: tuple[Row, ...] = field(repr=False)

    def __post_init__(self) -> None:
        check_no_leak(self.rows, self.recordings)

    @classmethod
    def of(cls, rows: Iterable[Row], recordings: Iterable[Row]) -> "Manifest":
        """Return the manifest for two iterables."""
        return cls(tuple(rows), tuple(recordings))

    def names(self) -> list[str]:
        """Return the folds in the order of the table."""
        return list(self._rows_of)

    def members(self, fold: str, *roles: str) -> list[Row]:
        """Return the recordings with one of the given roles in a fold, in the order of `recordings`.

        Raises
        ------
        UnknownNameError
            If there is no such fold or role.
        """
        if fold not in self._rows_of:
            raise UnknownNameError(f"fold: {did_you_mean(fold, self._rows_of)}")
        for role in roles:
            if role not in ROLES:
                raise UnknownNameError(f"role: {did_you_mean(role, ROLES)}")
        chosen = self._expanded(row for row in self._rows_of[fold] if row["role"] in roles)
        return sorted(chosen, key=lambda row: self._places[member_of(row)])

    def testing(self, recording: Row) -> str | None:
        """Return the fold that tests a recording, given as a row with dataset and recording, or None."""
        return self._tested.get((recording["dataset"], recording["recording"]))

    @cached_property
    def _rows_of(self) -> Mapping[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self.rows:
            found[row["fold"]].append(row)
        return dict(found)

    def _expanded(self, rows: Iterable[Row]) -> list[Row]:
        return [recording for row in rows for recording in self._known.get(member_of(row), ())]

    @cached_property
    def _known(self) -> Mapping[Member, list[Row]]:
        return recordings_by_member(self.recordings)

    @cached_property
    def _places(self) -> Mapping[Member, int]:
        return {member_of(row): place for place, row in enumerate(self.recordings)}

    @cached_property
    def _tested(self) -> Mapping[tuple[str, str], str]:
        return {
            (recording["dataset"], recording["recording"]): fold
            for fold, rows in self._rows_of.items()
            for recording in self._expanded(row for row in rows if row["role"] == "test")
        }
