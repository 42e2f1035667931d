"""Transformers as `TransformerSpec` describes them, in plain PyTorch, one example at a time: for make_reference.py."""

import math

import torch
from torch import nn

LLAMA = {
    "kind": "transformer", "vocabulary": 9, "width": 6, "layers": 2, "heads": 2, "kvHeads": 1, "headSize": 6, "inner": 7,
    "positions": {"kind": "rotary", "columns": 4, "base": 100}, "tokenTypes": 0, "norm": "rms", "normEpsilon": 0.01,
    "normOrder": "pre", "parallel": False, "causal": True, "activation": "swiglu",
    "bias": {"qkv": False, "out": False, "mlp": False}, "pooling": "last",
    "head": {"kind": "classes", "classes": 2, "bias": True},
}
BERT = LLAMA | {
    "kvHeads": 2, "headSize": 3, "positions": {"kind": "learned", "count": 7}, "tokenTypes": 2, "norm": "layer",
    "normEpsilon": 0.01, "normOrder": "post", "causal": False, "activation": "gelu-erf",
    "bias": {"qkv": True, "out": True, "mlp": True}, "pooling": "mean",
}
LANGUAGE = BERT | {
    "tokenTypes": 0, "normOrder": "pre", "parallel": True, "causal": True, "activation": "gelu-tanh", "pooling": "last",
    "head": {"kind": "language", "tied": True},
}
CASES = [LLAMA, BERT, LANGUAGE]


def build(net, random):
    """Name -> parameter; weights are [in, out], in the order of `tensorsOf`."""
    parameters = {}
    width, post = net["width"], net["normOrder"] == "post"

    def add(name, shape, around=0.0):
        parameters[name] = nn.Parameter(random(shape) + around)

    def norm(index):
        at = index - post
        name = "embeddingNorm" if at < 0 else "norm" if at == 2 * net["layers"] else f"blocks.{at // 2}.norm{at % 2 + 1}"
        add(f"{name}.weight", (width,), 1.0)
        if net["norm"] == "layer":
            add(f"{name}.bias", (width,))

    def linear(name, ins, outs, bias):
        add(f"{name}.weight", (ins, outs))
        if bias:
            add(f"{name}.bias", (outs,))

    add("tokens.weight", (net["vocabulary"], width))
    if net["positions"]["kind"] == "learned":
        add("positions.weight", (net["positions"]["count"], width))
    if net["tokenTypes"]:
        add("types.weight", (net["tokenTypes"], width))
    queries, keys = (net[heads] * net["headSize"] for heads in ("heads", "kvHeads"))
    bias = net["bias"]
    for i in range(net["layers"]):
        at = f"blocks.{i}"
        norm(2 * i)
        linear(f"{at}.q", width, queries, bias["qkv"])
        linear(f"{at}.k", width, keys, bias["qkv"])
        linear(f"{at}.v", width, keys, bias["qkv"])
        linear(f"{at}.out", queries, width, bias["out"])
        norm(2 * i + 1)
        if net["activation"] == "swiglu":
            linear(f"{at}.gate", width, net["inner"], bias["mlp"])
        linear(f"{at}.up", width, net["inner"], bias["mlp"])
        linear(f"{at}.down", net["inner"], width, bias["mlp"])
    norm(2 * net["layers"])
    if net["head"]["kind"] == "classes":
        linear("head", width, net["head"]["classes"], net["head"]["bias"])
    elif not net["head"]["tied"]:
        linear("head", width, net["vocabulary"], False)
    return parameters


class Body:
    def __init__(self, net, parameters):
        self.net, self.parameters = net, parameters

    def linear(self, name, x):
        y = x @ self.parameters[f"{name}.weight"]
        return y + self.parameters[f"{name}.bias"] if f"{name}.bias" in self.parameters else y

    def norm(self, name, x):
        weight, eps = self.parameters[f"{name}.weight"], self.net["normEpsilon"]
        if self.net["norm"] == "rms":
            return x / torch.sqrt((x * x).mean(-1, keepdim=True) + eps) * weight
        return nn.functional.layer_norm(x, (self.net["width"],), weight, self.parameters[f"{name}.bias"], eps)

    def turn(self, x):
        """Rotary positions of [tokens, heads, headSize]."""
        if self.net["positions"]["kind"] != "rotary":
            return x
        columns, base = self.net["positions"]["columns"], self.net["positions"]["base"]
        half = columns // 2
        angles = torch.outer(torch.arange(len(x)).double(), base ** (-torch.arange(half).double() / half))[:, None]
        a, b, rest = x[..., :half], x[..., half:columns], x[..., columns:]
        cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
        return torch.cat([a * cos - b * sin, b * cos + a * sin, rest], -1)

    def attention(self, at, x):
        n, heads, kv_heads, size = len(x), self.net["heads"], self.net["kvHeads"], self.net["headSize"]
        q = self.turn(self.linear(f"{at}.q", x).view(n, heads, size))
        k = self.turn(self.linear(f"{at}.k", x).view(n, kv_heads, size)).repeat_interleave(heads // kv_heads, 1)
        v = self.linear(f"{at}.v", x).view(n, kv_heads, size).repeat_interleave(heads // kv_heads, 1)
        scores = torch.einsum("ihs,jhs->hij", q, k) / math.sqrt(size)
        if self.net["causal"]:
            scores = scores.masked_fill(torch.ones(n, n).triu(1).bool(), -math.inf)
        mixed = torch.einsum("hij,jhs->ihs", scores.softmax(-1), v)
        return self.linear(f"{at}.out", mixed.reshape(n, heads * size))

    def mlp(self, at, x):
        up, gelu = self.linear(f"{at}.up", x), nn.functional.gelu
        kind = self.net["activation"]
        if kind == "swiglu":
            up = nn.functional.silu(self.linear(f"{at}.gate", x)) * up
        elif kind == "relu":
            up = up.relu()
        else:
            up = gelu(up, approximate="tanh" if kind == "gelu-tanh" else "none")
        return self.linear(f"{at}.down", up)

    def hidden(self, tokens):
        """[tokens, width], through the last norm."""
        p, net = self.parameters, self.net
        x = p["tokens.weight"][tokens]
        if "positions.weight" in p:
            x = x + p["positions.weight"][: len(tokens)]
        if "types.weight" in p:
            x = x + p["types.weight"][0]
        if net["normOrder"] == "post":
            x = self.norm("embeddingNorm", x)
        for i in range(net["layers"]):
            at = f"blocks.{i}"
            if net["normOrder"] == "post":
                x = self.norm(f"{at}.norm1", x + self.attention(at, x))
                x = self.norm(f"{at}.norm2", x + self.mlp(at, x))
            elif net["parallel"]:
                x = x + self.attention(at, self.norm(f"{at}.norm1", x)) + self.mlp(at, self.norm(f"{at}.norm2", x))
            else:
                x = x + self.attention(at, self.norm(f"{at}.norm1", x))
                x = x + self.mlp(at, self.norm(f"{at}.norm2", x))
        return x if net["normOrder"] == "post" else self.norm("norm", x)

    def logits(self, x):
        if self.net["head"].get("tied"):
            return x @ self.parameters["tokens.weight"].T
        return self.linear("head", x)

    def forward(self, lists):
        """[n, outputs]: what the head says of each example; it reads zeros of one without tokens."""
        rows = []
        for tokens in lists:
            x = self.hidden(tokens) if tokens else torch.zeros(1, self.net["width"], dtype=torch.float64)
            rows.append({"last": x[-1], "first": x[0], "mean": x.mean(0)}[self.net["pooling"]])
        return self.logits(torch.stack(rows))

    def language_loss(self, lists):
        """Mean over all tokens that have one before them."""
        losses = [
            nn.functional.cross_entropy(self.logits(self.hidden(t))[:-1], torch.tensor(t[1:]), reduction="none")
            for t in lists
            if len(t) > 1
        ]
        return torch.cat(losses).mean()
