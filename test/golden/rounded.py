"""Writes test/golden/rounded.json: how far PyTorch in bf16 (autocast over weights in single precision) is from itself in double
precision in the cases of make.py: what the engine's own bf16 is measured by. Logits are those of all batches before any update
(of one batch a case has as few as six), the root of their mean square error beside that of themselves; gradients the worst
deviation of a tensor on the first batch.

    .venv/bin/python test/golden/rounded.py
"""

import base64
import json
import pathlib

import torch

import make

found = {}


def deviation(got, expected):
    """As `deviation` of src-main/engine/backends/stored.ts, over every entry."""
    got, expected = got.detach().double(), expected.detach().double()
    return float((got - expected).abs().max() / expected.abs().max().clamp(min=1e-12))


def passed(model, binding, batches, loss_of):
    """The logits of all batches, and the gradients of the first."""
    outputs = []
    for i, batch in enumerate(batches):
        model.zero_grad()
        loss, logits = loss_of(batch)
        outputs.append(logits.detach().reshape(-1))
        if i == 0:
            loss.backward()
            gradients = {n: binding.view(n, gradient=True).detach().clone().double() for n in binding.entries}
    return torch.cat(outputs), gradients


def measured(model, binding, batches, loss_of):
    binding.fill()
    exact, gradients = passed(model, binding, batches, loss_of)
    model.float()
    torch.set_default_dtype(torch.float32)
    with torch.autocast("cpu", torch.bfloat16):
        rounded, slopes = passed(model, binding, batches, loss_of)
    torch.set_default_dtype(torch.float64)
    model.double()
    # The bias of keys has no true gradient where keys are not turned.
    worst = max(deviation(slopes[n], gradients[n]) for n in gradients if not n.endswith("k.bias"))
    off = float((rounded.double() - exact).norm() / exact.norm())
    return dict(losses=[], norms=[], logits=off, gradients=worst, outputs=exact.float())


def write(name, spec, batches, results):
    if spec["kind"] == "transformer":
        found[name] = {key: float(f"{results[key]:.4g}") for key in ("logits", "gradients")}
        print(name, found[name])
        found[name]["outputs"] = base64.b64encode(results["outputs"].numpy().tobytes()).decode()


make.train, make.write = measured, write
make.main()
made = f"torch {torch.__version__}, bf16 autocast"
pathlib.Path(__file__).with_name("rounded.json").write_text(json.dumps(dict(made=made, cases=found), indent=2) + "\n")
