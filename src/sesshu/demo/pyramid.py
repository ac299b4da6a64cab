"""The ages of a Japanese city: how many of each, and the drawing of people from them without replacement."""

import math
from random import Random

# Share per 1,000 residents of each five-year group from 0–4, in the shape of Japan's regional cities in the
# mid-2020s: few infants, a broad back at 45–54 and at 70–79, a long thin top. Rounded, not a statistic.
GROUPS = (30, 37, 42, 45, 45, 46, 47, 53, 60, 70, 77, 67, 62, 61, 68, 66, 52, 38, 22, 8, 1)
OLDEST = 108


def female_share(age: int) -> float:
    """Share of women at an age: a little under half to fifty, six in seven at a hundred."""
    beyond_fifty = min(max(age - 50, 0), 50) / 50
    return 0.488 + 0.37 * math.pow(beyond_fifty, 2.3)


def ages(residents: int) -> list[int]:
    """How many residents have each age from 0 to OLDEST; sums to `residents`."""
    weights = [_weight(age) for age in range(OLDEST + 1)]
    total = sum(weights)
    exact = [residents * weight / total for weight in weights]
    counts = [int(share) for share in exact]
    by_rest = sorted(range(len(exact)), key=lambda age: counts[age] - exact[age])
    for age in by_rest[: residents - sum(counts)]:
        counts[age] += 1
    return counts


def _weight(age: int) -> float:
    if age < 100:
        return GROUPS[age // 5] / 5
    return GROUPS[20] * 0.5 ** (age - 99)


class Pool:
    """The people not yet placed in a household, counted by sex and age."""

    def __init__(self, residents: int) -> None:
        women = {age: round(count * female_share(age)) for age, count in enumerate(ages(residents))}
        self._left = {
            "1": [count - women[age] for age, count in enumerate(ages(residents))],
            "2": [women[age] for age in range(OLDEST + 1)],
        }
        self.left = residents

    def draw(self, rng: Random, below: int = OLDEST + 1) -> tuple[str, int] | None:
        """Anyone under the age `below`, all being equally likely; None when nobody such is left."""
        left = sum(sum(counts[:below]) for counts in self._left.values())
        place = int(rng.random() * left)
        for sex, counts in self._left.items():
            for age, count in enumerate(counts[:below]):
                if place < count:
                    return self._take(sex, age)
                place -= count
        return None

    def near(self, sex: str, age: int, reach: int = 4) -> int | None:
        """The age of someone of that sex nearest to `age`, taken out; None when nobody is within reach."""
        counts = self._left[sex]
        for distance in range(reach + 1):
            for candidate in (age - distance, age + distance):
                if 0 <= candidate <= OLDEST and counts[candidate]:
                    return self._take(sex, candidate)[1]
        return None

    def _take(self, sex: str, age: int) -> tuple[str, int]:
        self._left[sex][age] -= 1
        self.left -= 1
        return sex, age
