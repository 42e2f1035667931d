"""Reference values of a training that goes on, for AdamW with moments in bf16: from PyTorch in double precision.

    venv/bin/python test/engine/reference/make_moments.py > src-main/engine/backends/moments.json

PyTorch keeps its moments exactly: the self-test allows what rounding them up or down by chance makes of that. Before the first
step all first moments are 0 and all second ones a power of two that bf16 has, so large that most of them then fall, by less than
half of what separates two numbers of bf16: rounded to the nearest they would stay.
"""

import base64
import json

import torch
import transformer
from make_reference import LISTS, STEPS, random
from torch import nn

UPDATES, SECOND = 7, 1 / 64
UPDATE = {"lr": 1, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weightDecay": 0.01, "clipNorm": 1}
NET = transformer.LLAMA | {"vocabulary": 16, "width": 16, "layers": 1, "headSize": 8, "inner": 20}


def packed(tensors):
    """All of them in a row, little-endian in single precision."""
    flat = torch.cat([tensor.detach().reshape(-1) for tensor in tensors]).float()
    return base64.b64encode(flat.numpy().tobytes()).decode()


def main():
    generator = torch.Generator().manual_seed(0)
    body = transformer.Body(NET, transformer.build(NET, lambda shape: random(shape, generator) / 2))
    parameters = list(body.parameters.values())
    start = packed(parameters)
    optimiser = torch.optim.AdamW(
        parameters,
        lr=UPDATE["lr"],
        betas=(UPDATE["beta1"], UPDATE["beta2"]),
        eps=UPDATE["eps"],
        weight_decay=UPDATE["weightDecay"],
    )
    for p in parameters:
        begun = {"exp_avg": torch.zeros_like(p), "exp_avg_sq": torch.full_like(p, SECOND)}
        optimiser.state[p] = {"step": torch.tensor(float(UPDATES)), **begun}
    targets = torch.arange(len(LISTS)) % NET["head"]["classes"]
    for _ in range(STEPS):
        optimiser.zero_grad()
        nn.functional.cross_entropy(body.forward(LISTS), targets).backward()
        nn.utils.clip_grad_norm_(parameters, UPDATE["clipNorm"])
        optimiser.step()
    state = [optimiser.state[p] for p in parameters]
    given = {"net": NET, "update": UPDATE, "lists": LISTS, "steps": STEPS, "updates": UPDATES, "second": SECOND}
    after = {
        "weights": packed(parameters),
        "first": packed([of["exp_avg"] for of in state]),
        "second": packed([of["exp_avg_sq"] for of in state]),
    }
    print(json.dumps({"torch": torch.__version__, **given, "weights": start, "after": after}))


main()
