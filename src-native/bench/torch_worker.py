"""The PyTorch side of scripts/bench-native.mjs: the same models, written plainly (scaled_dot_product_attention, fused AdamW),
as a process that takes commands as JSON lines on stdin and answers on stdout, so that both sides alternate in one run."""

import json
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn


def rotate(x, cos, sin, columns):
    """Half-split rotary positions on the first `columns` columns. x: [batch, heads, length, headSize]"""
    turned, rest = x[..., :columns], x[..., columns:]
    a, b = turned.chunk(2, -1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin, rest), -1)


class Norm(nn.Module):
    def __init__(self, spec):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(spec["width"]))
        self.bias = nn.Parameter(torch.zeros(spec["width"])) if spec["norm"] == "layer" else None
        self.eps = spec["normEpsilon"]

    def forward(self, x):
        if self.bias is None:
            return F.rms_norm(x, x.shape[-1:], self.weight, self.eps)
        return F.layer_norm(x, x.shape[-1:], self.weight, self.bias, self.eps)


class Block(nn.Module):
    def __init__(self, spec):
        super().__init__()
        self.spec = spec
        width, inner, bias = spec["width"], spec["inner"], spec["bias"]
        self.queries = spec["heads"] * spec["headSize"]
        self.keys = spec["kvHeads"] * spec["headSize"]
        self.norm1, self.norm2 = Norm(spec), Norm(spec)
        self.qkv = nn.Linear(width, self.queries + 2 * self.keys, bias=bias["qkv"])
        self.out = nn.Linear(self.queries, width, bias=bias["out"])
        self.gate = nn.Linear(width, inner, bias=bias["mlp"]) if spec["activation"] == "swiglu" else None
        self.up = nn.Linear(width, inner, bias=bias["mlp"])
        self.down = nn.Linear(inner, width, bias=bias["mlp"])

    def attention(self, x, mask, turn):
        batch, length, _ = x.shape
        split = lambda t: t.view(batch, length, -1, self.spec["headSize"]).transpose(1, 2)
        q, k, v = (split(t) for t in self.qkv(x).split([self.queries, self.keys, self.keys], -1))
        if turn:
            q, k = rotate(q, *turn), rotate(k, *turn)
        grouped = self.keys != self.queries
        y = F.scaled_dot_product_attention(q, k, v, mask, is_causal=self.spec["causal"], enable_gqa=grouped)
        return self.out(y.transpose(1, 2).reshape(batch, length, self.queries))

    def mlp(self, x):
        kind = self.spec["activation"]
        if kind == "swiglu":
            return self.down(F.silu(self.gate(x)) * self.up(x))
        return self.down(F.gelu(self.up(x), approximate="tanh" if kind == "gelu-tanh" else "none"))

    def forward(self, x, mask, turn):
        if self.spec["normOrder"] == "post":
            x = self.norm1(x + self.attention(x, mask, turn))
            return self.norm2(x + self.mlp(x))
        if self.spec["parallel"]:
            return x + self.attention(self.norm1(x), mask, turn) + self.mlp(self.norm2(x))
        x = x + self.attention(self.norm1(x), mask, turn)
        return x + self.mlp(self.norm2(x))


class Classifier(nn.Module):
    def __init__(self, spec):
        super().__init__()
        self.spec = spec
        width = spec["width"]
        self.tokens = nn.Embedding(spec["vocabulary"], width)
        learned = spec["positions"]["kind"] == "learned"
        self.positions = nn.Embedding(spec["positions"]["count"], width) if learned else None
        self.types = nn.Embedding(spec["tokenTypes"], width) if spec["tokenTypes"] else None
        self.embeddingNorm = Norm(spec) if spec["normOrder"] == "post" else None
        self.blocks = nn.ModuleList(Block(spec) for _ in range(spec["layers"]))
        self.norm = Norm(spec) if spec["normOrder"] == "pre" else None
        self.head = nn.Linear(width, spec["head"]["classes"], bias=spec["head"]["bias"])

    def load(self, tensors):
        """Tensors by the engine's names, matrices [in, out]; q, k and v are one layer here."""
        own = dict(self.named_parameters())
        with torch.no_grad():
            for name, value in tensors.items():
                *path, kind = name.split(".")
                linear = len(value.shape) == 2 and path[0] not in ("tokens", "positions", "types")
                value = value.T if linear else value
                if path[-1] in ("q", "k", "v"):
                    block = self.blocks[int(path[1])]
                    start = {"q": 0, "k": block.queries, "v": block.queries + block.keys}[path[-1]]
                    getattr(block.qkv, kind)[start : start + value.shape[0]] = value
                else:
                    own[name].copy_(value)

    def forward(self, ids, lengths, mask):
        batch, length = ids.shape
        x = self.tokens(ids)
        turn = None
        if self.positions is not None:
            x = x + self.positions.weight[:length]
        else:
            columns = self.spec["positions"]["columns"]
            base = self.spec["positions"]["base"] ** (-torch.arange(0, columns, 2) / columns)
            angle = torch.arange(length)[:, None] * base
            turn = (angle.cos(), angle.sin(), columns)
        if self.types is not None:
            x = x + self.types.weight[0]
        if self.embeddingNorm is not None:
            x = self.embeddingNorm(x)
        for block in self.blocks:
            x = block(x, mask, turn)
        pooling = self.spec["pooling"]
        if pooling == "mean":
            inside = torch.arange(length)[None] < lengths[:, None]
            x = self.norm(x) if self.norm is not None else x
            return self.head((x * inside[..., None]).sum(1) / lengths[:, None])
        x = x[torch.arange(batch), lengths - 1] if pooling == "last" else x[:, 0]
        return self.head(self.norm(x) if self.norm is not None else x)


def read_tensors(path):
    """A file of JSON header length, header, float32 data, as the bench writes it."""
    raw = open(path, "rb").read()
    size = int.from_bytes(raw[:8], "little")
    tensors, at = {}, 8 + size
    for entry in json.loads(raw[8:at]):
        count = int(np.prod(entry["shape"]))
        values = np.frombuffer(raw, np.float32, count, at).reshape(entry["shape"])
        tensors[entry["name"]] = torch.from_numpy(values.copy())
        at += 4 * count
    return tensors


class Session:
    def setup(self, spec, weights, batches, threads, update, cpu=False):
        torch.set_num_threads(threads)
        self.clock = time.process_time if cpu else time.perf_counter
        self.model = Classifier(spec)
        self.model.load(read_tensors(weights))
        self.optimiser = torch.optim.AdamW(
            self.model.parameters(), lr=update["lr"], betas=(update["beta1"], update["beta2"]), eps=update["eps"],
            weight_decay=update["weightDecay"], fused=True,
        )
        self.batches, self.at = [], 0
        for batch in batches:
            lengths = torch.tensor([len(t) for t in batch["tokens"]])
            longest = int(lengths.max())
            ids = torch.zeros(len(lengths), longest, dtype=torch.long)
            for row, tokens in zip(ids, batch["tokens"]):
                row[: len(tokens)] = torch.tensor(tokens)
            ragged = not spec["causal"] and int(lengths.min()) < longest
            mask = (torch.arange(longest)[None] < lengths[:, None])[:, None, None] if ragged else None
            self.batches.append((ids, lengths, mask, torch.tensor(batch["labels"])))
        return dict(version=torch.__version__)

    def next(self):
        self.at += 1
        return self.batches[(self.at - 1) % len(self.batches)]

    def logits(self):
        self.at = 0
        with torch.no_grad():
            ids, lengths, mask, _ = self.next()
            return dict(logits=self.model(ids, lengths, mask).tolist())

    def forward(self, count, bf16=False):
        times = []
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            for _ in range(count):
                ids, lengths, mask, _ = self.next()
                start = self.clock()
                self.model(ids, lengths, mask)
                times.append(self.clock() - start)
        return dict(times=times)

    def step(self, count, bf16=False):
        times, losses = [], []
        for _ in range(count):
            ids, lengths, mask, labels = self.next()
            start = self.clock()
            self.optimiser.zero_grad()
            with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
                logits = self.model(ids, lengths, mask)
            loss = F.cross_entropy(logits.float(), labels)
            loss.backward()
            self.optimiser.step()
            times.append(self.clock() - start)
            losses.append(loss.item())
        return dict(times=times, losses=losses)


session = Session()
for line in sys.stdin:
    command = json.loads(line)
    answer = getattr(session, command.pop("call"))(**command)
    print(json.dumps(answer), flush=True)
