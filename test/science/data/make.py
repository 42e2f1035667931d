"""Writes torch-loss-cases.json: losses and their gradients by PyTorch's own functions and autograd, in double precision.

    python3 -m venv .venv && .venv/bin/pip install torch==2.13.0
    .venv/bin/python test/science/data/make.py

Written from the formulas, independently of the project's code, and by other means where there are any.
"""

import json
import pathlib

import torch
from torch.nn import functional

torch.set_default_dtype(torch.float64)
HERE = pathlib.Path(__file__).parent

BATCHES = [
    {
        "name": "two classes",
        "logits": [[2.0, -1.0], [-0.5, 0.5], [0.125, 0.0], [-3.0, 1.5], [0.75, 0.25]],
        "labels": [[0.875, 0.125], [0.25, 0.75], [0.625, 0.375], [0.0, 1.0], [0.5, 0.5]],
        "weights": [2.0, 0.0, 1.0, 0.5, 1.5],
        "other": [[0.5, 0.5], [0.75, 0.25], [1.0, 0.0], [0.125, 0.875], [0.25, 0.75]],
    },
    {
        "name": "three classes",
        "logits": [[1.0, 0.5, -2.0], [-0.25, 3.0, 0.5], [0.0, 0.0, 0.0], [40.0, -40.0, 0.0]],
        "labels": [[0.5, 0.25, 0.25], [0.125, 0.75, 0.125], [0.0, 0.0, 1.0], [0.25, 0.5, 0.25]],
        "weights": [0.25, 1.75, 1.0, 1.0],
        "other": [[0.25, 0.25, 0.5], [0.0, 1.0, 0.0], [0.5, 0.5, 0.0], [0.75, 0.125, 0.125]],
    },
]


def xent(z, batch):
    """Each example's cross-entropy, weighted; the mean is over the examples, whatever their weights sum to."""
    return functional.cross_entropy(z, batch["labels"], reduction="none")


def two_teachers(z, batch, first):
    """A weighted sum of the cross-entropies with two teachers."""
    one, two = (functional.cross_entropy(z, batch[name], reduction="none") for name in ("labels", "other"))
    return first * one + (1 - first) * two


def product(z, batch, alpha, beta):
    """openai/weak-to-strong loss.py: powers of probabilities, not of their logarithms, and no gradient through the product."""
    powers = torch.softmax(z, -1).detach() ** beta * batch["labels"] ** alpha
    return functional.cross_entropy(z, powers / powers.sum(-1, keepdim=True), reduction="none")


def entropy(z, batch, progress, alphaMax, warmup, schedule):
    """Cross-entropy and entropy of the own predictions, by an alpha that rises in a straight line."""
    alpha = alphaMax * min(progress / warmup, 1)
    own = torch.distributions.Categorical(logits=z).entropy()
    return (1 - alpha) * xent(z, batch) + alpha * own


CASES = [
    ("xent", xent, {}),
    ("two-teachers", two_teachers, {"first": 0.25}),
    ("product", product, {"alpha": 1, "beta": 1}),
    ("product", product, {"alpha": 0.5, "beta": 2}),
    ("product", product, {"alpha": 0, "beta": 1}),
    ("entropy", entropy, {"alphaMax": 0.5, "warmup": 0.25, "schedule": "linear"}),
]


def value(loss, params, progress, batch, weighted):
    data = {name: torch.tensor(batch[name]) for name in ("labels", "weights", "other")}
    z = torch.tensor(batch["logits"], requires_grad=True)
    arguments = {**params, "progress": progress} if "progress" in loss.__code__.co_varnames else params
    each = loss(z, data, **arguments)
    total = (each * data["weights"] if weighted else each).mean()
    total.backward()
    return {"value": total.item(), "gradient": z.grad.tolist()}


def main():
    cases = [
        {
            "loss": name,
            "batch": batch["name"],
            "params": params,
            "progress": progress,
            "weighted": weighted,
            **value(loss, params, progress, batch, weighted),
        }
        for name, loss, params in CASES
        for batch in BATCHES
        for progress in ([0.0, 0.125, 0.75] if "progress" in loss.__code__.co_varnames else [0.5])
        for weighted in (False, True)
    ]
    lines = ",\n".join(json.dumps(case) for case in cases)
    batches = json.dumps(BATCHES)
    text = f'{{"torch": "{torch.__version__}", "batches": {batches}, "cases": [\n{lines}\n]}}\n'
    (HERE / "torch-loss-cases.json").write_text(text)


if __name__ == "__main__":
    main()
