"""Reference values for the learner, from PyTorch in double precision.

    python -m venv venv && venv/bin/pip install torch==2.13.0
    venv/bin/python test/engine/reference/make_reference.py > src-main/engine/backends/reference.json

Every case: a net, its weights, a batch, soft targets (none for the next-token loss), and three AdamW steps with clipping. Stored are the logits, the
loss and the gradients before each step, and the weights after the last one. Inputs have few digits, so that they are
the same numbers in single precision up to a rounding that the tolerance of 1e-4 does not see.
"""

import json

import torch
import transformer
from torch import nn

STEPS = 3
UPDATE = {"lr": 0.05, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weightDecay": 0.1, "clipNorm": 0.25}
# The bias of keys has no gradient, but for rounding: eps far above that, so that Adam makes no steps of it; and small
# steps, so that single precision stays near.
TRANSFORMER_UPDATE = UPDATE | {"lr": 0.01, "eps": 1e-3}
CASES = [
    {"kind": "mlp", "input": 5, "hidden": [], "classes": 2},
    {"kind": "mlp", "input": 6, "hidden": [5, 4], "classes": 3},
    {"kind": "bag", "vocabulary": 9, "width": 4, "hidden": [5], "classes": 2, "tuneEmbeddings": False},
    {"kind": "bag", "vocabulary": 9, "width": 4, "hidden": [5], "classes": 2, "tuneEmbeddings": True},
]
# Ragged, one example empty, tokens repeated within and across examples, token 8 never used.
LISTS = [[0, 1, 1, 2], [], [3], [2, 4, 5, 6, 7, 0], [1, 1, 1]]


def random(shape, generator):
    return (torch.randn(shape, generator=generator, dtype=torch.float64) * 0.7).round(decimals=3)


def flat(tensor):
    return [round(x, 9) for x in tensor.detach().reshape(-1).tolist()]


def build(net, generator):
    """Name -> parameter, in the order of the learner; weights are [in, out]."""
    parameters = {}
    width = net.get("width", net.get("input"))
    if net["kind"] == "bag":
        parameters["embeddings"] = nn.Parameter(
            random((net["vocabulary"], width), generator), requires_grad=net["tuneEmbeddings"]
        )
    for i, out in enumerate([*net["hidden"], net["classes"]]):
        name = "output" if i == len(net["hidden"]) else f"hidden.{i}"
        parameters[f"{name}.weight"] = nn.Parameter(random((width, out), generator))
        parameters[f"{name}.bias"] = nn.Parameter(random((out,), generator))
        width = out
    return parameters


def forward(net, parameters, features):
    if net["kind"] == "bag":
        lists = [torch.tensor(tokens, dtype=torch.long) for tokens in LISTS]
        offsets = torch.tensor([0, *[len(t) for t in lists]]).cumsum(0)[:-1]
        x = nn.functional.embedding_bag(torch.cat(lists), parameters["embeddings"], offsets, mode="mean")
    else:
        x = features
    names = [name[: -len(".weight")] for name in parameters if name.endswith(".weight")]
    for name in names:
        x = x @ parameters[f"{name}.weight"] + parameters[f"{name}.bias"]
        if name != "output":
            x = torch.relu(x)
    return x


def prepare(net, generator):
    """Parameters by name, the stored batch, and functions to the logits and to the next-token loss."""
    if net["kind"] == "transformer":
        body = transformer.Body(net, transformer.build(net, lambda shape: random(shape, generator)))
        return body.parameters, {"lists": LISTS}, lambda: body.forward(LISTS), lambda: body.language_loss(LISTS)
    parameters = build(net, generator)
    features = random((5, net["input"]), generator) if net["kind"] == "mlp" else None
    batch = {"dense": flat(features)} if features is not None else {"lists": LISTS}
    return parameters, batch, lambda: forward(net, parameters, features), None


def case(net, seed):
    generator = torch.Generator().manual_seed(seed)
    parameters, batch, logits_of, language_loss = prepare(net, generator)
    start = {name: p.detach().clone() for name, p in parameters.items()}
    is_language = net.get("head", {}).get("kind") == "language"
    classes = 0 if is_language else net.get("classes") or net["head"]["classes"]
    targets = torch.softmax(random((5, classes), generator), 1).round(decimals=3)
    if classes:
        targets[:, 0] = (1 - targets[:, 1:].sum(1)).round(decimals=3)
    trained = {name: p for name, p in parameters.items() if p.requires_grad}
    update = TRANSFORMER_UPDATE if net["kind"] == "transformer" else UPDATE
    optimiser = torch.optim.AdamW(
        trained.values(),
        lr=update["lr"],
        betas=(update["beta1"], update["beta2"]),
        eps=update["eps"],
        weight_decay=update["weightDecay"],
    )
    steps = []
    for _ in range(STEPS):
        optimiser.zero_grad()
        logits = logits_of()
        loss = language_loss() if is_language else -(targets * torch.log_softmax(logits, 1)).sum(1).mean()
        loss.backward()
        gradients = {name: flat(p.grad) for name, p in trained.items()}
        steps.append({"loss": round(loss.item(), 9), "logits": flat(logits), "gradients": gradients})
        nn.utils.clip_grad_norm_(trained.values(), update["clipNorm"])
        optimiser.step()
    return {
        "net": net,
        "update": update,
        "batch": {"n": 5, **batch},
        "targets": flat(targets),
        "weights": {name: flat(p) for name, p in start.items()},
        "steps": steps,
        "after": {name: flat(p) for name, p in trained.items()},
    }


if __name__ == "__main__":
    cases = [case(net, seed) for seed, net in enumerate([*CASES, *transformer.CASES])]
    print(json.dumps({"torch": torch.__version__, "cases": cases}))
