#!/usr/bin/env python3
"""Training dynamics and confident joints of made-up answers by numpy, from the definitions: writes looks.json beside itself.

    python3 test/science/metrics/reference/looks.py

Dynamics: arXiv 2009.10795 2 (mean, np.std and share of right answers over evaluations). Joint: arXiv 1911.00068 equation 1
(thresholds: mean self-confidence of the rows that bear a label; among the classes that reach theirs the most probable).
Made with numpy 2.4.6.
"""
import json
from pathlib import Path

import numpy as np

rng = np.random.default_rng(11)


def case(name, rows, classes, evaluations):
    truth = rng.integers(classes, size=rows)
    weak = rng.dirichlet(np.ones(classes), rows).astype(np.float32)
    student = rng.dirichlet(np.ones(classes) * 0.7, (evaluations, rows)).astype(np.float32)
    # As they are kept: all but class 0, which is the rest.
    def full(p):
        kept = p[..., 1:].astype(np.float64)
        return np.concatenate([1 - kept.sum(-1, keepdims=True), kept], -1)

    s, w = full(student), full(weak)
    held_right = np.take_along_axis(s, truth[None, :, None], 2)[..., 0]
    label, last = w.argmax(1), s[-1]
    thresholds = np.array([last[label == c, c].mean() if (label == c).any() else np.nan for c in range(classes)])
    counts = np.zeros((classes, classes), int)
    for row in range(rows):
        reach = [c for c in range(classes) if last[row, c] >= thresholds[c]]
        if reach:
            counts[label[row], max(reach, key=lambda c: last[row, c])] += 1
    return {
        "name": name,
        "classes": classes,
        "truth": truth.tolist(),
        "weak": weak[:, 1:].ravel().tolist(),
        "student": [p[:, 1:].ravel().tolist() for p in student],
        "confidence": held_right.mean(0).tolist(),
        "variability": held_right.std(0).tolist(),
        "correctness": (s.argmax(2) == truth).mean(0).tolist(),
        "thresholds": thresholds.tolist(),
        "joint": counts.tolist(),
    }


CASES = [case("two classes", 40, 2, 5), case("four classes", 60, 4, 3)]
Path(__file__).with_name("looks.json").write_text(json.dumps(CASES, separators=(",", ":")) + "\n")
