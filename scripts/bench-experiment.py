"""The plain PyTorch side of bench-experiment.mjs: what a researcher would write with torch and transformers.

Reads the trainings as JSON, prints {key: {seconds, accuracy}}. Each training loads its model, finetunes all weights with
AdamW on batches padded to their longest text, and predicts its splits at the given steps.
"""

import json
import sys
import time

import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer

EVALUATION_BATCH = 64


def logits_of(model, tokenizer, texts, limit):
    """[n, classes]: the linear head of the mean hidden state, as our models of this kind have it."""
    batch = tokenizer(texts, padding=True, truncation=True, max_length=limit, return_tensors="pt")
    hidden = model.base_model(**batch).last_hidden_state
    mask = batch["attention_mask"].unsqueeze(-1)
    return model.classifier((hidden * mask).sum(1) / mask.sum(1))


def loss_of(logits, targets, progress, loss):
    if loss["loss"] == "logconf":
        alpha = loss["alphaMax"] * min(1.0, progress / loss["warmup"])
        first = torch.softmax(logits, -1)[:, 0].detach()
        hard = (first < torch.quantile(first, targets[:, 1].mean())).long()
        targets = (1 - alpha) * targets + alpha * torch.nn.functional.one_hot(hard, targets.shape[1])
    return torch.nn.functional.cross_entropy(logits, targets)


def predict(model, tokenizer, examples, limit):
    model.eval()
    with torch.no_grad():
        parts = [
            logits_of(model, tokenizer, [e["text"] for e in examples[at : at + EVALUATION_BATCH]], limit)
            for at in range(0, len(examples), EVALUATION_BATCH)
        ]
    return torch.softmax(torch.cat(parts), -1)


def train(work, task, supervised):
    tokenizer = AutoTokenizer.from_pretrained(work["model"])
    model = AutoModelForTokenClassification.from_pretrained(work["model"])
    # Dropout off, as our engine has none.
    model.eval()
    optimiser = torch.optim.AdamW(model.parameters(), lr=1.0, weight_decay=work["weightDecay"])
    examples = task[work["trainOn"]]
    truth = torch.nn.functional.one_hot(torch.tensor([e["label"] for e in examples]), 2).float()
    targets = truth if work["supervisor"] is None else supervised[work["supervisor"]][work["trainOn"]]
    steps, predictions = len(work["batches"]), {}
    for step in range(steps + 1):
        if step in work["evaluations"]:
            for split in work["splits" if step == work["evaluations"][-1] else "followed"]:
                predictions[split] = predict(model, tokenizer, task[split], work["tokens"])
        if step == steps:
            break
        chosen = work["batches"][step]
        logits = logits_of(model, tokenizer, [examples[i]["text"] for i in chosen], work["tokens"])
        loss = loss_of(logits, targets[chosen], step / steps, work["loss"])
        optimiser.zero_grad()
        loss.backward()
        for group in optimiser.param_groups:
            group["lr"] = work["lr"][step]
        optimiser.step()
    return predictions


def main():
    with open(sys.argv[1], encoding="utf8") as file:
        work = json.load(file)
    results, supervised = {}, {}
    for training in work["trainings"]:
        task = work["tasks"][training["task"]]
        started = time.perf_counter()
        predictions = train(training, task, supervised)
        seconds = time.perf_counter() - started
        supervised[training["key"]] = predictions
        truth = torch.tensor([e["label"] for e in task["test"]])
        accuracy = (predictions["test"].argmax(-1) == truth).float().mean().item()
        results[training["key"]] = {"seconds": seconds, "accuracy": accuracy}
        print(f"torch  {seconds:.1f} s, accuracy {accuracy:.3f}", file=sys.stderr)
    print(json.dumps(results))


main()
