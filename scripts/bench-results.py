"""The resamples of a result with numpy, as one who knows it would write them: the peer of bench-results.mjs.

Nine models (three seeds of supervisor, student and ceiling): 10,000 resamples of accuracy, 2,000 of the other metrics.
python bench-results.py ROWS; prints seconds by name as JSON.
"""

import json
import sys
import time

import numpy as np

rows = int(sys.argv[1])
models, bins, round_of = 9, 15, 3
rng = np.random.default_rng(0)
truth = np.arange(rows) % 2
score = np.clip(0.5 + (truth - 0.5) * 0.4 + rng.normal(0, 0.25, (models, rows)), 0.001, 0.999)
right = ((score > 0.5) == truth).astype(float)
brier = 2 * (score - truth) ** 2
loss = -np.log(np.where(truth, score, 1 - score))
sure = np.maximum(score, 1 - score)
bin_of = np.clip(np.ceil(sure * bins) - 1, 0, bins - 1).astype(int)


def times(resamples):
    drawn = rng.integers(0, rows, (resamples, rows))
    return np.stack([np.bincount(one, minlength=rows) for one in drawn]).astype(float)


def auroc(weights):
    for of in score:
        order = np.argsort(of)
        sorted_weights = weights[:, order]
        positive = sorted_weights * truth[order]
        rest = sorted_weights - positive
        below = np.cumsum(rest, axis=1)
        (positive * below).sum(axis=1) / (positive.sum(axis=1) * below[:, -1])


def ece(weights):
    for of, bin_, good in zip(sure, bin_of, right):
        one_hot = np.zeros((rows, bins))
        one_hot[np.arange(rows), bin_] = good - of
        np.abs(weights @ one_hot).sum(axis=1) / weights.sum(axis=1)


def everything():
    all_times = times(10_000)
    all_times @ right.T / rows
    few = all_times[:2_000]
    few @ brier.T / rows
    few @ loss.T / rows
    auroc(few)
    ece(few)


def accuracy():
    times(10_000) @ right.T / rows


def timed(work):
    found = []
    for _ in range(round_of):
        began = time.perf_counter()
        work()
        found.append(time.perf_counter() - began)
    return sorted(found)[round_of // 2]


print(json.dumps({"all metrics": timed(everything), "accuracy": timed(accuracy)}))
