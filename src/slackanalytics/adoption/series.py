"""What a series of figures does: how steep it is, how sure that is, how much it scatters, where it goes next.

Medians throughout, so that a week of holidays or a bad day does not decide.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from statistics import median

SCALE = 1.4826
"""Standard deviations in a median absolute deviation of normal noise."""


@dataclass(frozen=True, slots=True)
class Point:
    """Provisioned and active people of a week, a day or a period."""

    at: date
    """The Monday of a week, or the day."""
    provisioned: int
    active: int

    @property
    def rate(self) -> float:
        """Active of provisioned, 0 to 1."""
        return self.active / self.provisioned if self.provisioned else 0.0


def together(points: Sequence[Point]) -> Point:
    """Groups that share nobody, as one."""
    return Point(points[0].at, sum(each.provisioned for each in points), sum(each.active for each in points))


def steepness(values: Sequence[float]) -> float:
    """The median slope between all pairs (Theil and Sen: https://doi.org/10.1080/01621459.1968.10480934)."""
    return median((b - a) / (m - n) for (n, a), (m, b) in combinations(enumerate(values), 2))


def start(values: Sequence[float], slope: float) -> float:
    """Where a line of that slope begins that has half of the values on each side."""
    return median(value - slope * n for n, value in enumerate(values))


def certainty(values: Sequence[float]) -> float:
    """How many standard errors a series is from having no direction (Mann and Kendall: https://doi.org/10.2307/1907187)."""
    n = len(values)
    score = sum((b > a) - (b < a) for a, b in combinations(values, 2))
    return max(0, abs(score) - 1) / math.sqrt(n * (n - 1) * (2 * n + 5) / 18)


def scatter(values: Sequence[float]) -> float:
    """The standard deviation, as the median absolute deviation has it."""
    middle = median(values)
    return SCALE * median(abs(each - middle) for each in values)


def ahead(values: Sequence[float]) -> float:
    """The next value: the line through these, one step on."""
    slope = steepness(values) if len(values) > 1 else 0.0
    return start(values, slope) + slope * len(values)


def misses(values: Sequence[float], *, first: int) -> list[float]:
    """By how much each value differed from what those before it let expect, from the `first` on."""
    return [values[n] - ahead(values[:n]) for n in range(first, len(values))]


def error(one: Point, other: Point) -> float:
    """
    The standard error of the difference between two rates, if both groups were alike.

    Half a person of each is added to it: rates of small groups are less smooth than the normal distribution.
    """
    sizes = 1 / max(1, one.provisioned) + 1 / max(1, other.provisioned)
    pooled = (one.active + other.active) / max(1, one.provisioned + other.provisioned)
    return math.sqrt(pooled * (1 - pooled) * sizes) + sizes / 6
