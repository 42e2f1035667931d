"""Reference values of prompting: what transformers holds each answer for after a prompt that is written out here.

    python prompts.py ../../../resources/models/pocket-m SMOLLM2.gguf       (torch, transformers and gguf as make.py)

The prompts stand here as whole texts, put together by no code of the lab. A score is the log-likelihood of the answer's
tokens, in double precision; a prompt has the special tokens with which the tokenizer begins a text.
"""
import json
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

from smollm2 import open_smollm2

QUESTION = 'Is this a review of a film? Respond with "other matters" or "film".'
SHOT_A = "The director’s first picture is slow, and too long by half.\nAnswer: film\n\n"
SHOT_B = "Boil the rice for 12 minutes, then add salt.\nAnswer: other matters\n\n"
TEXTS = ["A moving comedy with a fine cast.", "The train leaves at 7.40 from platform 3.", "I left after ten minutes — dull!"]
ANSWERS = [" other matters", " film"]

CASES = {
    "zero-shot": [f"{QUESTION}\n\n{text}\nAnswer:" for text in TEXTS],
    "2-shot": [f"{QUESTION}\n\n{SHOT_A}{SHOT_B}{text}\nAnswer:" for text in TEXTS],
}


def scores(model, encode, prompt):
    start, out = encode(prompt, True), []
    for answer in ANSWERS:
        ids = start + encode(answer, False)
        with torch.no_grad():
            logits = model(torch.tensor([ids])).logits[0].double()
        steps = torch.log_softmax(logits, -1)
        out.append(sum(float(steps[i - 1, ids[i]]) for i in range(len(start), len(ids))))
    return [round(score, 7) for score in out]


def main(pocket, smollm2):
    tokenizer = PreTrainedTokenizerFast.from_pretrained(pocket)
    small = AutoModelForCausalLM.from_pretrained(pocket, dtype=torch.float32).double().eval()
    large, cut = open_smollm2(smollm2)
    found = {
        "pocket-m": (small, lambda text, begins: tokenizer.encode(text, add_special_tokens=begins)),
        "smollm2-135m-instruct": (large, lambda text, begins: cut.encode(text, add_special_tokens=begins).ids),
    }
    told = {
        name: {case: [scores(model, encode, prompt) for prompt in prompts] for case, prompts in CASES.items()}
        for name, (model, encode) in found.items()
    }
    out = {"texts": TEXTS, "answers": ANSWERS, "prompts": CASES, "scores": told}
    text = json.dumps(out, ensure_ascii=False, indent=1) + "\n"
    (Path(__file__).parent / "prompts.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
