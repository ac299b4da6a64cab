"""Each dose's verdict, merged from the diseases of its vaccine; see :mod:`sesshu.schedule.verdicts`."""

import numpy as np

from sesshu.schedule.population.columns import Column
from sesshu.schedule.population.evaluating import NOT_VALID, VALID
from sesshu.schedule.population.grounds import Ground, grounds
from sesshu.schedule.population.organising import History
from sesshu.schedule.population.selecting import OUTCOME, Disease


def _nothing(count: int, evaluation: int) -> tuple[Column, ...]:
    return (
        np.full(count, evaluation, np.int8), np.full(count, -1, np.int8), np.zeros(count, bool),
        np.zeros(count, np.int64),
    )  # fmt: skip


class Outcomes:
    """What every dose came to against every disease; 0 where no series of it applies."""

    def __init__(self, history: History) -> None:
        self.history = history
        self._found: dict[str, tuple[Column, ...]] = {}

    def note(self, code: str, disease: Disease) -> None:
        """Take down the outcomes of the disease whose records the history has made last."""
        count = len(self.history.doses)
        kept, row, column = self.history.where()
        found = _nothing(count, 0)
        matrices = [getattr(disease, name) for name in OUTCOME]
        for values, matrix in zip(found, matrices, strict=True):
            values[kept] = matrix[row, column]
        self._found[code] = found

    def verdicts(self) -> tuple[Column, ...]:
        """Evaluation, number, routine and ground of every dose."""
        found = _nothing(len(self.history.doses), NOT_VALID)
        found[3][:] = grounds(self.history.rows.pack).packed(Ground("barred"))
        pack, given = self.history.rows.pack, self.history.doses.vaccine
        for n, vaccine in enumerate(pack.vaccines.values()):
            for p, programme in enumerate(pack.programmes.values()):
                if programme.code in vaccine.programmes:
                    some = np.flatnonzero(self.history.usable & (given == n) & (self.history.programme == p))
                    against = [d for d in vaccine.against if d in self._found]
                    if len(vaccine.programmes) > 1:
                        against = [d for d in against if d in programme.diseases]
                    decisive = [d for d in against if programme.whole and d in programme.diseases]
                    if len(some) and against:
                        self._merge(found, some, against, decisive)
        counted = (found[0] == VALID) | (found[0] == NOT_VALID)
        found[1][~counted] = -1
        return found

    def _merge(
        self, found: tuple[Column, ...], some: Column, against: list[str], decisive: list[str]
    ) -> None:
        all_of = [tuple(values[some] for values in self._found[d]) for d in against]
        chosen = self._any(all_of)
        if decisive:
            needed = [parts for d, parts in zip(against, all_of, strict=True) if d in decisive]
            by_all = np.array([against.index(d) for d in decisive])[self._all(needed)]
            known = np.any([parts[0] > 0 for parts in needed], axis=0)
            chosen = np.where(known, by_all, chosen)
        known = np.any([parts[0] > 0 for parts in all_of], axis=0)
        for values, parts in zip(found, zip(*all_of, strict=True), strict=True):
            merged = np.choose(chosen, parts)
            values[some[known]] = merged[known]

    def _any(self, outcomes: list[tuple[Column, ...]]) -> Column:
        """The first that is valid, else the first."""
        scores = [np.where(e == VALID, 0, np.where(e > 0, 1, 9)) for e, *_ in outcomes]
        return np.asarray(np.argmin(scores, axis=0))

    def _all(self, outcomes: list[tuple[Column, ...]]) -> Column:
        """The outcome that tells against the dose, if any; else the least advanced."""
        scores = []
        for evaluation, number, routine, _ in outcomes:
            plain = np.where(
                (evaluation != VALID) | ~routine, 1, 1000 + np.maximum(number, 0).astype(np.int16)
            )
            score = np.where(evaluation == NOT_VALID, 0, plain)
            scores.append(np.where(evaluation > 0, score, 9999))
        return np.asarray(np.argmin(scores, axis=0))
