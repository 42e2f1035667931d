"""Writes reference.json: small language models that read a few texts, by PyTorch and transformers in double precision.

    python3 -m venv .venv && .venv/bin/pip install torch==2.13.0 transformers==5.24.0
    .venv/bin/python test/golden/adapt/make.py

The library's own classes, tokenizers and AdamW on the tiny models of test/golden/models; nothing of this project's code runs
here. Every update sees all texts, so that no order of them has a say. Of the weights a sample of every tensor is kept.
"""

import json
import math
import pathlib

import torch
import transformers

HERE = pathlib.Path(__file__).parent
MODELS = {"tiny-llama": "llama", "tiny-gpt2": "gpt2", "tiny-neox": "neox"}
TEXTS = [
    "the river was full of stones and small fish",
    "what kind of a model is this one",
    "the film that we saw was not a good film",
    "a long text, which goes on and on until nobody knows any more what it was that it began with, and so is cut",
    "it rained the whole day",
    "no",
    "the kind of text that a model reads",
    "a better answer is a shorter one",
]
HELD_OUT = ["the fish of the river", "what was it that we saw", "a good answer"]
TOKENS = 24
STEPS = 6
OPTIMISER = {"epochs": 1.5 * STEPS, "batch": 12, "lr": 2e-3, "schedule": "cosine", "weightDecay": 0.1, "clipNorm": 1.0}
SAMPLE = 12


def nll(model, lists):
    """Summed next-token loss over texts that are passed one by one, and the number of tokens that are foretold."""
    total, count = 0.0, 0
    for ids in lists:
        logits = model(torch.tensor([ids])).logits[0, :-1]
        total = total + torch.nn.functional.cross_entropy(logits, torch.tensor(ids[1:]), reduction="sum")
        count += len(ids) - 1
    return total, count


def bits_per_byte(model, tokenizer, lists):
    told = [tokenizer.decode(ids[1:], skip_special_tokens=True, clean_up_tokenization_spaces=False) for ids in lists]
    with torch.no_grad():
        return float(nll(model, lists)[0]) / math.log(2) / sum(len(text.encode()) for text in told)


def sample(tensor):
    flat = tensor.detach().flatten()
    step = max(1, len(flat) // SAMPLE)
    return [float(value) for value in flat[::step][:SAMPLE]]


def reference(name):
    place = HERE.parent / "models" / name
    tokenizer = transformers.AutoTokenizer.from_pretrained(place)
    model = transformers.AutoModelForCausalLM.from_pretrained(place, dtype=torch.float64, attn_implementation="eager").eval()
    read = lambda texts: [ids for text in texts if len(ids := tokenizer(text, truncation=True, max_length=TOKENS)["input_ids"]) > 1]
    texts, held_out = read(TEXTS), read(HELD_OUT)
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=OPTIMISER["lr"], betas=(0.9, 0.999), eps=1e-8, weight_decay=OPTIMISER["weightDecay"]
    )
    # By the names in the files: a tied head is no tensor of them.
    tied = model.config.tie_word_embeddings
    head = "embed_out.weight" if name == "tiny-neox" else "lm_head.weight"
    named = lambda: {
        head if key == "lm_head.weight" else key: sample(value)
        for key, value in model.state_dict().items()
        if not (tied and key == "lm_head.weight")
    }
    before = named()
    bits = [bits_per_byte(model, tokenizer, held_out)]
    losses = []
    for step in range(STEPS):
        for group in optimiser.param_groups:
            group["lr"] = OPTIMISER["lr"] * (1 + math.cos(math.pi * step / STEPS)) / 2
        total, count = nll(model, texts)
        loss = total / count
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), OPTIMISER["clipNorm"])
        optimiser.step()
        losses.append(float(loss.detach()))
    bits.append(bits_per_byte(model, tokenizer, held_out))
    weights = named()
    moved = max(abs(a - b) for key in weights for a, b in zip(weights[key], before[key]))
    print(name, len(texts), "texts", losses, bits, "moved", moved)
    return {"texts": len(texts), "losses": losses, "bitsPerByte": bits, "weights": weights}


if __name__ == "__main__":
    told = {"texts": TEXTS, "heldOut": HELD_OUT, "tokens": TOKENS, "steps": STEPS, "optimiser": OPTIMISER, "sample": SAMPLE}
    told["models"] = {name: reference(name) for name in MODELS}
    (HERE / "reference.json").write_text(json.dumps(told) + "\n")
