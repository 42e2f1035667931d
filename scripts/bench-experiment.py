"""The plain PyTorch side of bench-experiment.mjs: what a researcher would write with torch and transformers.

Reads the trainings as JSON, prints {key: {seconds, accuracy}}. Each training loads its model, finetunes all weights with
AdamW on batches padded to their longest text, and predicts its splits at the given steps.
"""

import json
import sys
import time

import torch
from transformers import AutoModelForTokenClassification, AutoTokenizer
from transformers.utils import logging

EVALUATION_BATCH = 64


def logits_of(model, tokenizer, texts, limit, pooling):
    """[n, classes]: the linear head of the mean hidden state, or of the last one, as our models of this kind have it."""
    batch = tokenizer(texts, padding=True, truncation=True, max_length=limit, return_tensors="pt")
    batch.pop("token_type_ids", None)
    hidden = model.base_model(**batch).last_hidden_state
    mask = batch["attention_mask"]
    head = getattr(model, "classifier", None) or model.score
    if pooling == "mean":
        return head((hidden * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True))
    return head(hidden[torch.arange(len(texts)), mask.sum(1) - 1])


def loss_of(logits, targets, progress, loss):
    if loss["loss"] == "logconf":
        if targets.shape[1] != 2:
            raise ValueError(f"expected two classes, for which the code of the paper has a rule, got {targets.shape[1]}")
        alpha = loss["alphaMax"] * min(1.0, progress / loss["warmup"])
        first = torch.softmax(logits, -1)[:, 0].detach()
        hard = (first < torch.quantile(first, targets[:, 1].mean())).long()
        targets = (1 - alpha) * targets + alpha * torch.nn.functional.one_hot(hard, targets.shape[1])
    return torch.nn.functional.cross_entropy(logits, targets)


def predict(model, tokenizer, examples, limit, pooling):
    model.eval()
    with torch.no_grad():
        parts = [
            logits_of(model, tokenizer, [e["text"] for e in examples[at : at + EVALUATION_BATCH]], limit, pooling)
            for at in range(0, len(examples), EVALUATION_BATCH)
        ]
    return torch.softmax(torch.cat(parts), -1)


def train(work, task, supervised):
    tokenizer = AutoTokenizer.from_pretrained(work["model"], padding_side="right")
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    limit, pooling = work["tokens"], work["pooling"]
    model = AutoModelForTokenClassification.from_pretrained(work["model"])
    # Dropout off, as our engine has none.
    model.eval()
    optimiser = torch.optim.AdamW(model.parameters(), lr=1.0, weight_decay=work["weightDecay"])
    examples = task[work["trainOn"]]
    truth = torch.nn.functional.one_hot(torch.tensor([e["label"] for e in examples]), task["classes"]).float()
    targets = truth if work["supervisor"] is None else supervised[work["supervisor"]][work["trainOn"]]
    steps, predictions = len(work["batches"]), {}
    for step in range(steps + 1):
        if step in work["evaluations"]:
            for split in work["splits" if step == work["evaluations"][-1] else "followed"]:
                predictions[split] = predict(model, tokenizer, task[split], limit, pooling)
        if step == steps:
            break
        chosen = work["batches"][step]
        logits = logits_of(model, tokenizer, [examples[i]["text"] for i in chosen], limit, pooling)
        loss = loss_of(logits, targets[chosen], step / steps, work["loss"])
        optimiser.zero_grad()
        loss.backward()
        if work["clipNorm"] > 0:
            torch.nn.utils.clip_grad_norm_(model.parameters(), work["clipNorm"])
        for group in optimiser.param_groups:
            group["lr"] = work["lr"][step]
        optimiser.step()
    return predictions


def main():
    logging.disable_progress_bar()
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
