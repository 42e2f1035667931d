"""Writes the reference values of test/golden/native: every family of models by PyTorch, in double precision.

    python3 -m venv .venv && .venv/bin/pip install torch==2.13.0 transformers==5.23.0 numpy
    .venv/bin/python test/golden/make.py

Transformers are the library's own classes with small random weights, one example at a time (so no padding and no mask is
involved), and PyTorch's own autograd and AdamW. Nothing of this project's code runs here. Weights come from a generator
that the test has too (`fill`), so that only results need storing; of large tensors a sample of the entries.
"""

import base64
import json
import math
import pathlib

import torch
import transformers
from torch import nn

OUT = pathlib.Path(__file__).parent / "native"
# eps is far above the rounding of a gradient and far below the gradients: an entry whose true gradient is 0 then stays put,
# instead of making whole steps of noise.
UPDATE = dict(lr=0.001, beta1=0.9, beta2=0.98, eps=1e-6, weightDecay=0.2, clipNorm=1.0)
STEPS = 3
torch.set_default_dtype(torch.float64)


def mulberry32(name):
    """Uniform numbers in [-1, 1): FNV-1a of the name seeds mulberry32."""
    state = 0x811C9DC5
    for byte in name.encode():
        state = ((state ^ byte) * 0x01000193) & 0xFFFFFFFF
    while True:
        state = (state + 0x6D2B79F5) & 0xFFFFFFFF
        t = state
        t = ((t ^ (t >> 15)) * (t | 1)) & 0xFFFFFFFF
        t ^= (t + (((t ^ (t >> 7)) * (t | 61)) & 0xFFFFFFFF)) & 0xFFFFFFFF
        yield ((t ^ (t >> 14)) & 0xFFFFFFFF) / 2147483648.0 - 1.0


def fill(name, shape):
    """The weights of tensor `name`, float32 values: about unit gain for matrices [in, out], norms around one."""
    count = math.prod(shape)
    numbers = mulberry32(name)
    values = torch.tensor([next(numbers) for _ in range(count)])
    if len(shape) == 2:
        table = name.split(".")[0] in ("tokens", "positions", "types", "embeddings")
        values *= 0.8 if table else math.sqrt(3.0 / shape[0])
    elif "orm" in name and name.endswith("weight"):
        values = 1.0 + 0.3 * values
    else:
        values *= 0.3
    return values.float().double().reshape(shape)


class Binding:
    """Our names for the parameters of a PyTorch model: each a parameter, a slice of its rows or columns, transposed or not."""

    def __init__(self):
        self.entries = {}

    def add(self, name, parameter, transpose=False, columns=None, rows=None):
        self.entries[name] = (parameter, transpose, columns, rows)

    def linear(self, name, layer, transpose=True):
        self.add(f"{name}.weight", layer.weight, transpose)
        if layer.bias is not None:
            self.add(f"{name}.bias", layer.bias)

    def norm(self, name, layer):
        self.add(f"{name}.weight", layer.weight)
        if getattr(layer, "bias", None) is not None:
            self.add(f"{name}.bias", layer.bias)

    @staticmethod
    def part(tensor, transpose, columns, rows):
        if rows is not None:
            tensor = tensor[rows]
        if columns is not None:
            tensor = tensor[..., columns]
        return tensor.T if transpose else tensor

    def view(self, name, gradient=False):
        parameter, *how = self.entries[name]
        source = parameter.grad if gradient else parameter.data
        if source is None:
            source = torch.zeros_like(parameter.data)
        return self.part(source, *how)

    def fill(self):
        for name in self.entries:
            parameter, transpose, columns, rows = self.entries[name]
            values = fill(name, list(self.view(name).shape))
            values = values.T if transpose else values
            if rows is not None:  # an indexed view is a copy, so this one is assigned
                parameter.data[rows] = values
            else:
                self.part(parameter.data, False, columns, rows).copy_(values)

    def parameters(self):
        seen = {}
        for parameter, *_ in self.entries.values():
            seen[id(parameter)] = parameter
        return list(seen.values())


def stored(tensor):
    """A sample of at most ~700 entries, evenly spaced by an odd stride, and the root of the sum of squares of all."""
    flat = tensor.detach().contiguous().reshape(-1)
    stride = max(1, flat.numel() // 700) | 1
    data = base64.b64encode(flat[::stride].float().numpy().tobytes()).decode()
    return dict(shape=list(tensor.shape), stride=stride, data=data, norm=float(flat.norm()))


# --- architectures -----------------------------------------------------------------------------------------------------


def transformer_spec(**changes):
    spec = dict(
        kind="transformer", vocabulary=61, width=40, layers=2, heads=5, kvHeads=5, headSize=8, inner=56,
        positions=dict(kind="learned", count=80), tokenTypes=0, norm="layer", normEpsilon=1e-5, normOrder="pre",
        parallel=False, causal=True, activation="gelu-tanh", bias=dict(qkv=True, out=True, mlp=True), pooling="last",
        head=dict(kind="classes", classes=3, bias=True),
    )
    spec.update(changes)
    return spec


class Classifier(nn.Module):
    """A body of the transformers library, a pooled row, a linear head."""

    def __init__(self, body, spec):
        super().__init__()
        self.body, self.spec = body, spec
        head = spec["head"]
        self.language = head["kind"] == "language"
        if not self.language:
            self.head = nn.Linear(spec["width"], head["classes"], bias=head["bias"])
        elif not head["tied"]:
            self.head = nn.Linear(spec["width"], spec["vocabulary"], bias=False)

    def hidden(self, tokens):
        return self.body(input_ids=torch.tensor([tokens]), output_hidden_states=True)

    def pool(self, rows):
        return {"last": rows[-1], "first": rows[0], "mean": rows.mean(0)}[self.spec["pooling"]]

    def unembed(self, rows):
        weight = self.tokens.weight if self.spec["head"].get("tied") else self.head.weight
        return rows @ weight.T

    def forward(self, examples):
        pooled = torch.stack([self.pool(self.hidden(t).last_hidden_state[0]) for t in examples])
        return self.unembed(pooled) if self.language else self.head(pooled)


def gpt2(spec):
    config = transformers.GPT2Config(
        vocab_size=spec["vocabulary"], n_positions=spec["positions"]["count"], n_embd=spec["width"],
        n_layer=spec["layers"], n_head=spec["heads"], n_inner=spec["inner"], activation_function="gelu_new",
        resid_pdrop=0, embd_pdrop=0, attn_pdrop=0, layer_norm_epsilon=spec["normEpsilon"],
    )
    body = transformers.GPT2Model(config).double()
    b, d = Binding(), spec["width"]
    b.add("tokens.weight", body.wte.weight)
    b.add("positions.weight", body.wpe.weight)
    for i, block in enumerate(body.h):
        p = f"blocks.{i}."
        b.norm(p + "norm1", block.ln_1)
        for k, name in enumerate("qkv"):
            part = slice(k * d, (k + 1) * d)
            b.add(f"{p}{name}.weight", block.attn.c_attn.weight, columns=part)
            b.add(f"{p}{name}.bias", block.attn.c_attn.bias, columns=part)
        b.linear(p + "out", block.attn.c_proj, transpose=False)
        b.norm(p + "norm2", block.ln_2)
        b.linear(p + "up", block.mlp.c_fc, transpose=False)
        b.linear(p + "down", block.mlp.c_proj, transpose=False)
    b.norm("norm", body.ln_f)
    return body, body.wte, b


def neox(spec):
    config = transformers.GPTNeoXConfig(
        vocab_size=spec["vocabulary"], hidden_size=spec["width"], num_hidden_layers=spec["layers"],
        num_attention_heads=spec["heads"], intermediate_size=spec["inner"], hidden_act="gelu",
        max_position_embeddings=128, use_parallel_residual=spec["parallel"], layer_norm_eps=spec["normEpsilon"],
        rope_parameters=dict(
            rope_type="default", rope_theta=spec["positions"]["base"],
            partial_rotary_factor=spec["positions"]["columns"] / spec["headSize"],
        ),
    )
    body = transformers.GPTNeoXModel(config).double()
    b, size = Binding(), spec["headSize"]
    b.add("tokens.weight", body.embed_in.weight)
    for i, block in enumerate(body.layers):
        p = f"blocks.{i}."
        b.norm(p + "norm1", block.input_layernorm)
        for k, name in enumerate("qkv"):  # rows lie head by head: q, k, v of head 0, then of head 1, ...
            rows = torch.cat([torch.arange(size) + (3 * h + k) * size for h in range(spec["heads"])])
            b.add(f"{p}{name}.weight", block.attention.query_key_value.weight, transpose=True, rows=rows)
            b.add(f"{p}{name}.bias", block.attention.query_key_value.bias, rows=rows)
        b.linear(p + "out", block.attention.dense)
        b.norm(p + "norm2", block.post_attention_layernorm)
        b.linear(p + "up", block.mlp.dense_h_to_4h)
        b.linear(p + "down", block.mlp.dense_4h_to_h)
    b.norm("norm", body.final_layer_norm)
    return body, body.embed_in, b


def llama(spec):
    qwen = spec["bias"]["qkv"]
    make = transformers.Qwen2Config if qwen else transformers.LlamaConfig
    config = make(
        vocab_size=spec["vocabulary"], hidden_size=spec["width"], num_hidden_layers=spec["layers"],
        num_attention_heads=spec["heads"], num_key_value_heads=spec["kvHeads"], intermediate_size=spec["inner"],
        rms_norm_eps=spec["normEpsilon"], max_position_embeddings=256,
        rope_parameters=dict(rope_type="default", rope_theta=spec["positions"]["base"]),
    )
    if not qwen:
        config.head_dim = spec["headSize"]
    body = (transformers.Qwen2Model if qwen else transformers.LlamaModel)(config).double()
    b = Binding()
    b.add("tokens.weight", body.embed_tokens.weight)
    for i, block in enumerate(body.layers):
        p = f"blocks.{i}."
        b.norm(p + "norm1", block.input_layernorm)
        for name in "qkv":
            b.linear(p + name, getattr(block.self_attn, f"{name}_proj"))
        b.linear(p + "out", block.self_attn.o_proj)
        b.norm(p + "norm2", block.post_attention_layernorm)
        b.linear(p + "gate", block.mlp.gate_proj)
        b.linear(p + "up", block.mlp.up_proj)
        b.linear(p + "down", block.mlp.down_proj)
    b.norm("norm", body.norm)
    return body, body.embed_tokens, b


def bert(spec):
    config = transformers.BertConfig(
        vocab_size=spec["vocabulary"], hidden_size=spec["width"], num_hidden_layers=spec["layers"],
        num_attention_heads=spec["heads"], intermediate_size=spec["inner"], hidden_act="gelu",
        max_position_embeddings=spec["positions"]["count"], type_vocab_size=spec["tokenTypes"],
        hidden_dropout_prob=0, attention_probs_dropout_prob=0, layer_norm_eps=spec["normEpsilon"],
        pad_token_id=None,  # else the row of token 0 would get no gradient
    )
    body = transformers.BertModel(config, add_pooling_layer=False).double()
    b, e = Binding(), body.embeddings
    b.add("tokens.weight", e.word_embeddings.weight)
    b.add("positions.weight", e.position_embeddings.weight)
    b.add("types.weight", e.token_type_embeddings.weight)
    b.norm("embeddingNorm", e.LayerNorm)
    for i, block in enumerate(body.encoder.layer):
        p = f"blocks.{i}."
        for name, layer in zip("qkv", ("query", "key", "value")):
            b.linear(p + name, getattr(block.attention.self, layer))
        b.linear(p + "out", block.attention.output.dense)
        b.norm(p + "norm1", block.attention.output.LayerNorm)
        b.linear(p + "up", block.intermediate.dense)
        b.linear(p + "down", block.output.dense)
        b.norm(p + "norm2", block.output.LayerNorm)
    return body, e.word_embeddings, b


def transformer(make, spec):
    body, tokens, binding = make(spec)
    model = Classifier(body, spec)
    model.tokens = tokens
    if not (model.language and spec["head"]["tied"]):
        binding.linear("head", model.head)
    return model, binding


class Dense(nn.Module):
    """mlp and bag: linear layers with ReLU between."""

    def __init__(self, spec):
        super().__init__()
        self.spec = spec
        widths = [spec.get("width", spec.get("input")), *spec["hidden"], spec["classes"]]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))
        if spec["kind"] == "bag":
            self.embeddings = nn.Embedding(spec["vocabulary"], spec["width"])

    def forward(self, examples):
        if self.spec["kind"] == "bag":
            width = self.spec["width"]
            rows = [self.embeddings(torch.tensor(t)).mean(0) if t else torch.zeros(width) for t in examples]
            x = torch.stack(rows)
        else:
            x = torch.tensor(examples)
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        return self.layers[-1](x)


def dense(spec):
    model, b = Dense(spec), Binding()
    if spec["kind"] == "bag":
        b.add("embeddings", model.embeddings.weight)
        model.embeddings.weight.requires_grad_(spec["tuneEmbeddings"])
    for i, layer in enumerate(model.layers):
        b.linear("output" if i == len(spec["hidden"]) else f"hidden.{i}", layer)
    return model, b


# --- cases -------------------------------------------------------------------------------------------------------------


def token_batches(vocabulary, lengths, name, upto=None):
    """STEPS batches of the same lengths; each uses only a part of the vocabulary, so that rows come and go."""
    numbers = mulberry32(name)
    draw = lambda n: int((next(numbers) + 1) / 2 * n)
    batches = []
    for step in range(STEPS):
        low = step * 7
        batches.append([[low + draw((upto or vocabulary) - 20) for _ in range(n)] for n in lengths])
    return batches


def dense_batches(width, n, name):
    numbers = mulberry32(name)
    draw = lambda: [round(next(numbers), 3) for _ in range(width)]
    return [[draw() for _ in range(n)] for _ in range(STEPS)]


def train(model, binding, batches, loss_of):
    """The case's results: outputs and gradients of every tensor at the first step, weights after all steps."""
    binding.fill()
    parameters = [p for p in binding.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(
        parameters, lr=UPDATE["lr"], betas=(UPDATE["beta1"], UPDATE["beta2"]), eps=UPDATE["eps"],
        weight_decay=UPDATE["weightDecay"],
    )
    result = dict(losses=[], norms=[])
    for step, batch in enumerate(batches):
        optimiser.zero_grad()
        loss, outputs = loss_of(batch)
        loss.backward()
        result["losses"].append(float(loss))
        if step == 0:
            result["outputs"] = stored(outputs) | dict(stride=1, data=base64.b64encode(
                outputs.detach().float().numpy().tobytes()).decode())
            result["gradients"] = {n: stored(binding.view(n, gradient=True)) for n in binding.entries}
        result["norms"].append(float(nn.utils.clip_grad_norm_(parameters, UPDATE["clipNorm"])))
        optimiser.step()
    result["after"] = {n: stored(binding.view(n)) for n in binding.entries}
    return result


def write(name, spec, batches, results):
    OUT.mkdir(exist_ok=True)
    case = dict(spec=spec, update=UPDATE, batches=batches, **results)
    case["made"] = f"torch {torch.__version__}, transformers {transformers.__version__}, float64"
    path = OUT / f"{name}.json"
    path.write_text(json.dumps(case) + "\n")
    print(f"{name}: {path.stat().st_size // 1000} kB, losses {results['losses']}, norms {results['norms']}")


def classes_case(name, spec, made, batches):
    """Softmax cross-entropy against labels 0, 1, ... in turn, mean over the batch."""
    model, binding = made
    classes = spec["classes"] if "classes" in spec else spec["head"]["classes"]
    labels = torch.arange(len(batches[0])) % classes

    def loss_of(batch):
        logits = model(batch)
        return nn.functional.cross_entropy(logits, labels), logits

    extras = {}
    if spec["kind"] == "transformer":
        binding.fill()
        with torch.no_grad():
            states = [[model.pool(h[0]) for h in model.hidden(t).hidden_states] for t in batches[0] if t]
            extras["features"] = [stored(torch.stack(rows)) for rows in zip(*states)]
    write(name, spec, batches, train(model, binding, batches, loss_of) | extras)


def language_case(name, spec, made, batches):
    """Mean next-token loss over all predicted tokens; also log-likelihoods, last-token logits and greedy continuations."""
    model, binding = made
    starts = [max(1, len(t) // 2) for t in batches[0]]

    def log_probabilities(tokens):
        return torch.log_softmax(model.unembed(model.hidden(tokens).last_hidden_state[0]), -1)

    def loss_of(batch):
        picked = []
        for tokens in batch:
            p = log_probabilities(tokens)
            picked += [-p[i, tokens[i + 1]] for i in range(len(tokens) - 1)]
        return torch.stack(picked).mean(), model(batch)

    binding.fill()
    with torch.no_grad():
        scores = []
        for tokens, start in zip(batches[0], starts):
            p = log_probabilities(tokens)
            scores.append(float(sum(p[i - 1, tokens[i]] for i in range(start, len(tokens)))))
        generated = []
        for tokens in batches[0]:
            made_tokens = []
            while len(made_tokens) < 12:
                made_tokens.append(int(log_probabilities(tokens + made_tokens)[-1].argmax()))
            generated.append(made_tokens)
    extras = dict(starts=starts, scores=scores, generated=generated)
    write(name, spec, batches, train(model, binding, batches, loss_of) | extras)


LENGTHS = [7, 1, 33, 13, 3, 70]


def main():
    spec = transformer_spec()
    classes_case("gpt2", spec, transformer(gpt2, spec), token_batches(61, LENGTHS, "gpt2"))

    spec = transformer_spec(
        width=36, heads=3, kvHeads=3, headSize=12, inner=50, activation="gelu-erf", parallel=True,
        positions=dict(kind="rotary", columns=6, base=10000.0), head=dict(kind="classes", classes=2, bias=False),
    )
    classes_case("neox", spec, transformer(neox, spec), token_batches(61, LENGTHS, "neox"))

    spec = transformer_spec(
        width=48, heads=6, kvHeads=2, headSize=20, inner=70, norm="rms", normEpsilon=1e-6, activation="swiglu",
        positions=dict(kind="rotary", columns=20, base=10000.0), bias=dict(qkv=False, out=False, mlp=False),
        head=dict(kind="classes", classes=1, bias=True),
    )
    model, binding = transformer(llama, spec)
    scalar_case("llama", spec, model, binding, token_batches(61, LENGTHS, "llama"))

    spec = transformer_spec(
        width=48, heads=3, kvHeads=3, headSize=16, inner=80, activation="gelu-erf", normOrder="post", causal=False,
        tokenTypes=2, normEpsilon=1e-12, pooling="mean",
    )
    classes_case("bert-mean", spec, transformer(bert, spec), token_batches(61, LENGTHS, "bert-mean"))
    spec = spec | dict(pooling="first", layers=1)
    classes_case("bert-first", spec, transformer(bert, spec), token_batches(61, LENGTHS, "bert-first"))

    spec = transformer_spec(
        width=64, heads=2, kvHeads=1, headSize=32, inner=48, norm="rms", normEpsilon=1e-6, activation="swiglu",
        positions=dict(kind="rotary", columns=32, base=1000000.0), bias=dict(qkv=True, out=False, mlp=False),
        head=dict(kind="language", tied=True), vocabulary=97,
    )
    language_case("qwen2-language", spec, transformer(llama, spec), token_batches(97, LENGTHS, "qwen2"))

    spec = transformer_spec(
        width=64, heads=1, kvHeads=1, headSize=64, inner=40, layers=1, head=dict(kind="language", tied=False),
        vocabulary=50,
    )
    language_case("gpt2-language", spec, transformer(gpt2, spec), token_batches(50, [5, 2, 40, 66], "gpt2-language"))

    spec = dict(kind="bag", vocabulary=90, width=20, hidden=[33, 17], classes=3, tuneEmbeddings=True)
    classes_case("bag", spec, dense(spec), token_batches(90, [4, 1, 0, 12, 6], "bag", upto=60))
    spec = spec | dict(hidden=[], tuneEmbeddings=False)
    classes_case("bag-frozen", spec, dense(spec), token_batches(90, [4, 1, 0, 12, 6], "bag", upto=60))

    spec = dict(kind="mlp", input=45, hidden=[37], classes=2)
    classes_case("mlp", spec, dense(spec), dense_batches(45, 7, "mlp"))


def scalar_case(name, spec, model, binding, batches):
    """A reward head: half the mean square of the one output against 0, 1, 2, ..."""
    targets = torch.arange(len(batches[0])).double()[:, None]

    def loss_of(batch):
        outputs = model(batch)
        return 0.5 * ((outputs - targets) ** 2).mean(), outputs

    write(name, spec, batches, train(model, binding, batches, loss_of))


if __name__ == "__main__":
    main()
