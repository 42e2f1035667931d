#!/usr/bin/env python3
"""Two-sided exact sign test in whole numbers and fractions, with nothing of the lab; writes sign-test.json beside it.

p = min(1, 2 sum_{k <= min(a, b)} C(a + b, k) / 2^(a + b)). scipy.stats.binomtest(a, a + b) gives the same."""
import json
from fractions import Fraction
from math import comb
from pathlib import Path

PAIRS = [(1, 0), (3, 1), (6, 0), (10, 2), (15, 5), (25, 12), (7, 7), (40, 41), (59, 27), (121, 59), (300, 260), (1200, 1100), (2600, 2300)]


def p(more, fewer):
    n, least = more + fewer, min(more, fewer)
    return float(min(Fraction(1), Fraction(2 * sum(comb(n, k) for k in range(least + 1)), 2 ** n)))


cases = [{'more': a, 'fewer': b, 'p': p(a, b)} for a, b in PAIRS]
Path(__file__).with_suffix('.json').write_text(json.dumps({'cases': cases}, indent=2).replace('e-0', 'e-') + '\n')
