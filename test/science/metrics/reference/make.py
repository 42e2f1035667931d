#!/usr/bin/env python3
"""Values of metrics by scikit-learn and numpy, on made-up answers: writes metrics.json beside itself.

    python3 -m pip install scikit-learn && python3 test/science/metrics/reference/make.py

AUROC: roc_auc_score, one against the rest, plain mean over classes. Brier: brier_score_loss, not halved. Log loss: log_loss,
in nats. ECE: by its definition (arXiv 1706.04599 2), 15 bins of equal width, each with its upper end. Made with
scikit-learn 1.9.1 and numpy 2.4.6.
"""
import json
from pathlib import Path

import numpy as np
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

rng = np.random.default_rng(7)


def auroc(p, y, w):
    if p.shape[1] == 2:
        return roc_auc_score(y, p[:, 1], sample_weight=w)
    return float(np.mean([roc_auc_score(y == c, p[:, c], sample_weight=w) for c in range(p.shape[1])]))


def ece(p, y, w, bins=15):
    w = np.ones(len(y)) if w is None else w
    sure, right = p.max(1), p.argmax(1) == y
    edges = np.linspace(0, 1, bins + 1)
    total = 0.0
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (sure > low) & (sure <= high)
        if w[inside].sum() > 0:
            off = np.average(right[inside], weights=w[inside]) - np.average(sure[inside], weights=w[inside])
            total += abs(off) * w[inside].sum() / w.sum()
    return total


def brier(p, y, w):
    return brier_score_loss(y, p, sample_weight=w, labels=list(range(p.shape[1])), scale_by_half=False)


def logloss(p, y, w):
    return log_loss(y, p, sample_weight=w, labels=list(range(p.shape[1])))


METRICS = {'auroc': auroc, 'ece': ece, 'brier': brier, 'logloss': logloss}


def case(name, classes, rows, ties=False):
    y = rng.integers(0, classes, rows)
    scores = rng.normal(size=(rows, classes)) + 1.2 * np.eye(classes)[y]
    p = np.exp(1.5 * scores)
    p /= p.sum(1, keepdims=True)
    if ties:
        # Tenths, but for the ends: many answers are as sure as others.
        p[:, 1] = np.clip(np.round(p[:, 1], 1), 0.05, 0.95)
    rest = p[:, 1:].astype(np.float32)
    exact = rest.astype(float)
    whole = np.concatenate([1 - exact.sum(1, keepdims=True), exact], 1)
    w = np.bincount(rng.integers(0, rows, rows), minlength=rows).astype(float)
    values = {id: {'plain': float(of(whole, y, None)), 'weighted': float(of(whole, y, w))} for id, of in METRICS.items()}
    return {
        'name': name, 'classes': classes, 'truth': y.tolist(), 'probabilities': exact.ravel().tolist(),
        'weights': w.tolist(), 'values': values,
    }


cases = [case('two classes', 2, 80), case('two classes, with ties', 2, 80, ties=True), case('four classes', 4, 60)]
Path(__file__).with_name('metrics.json').write_text(json.dumps(cases) + '\n')
