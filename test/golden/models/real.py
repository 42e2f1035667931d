"""Reference values of the real models that the tests use where they have been fetched (`W2S_CACHE`).

    python real.py PARAPHRASE.onnx MINILM_L6_FOLDER SMOLLM2.gguf       (as make.py, and onnxruntime)

MiniLM-L3 is run by onnxruntime, so that nothing depends on the names of its weights; SmolLM2 see smollm2.py.
"""
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from tokenizers import Tokenizer
from transformers import AutoModel

from smollm2 import open_smollm2
from texts import TEXTS

SENTENCES = ["A whale is a kind of mammal.", "a sparrow is a kind of bird", "Granite: 3 minerals, 1 rock (igneous)."]


def rounded(values):
    return [float(f"{v:.7g}") for v in values]


def word_pieces(folder):
    tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def entry(tokenizer, output):
    out = []
    for text in SENTENCES:
        ids = tokenizer.encode(text).ids
        out.append({"text": text, "ids": ids, **output(ids)})
    return {"outputs": out, "tokens": [tokenizer.encode(text).ids for text in TEXTS]}


def minilm_l3(path, tokenizer):
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])

    def output(ids):
        feed = {"input_ids": np.array([ids]), "attention_mask": np.ones((1, len(ids)), np.int64)}
        states = next(o for o in session.run(None, feed) if o.shape == (1, len(ids), 384))
        return {"values": rounded(states[0].mean(0))}

    return entry(tokenizer, output)


def minilm_l6(folder, tokenizer):
    model = AutoModel.from_pretrained(folder, dtype=torch.float32).double().eval()

    def output(ids):
        with torch.no_grad():
            return {"values": rounded(model(torch.tensor([ids])).last_hidden_state[0].mean(0).tolist())}

    return entry(tokenizer, output)


def smollm2(path):
    model, tokenizer = open_smollm2(path)

    def output(ids):
        with torch.no_grad():
            logits = model(torch.tensor([ids])).logits[0, -1]
        # Every 97th logit of the last token, and the sum over all of them.
        sums = {"best": int(logits.argmax()), "logSumExp": float(torch.logsumexp(logits, 0))}
        return {"every": 97, "values": rounded(logits[::97].tolist()), **sums}

    return entry(tokenizer, output)


if __name__ == "__main__":
    l3, l6, smol = sys.argv[1:]
    pieces = word_pieces(l6)
    out = {"minilm-l3": minilm_l3(l3, pieces), "minilm-l6": minilm_l6(l6, pieces), "smollm2-135m-instruct": smollm2(smol)}
    path = Path(__file__).parent / "real.json"
    path.write_text(json.dumps(out, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
