"""How fast the library for NVIDIA cards trains, beside PyTorch on the same card: called by run.sh --bench.

  bench.py RUNNER [--model NAME] [--batch NAME]

For each model and batch of bench.json: milliseconds of a training step (forward, backward, AdamW with clipping) and tokens a
second, without padding; each contender in a process or a turn of its own, ours with the products of cuBLASLt that are faster where
that is found, and without. Few texts stand apart from batches that fill a card.
"x eager" and "x compiled": how many times as fast as PyTorch in bf16. Then where a step in bf16 goes. PyTorch trains the same shapes in
bf16 autocast over fp32 weights, fused AdamW, flash attention (texts padded on the right, so that a causal mask hides the
padding), eager and compiled; and eager in single precision without TF32. The share of the limit is that of the matrix
products that the texts need, at the rate that the card has in torch.matmul in bf16. Without PyTorch, ours alone.
"""
import argparse, json, os, pathlib, statistics, subprocess, sys, time

HERE = pathlib.Path(__file__).parent
STEPS, WARM = 20, 3
# Tokens of a batch up to which the starts of kernels may be what takes the time.
LAUNCH_BOUND = 1024

try:
    import torch
    import torch.nn.functional as F
except ImportError:
    torch = None
PYTORCH = torch is not None and torch.cuda.is_available()
PRECISIONS = ("bf16", "tf32", "fp32")
EAGER, COMPILED = "PyTorch bf16", "PyTorch bf16, compiled"


def matrix_flops(spec, lengths):
    """Of a training step: three products where a forward has one; attention sees half of each square."""
    q, kv = spec["heads"] * spec["headSize"], spec["kvHeads"] * spec["headSize"]
    gates = 2 if spec["activation"] == "swiglu" else 1
    weights = spec["layers"] * spec["width"] * (2 * q + 2 * kv + (gates + 1) * spec["inner"])
    attended = spec["layers"] * q * sum(n * n for n in lengths)
    return 3 * (2 * weights * sum(lengths) + 2 * attended)


def ours(runner, model, batch, precision, what="recorded", library=True):
    command = [runner, "--bench", str(HERE / "bench.json"), model, batch, precision, what]
    environment = os.environ if library else {**os.environ, "W2S_CUDA_LT": "0"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        print(f"    {precision}: {done.stderr.strip()}", file=sys.stderr)
        return None
    return json.loads(done.stdout)


if torch:

    class Norm(torch.nn.Module):
        def __init__(self, spec):
            super().__init__()
            self.rms, self.eps = spec["norm"] == "rms", spec["normEpsilon"]
            self.weight = torch.nn.Parameter(torch.ones(spec["width"]))
            self.bias = None if self.rms else torch.nn.Parameter(torch.zeros(spec["width"]))

        def forward(self, x):
            if self.rms:
                return F.rms_norm(x, x.shape[-1:], self.weight, self.eps)
            return F.layer_norm(x, x.shape[-1:], self.weight, self.bias, self.eps)

    class Block(torch.nn.Module):
        def __init__(self, spec):
            super().__init__()
            self.spec, width, bias = spec, spec["width"], spec["bias"]
            self.q, self.kv = spec["heads"] * spec["headSize"], spec["kvHeads"] * spec["headSize"]
            self.gated = spec["activation"] == "swiglu"
            self.norm1, self.norm2 = Norm(spec), Norm(spec)
            self.qkv = torch.nn.Linear(width, self.q + 2 * self.kv, bias["qkv"])
            self.out = torch.nn.Linear(self.q, width, bias["out"])
            self.up = torch.nn.Linear(width, (2 if self.gated else 1) * spec["inner"], bias["mlp"])
            self.down = torch.nn.Linear(spec["inner"], width, bias["mlp"])

        def attend(self, x, turn):
            n, length = x.shape[:2]
            parts = self.qkv(x).split([self.q, self.kv, self.kv], -1)
            q, k, v = (p.view(n, length, -1, self.spec["headSize"]).transpose(1, 2) for p in parts)
            if turn is not None:
                q, k = rotated(q, *turn), rotated(k, *turn)
            shared = self.q != self.kv
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=shared)
            return self.out(y.transpose(1, 2).reshape(n, length, self.q))

        def feed(self, x):
            hidden = self.up(x)
            if self.gated:
                gate, up = hidden.chunk(2, -1)
                return self.down(F.silu(gate) * up)
            return self.down(F.gelu(hidden, approximate="tanh" if self.spec["activation"] == "gelu-tanh" else "none"))

        def forward(self, x, turn):
            if self.spec["parallel"]:
                return x + self.attend(self.norm1(x), turn) + self.feed(self.norm2(x))
            x = x + self.attend(self.norm1(x), turn)
            return x + self.feed(self.norm2(x))

    def rotated(x, cosine, sine):
        half = cosine.shape[-1]
        a, b, rest = x[..., :half], x[..., half : 2 * half], x[..., 2 * half :]
        return torch.cat([a * cosine - b * sine, b * cosine + a * sine, rest], -1)

    class Model(torch.nn.Module):
        def __init__(self, spec, longest):
            super().__init__()
            positions = spec["positions"]
            self.tokens = torch.nn.Embedding(spec["vocabulary"], spec["width"])
            learned = positions["kind"] == "learned"
            self.positions = torch.nn.Embedding(positions["count"], spec["width"]) if learned else None
            if not learned:
                half = positions["columns"] // 2
                rates = positions["base"] ** (-torch.arange(half) / half)
                angles = torch.arange(longest)[:, None] * rates
                self.register_buffer("cosine", angles.cos())
                self.register_buffer("sine", angles.sin())
            self.blocks = torch.nn.ModuleList(Block(spec) for _ in range(spec["layers"]))
            self.norm = Norm(spec)
            self.head = torch.nn.Linear(spec["width"], spec["head"]["classes"])

        def forward(self, tokens, last):
            x = self.tokens(tokens)
            turn = None
            if self.positions is not None:
                x = x + self.positions.weight[: tokens.shape[1]]
            else:
                turn = self.cosine[: tokens.shape[1]].to(x.dtype), self.sine[: tokens.shape[1]].to(x.dtype)
            for block in self.blocks:
                x = block(x, turn)
            return self.head(self.norm(x[torch.arange(len(last), device=x.device), last]))

    def theirs(spec, lengths, half, compiled, device="cuda"):
        torch.manual_seed(1)
        longest = max(lengths)
        model = Model(spec, longest).to(device)
        step = torch.compile(model) if compiled else model
        tokens = torch.randint(spec["vocabulary"], (len(lengths), longest), device=device)
        last = torch.tensor(lengths, device=device) - 1
        update = torch.optim.AdamW(model.parameters(), lr=1e-5, fused=device == "cuda")
        seconds = []
        for _ in range(WARM + STEPS):
            started = time.perf_counter()
            with torch.autocast(device, torch.bfloat16, enabled=half):
                logits = step(tokens, last)
            update.zero_grad(set_to_none=True)
            logits.float().sum().mul(1e-3).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            update.step()
            if device == "cuda":
                torch.cuda.synchronize()
            seconds.append(time.perf_counter() - started)
        return {"seconds": statistics.median(seconds[WARM:])}

    def peak():
        a, b = (torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16) for _ in range(2))
        for _ in range(5):
            a @ b
        torch.cuda.synchronize()
        started = time.perf_counter()
        for _ in range(20):
            a @ b
        torch.cuda.synchronize()
        return 20 * 2 * 8192**3 / (time.perf_counter() - started)


def attempt(what, work):
    try:
        return work()
    except Exception as error:  # one contender that fails takes nothing from the others
        print(f"    {what}: {str(error).splitlines()[0]}", file=sys.stderr)
        return None
    finally:
        if PYTORCH:
            torch.cuda.empty_cache()


def print_table(columns, rows):
    print(f"| {' | '.join(columns)} |\n|{' --- |' * len(columns)}")
    for row in rows:
        print(f"| {' | '.join(row)} |", flush=True)


def contenders_of(runner, model, batch, spec, lengths):
    """Name and how it is measured."""
    all = [(p, lambda p=p: ours(runner, model, batch, p)) for p in PRECISIONS]
    if sum(lengths) <= LAUNCH_BOUND:
        all.append(("bf16, no graphs", lambda: ours(runner, model, batch, "bf16", "single")))
    if PYTORCH:
        all += [
            (EAGER, lambda: theirs(spec, lengths, True, False)),
            (COMPILED, lambda: theirs(spec, lengths, True, True)),
            ("PyTorch fp32", lambda: theirs(spec, lengths, False, False)),
        ]
    return all


def step_rows(runner, limit, model, batch, spec, lengths):
    measured = {}
    for name, work in contenders_of(runner, model, batch, spec, lengths):
        measured[name] = attempt(name, work)
        if measured[name] and measured[name].get("cublaslt") and name in PRECISIONS:
            own = f"{name}, own products"
            measured[own] = attempt(own, lambda: ours(runner, model, batch, name, library=False))
    for name, step in measured.items():
        if step is None:
            continue
        seconds = step["seconds"]
        share = f"{matrix_flops(spec, lengths) / seconds / limit:.1%}" if limit and "fp32" not in name else ""
        beside = [f"{measured[other]['seconds'] / seconds:.2f}" if measured.get(other) else "" for other in (EAGER, COMPILED)]
        yield [model, batch, name, f"{seconds * 1e3:.2f}", f"{sum(lengths) / seconds:,.0f}", share, *beside]


TURNS = {"": "x w", "b": "dy w^T", "a": "x^T dy"}


def print_parts(runner, limit, model, batch):
    """Where a step in bf16 goes: attention, and the matrix products by shape, those that take most first."""
    parts = attempt("parts", lambda: ours(runner, model, batch, "bf16", "parts"))
    step = attempt("step", lambda: ours(runner, model, batch, "bf16"))
    if not parts or not step:
        return
    products = sorted(parts["products"], key=lambda p: -p["count"] * p["seconds"])
    attention = sum(parts["attention"].values())
    all = sum(p["count"] * p["seconds"] for p in products)
    of = step["seconds"]
    print(
        f"\n{model}, {batch}: of a step of {of * 1e3:.2f} ms attention takes {attention / of:.1%}"
        f" (forward {parts['attention']['forward'] * 1e3:.2f} ms, backward {parts['attention']['backward'] * 1e3:.2f} ms),"
        f" matrix products {all / of:.1%}; {step['said']}\n"
    )
    rows = []
    for p in products:
        flops = 2 * p["m"] * p["n"] * p["k"]
        share = f"{flops / p['seconds'] / limit:.1%}" if limit and not p["fp32"] else ""
        shape = f"{p['m']} x {p['n']} x {p['k']}"
        spent = p["count"] * p["seconds"]
        rows.append([TURNS[p["turn"]], shape, str(p["count"]), f"{spent * 1e3:.3f}", f"{spent / of:.1%}", share, p["by"]])
    print_table(["product", "m x n x k", "times", "ms", "of the step", "of the limit", "made by"], rows)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("runner")
    arguments.add_argument("--model")
    arguments.add_argument("--batch")
    chosen = arguments.parse_args()
    cases = json.loads((HERE / "bench.json").read_text())
    limit = None
    if PYTORCH:
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
        limit = peak()
        print(f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}, {limit / 1e12:.0f} TFLOP/s in bf16 products")
    else:
        print("PyTorch is not here, or sees no card: ours alone", file=sys.stderr)
    for name, all in (("model", cases["models"]), ("batch", cases["batches"])):
        asked = getattr(chosen, name)
        if asked is not None and asked not in all:
            sys.exit(f"--{name}: expected one of {', '.join(all)}; got {asked}")
    wanted = [
        (model, batch, spec, lengths)
        for model, spec in cases["models"].items()
        for batch, lengths in cases["batches"].items()
        if chosen.model in (None, model) and chosen.batch in (None, batch)
        if max(lengths) <= spec["positions"].get("count", 1 << 30)
    ]
    few = [case for case in wanted if sum(case[3]) <= LAUNCH_BOUND]
    many = [case for case in wanted if case not in few]
    columns = ["model", "batch", "contender", "step, ms", "tokens/s", "of the limit", "x eager", "x compiled"]
    for title, cases in (("Batches that fill a card", many), ("Few texts, where the starts of kernels may be the limit", few)):
        if cases:
            print(f"\n{title}\n")
            print_table(columns, (row for case in cases for row in step_rows(chosen.runner, limit, *case)))
    for model, batch, *_ in wanted if chosen.batch else many:
        print_parts(chosen.runner, limit, model, batch)


main()
