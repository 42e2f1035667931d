# Makes the Parquet files of the tests, and what is in them as JSON: python make.py (pyarrow 26.0.1).
# The drawn rows come from Python's own `random`, as the released code draws them.
import datetime
import json
import pathlib
import random

import pyarrow as pa
import pyarrow.parquet as pq

here = pathlib.Path(__file__).parent
FEATURES = {"info": {"features": {
    "text": {"dtype": "string", "_type": "Value"},
    "label": {"names": ["negative", "positive"], "_type": "ClassLabel"},
}}}


def mixed():
    schema = pa.schema([
        ("text", pa.string()), ("label", pa.int64()), ("big", pa.int64()), ("yes", pa.bool_()),
        ("ratio", pa.float64()), ("tags", pa.list_(pa.string())),
        ("choices", pa.struct([("text", pa.list_(pa.string())), ("label", pa.list_(pa.string()))])),
        ("turns", pa.list_(pa.struct([("who", pa.string()), ("n", pa.int32())]))),
        ("when", pa.timestamp("ms", tz="UTC")), ("bytes", pa.binary()),
    ], metadata={"huggingface": json.dumps(FEATURES)})
    rows = []
    for i in range(60):
        none = i % 7 == 3
        rows.append({
            "text": f"Row {i} of a table: été, “quotes”, a\nline",
            "label": -1 if i == 5 else i % 2,
            "big": None if none else 2**40 + i,
            "yes": None if none else i % 3 == 0,
            "ratio": None if none else i / 8,
            "tags": None if none else [f"t{i % 4}"] * (i % 3),
            "choices": {"text": [f"a{i}", f"b{i}"], "label": ["A", "B"]},
            "turns": [{"who": "x", "n": i}, {"who": None, "n": None}] if not none else [],
            "when": datetime.datetime(2024, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(hours=i),
            "bytes": b"\xff\x00",
        })
    table = pa.Table.from_pylist(rows, schema=schema)
    for name, more in {
        "snappy": {"compression": "snappy"},
        "zstd": {"compression": "zstd", "use_dictionary": False, "data_page_version": "2.0"},
        "gzip": {"compression": "gzip"},
        "none": {"compression": "none", "use_dictionary": False},
    }.items():
        pq.write_table(table, here / f"mixed-{name}.parquet", row_group_size=25, **more)
    for row in rows:
        row["when"] = row["when"].strftime("%Y-%m-%dT%H:%M:%S.000Z")
        row["bytes"] = None
    (here / "mixed.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1))


def question(i):
    rng = random.Random(f"q{i}")
    a, b = rng.randrange(10, 99), rng.randrange(10, 99)
    words = rng.sample(["seven", "harbour", "copper", "maple", "lantern", "orchid", "granite", "violin"], 3)
    return {
        "question": f"In the {words[0]} book of the {words[1]} and the {words[2]}, what is {a} plus {b}?",
        "correct_answer": str(a + b), "distractor1": str(a + b + 1), "distractor2": str(a + b - 3),
        "distractor3": str(a * b), "support": "",
    }


def sciq():
    splits = {"train": [question(i) for i in range(60)], "test": [question(i) for i in range(60, 90)]}
    folder = here / "sciq" / "data"
    folder.mkdir(parents=True, exist_ok=True)
    for n, part in enumerate([splits["train"][:35], splits["train"][35:]]):
        pq.write_table(pa.Table.from_pylist(part), folder / f"train-0000{n}-of-00002.parquet")
    pq.write_table(pa.Table.from_pylist(splits["test"]), folder / "test-00000-of-00001.parquet")
    pq.write_table(pa.Table.from_pylist(splits["test"][:3]), folder / "validation-00000-of-00001.parquet")
    drawn = {}
    for split, examples in splits.items():
        rng = random.Random(0)
        drawn[split] = []
        for e in examples:
            right = rng.random() < 0.5
            wrong = [e["distractor1"], e["distractor2"], e["distractor3"]]
            answer = e["correct_answer"] if right else rng.choice(wrong)
            drawn[split].append([f"Q: {e['question']} A: {answer}", int(right)])
    (here / "sciq.json").write_text(json.dumps(drawn, indent=1))


def rotten():
    """A folder of two configurations, each split in a folder of its own, with names of classes."""
    table = lambda start, n: pa.Table.from_pylist([{
        "text": f"{random.Random(f'r{i}').getrandbits(96):x} film number {i}", "label": i % 2,
    } for i in range(start, start + n)]).replace_schema_metadata({"huggingface": json.dumps(FEATURES)})
    for config in ["large", "small"]:
        for split, start, n in [("train", 0, 60), ("validation", 60, 50)]:
            folder = here / "configs" / config / split
            folder.mkdir(parents=True, exist_ok=True)
            pq.write_table(table(start, n), folder / "0000.parquet")


def stream():
    rng = random.Random(0)
    big = random.Random(4294967295)
    (here / "random.json").write_text(json.dumps({
        "random": [rng.random() for _ in range(3)], "below": [rng.randrange(n) for n in (2, 3, 4, 7, 1000, 1, 2**31)],
        "shuffled": rng.sample(range(0), 0) or (lambda x: rng.shuffle(x) or x)(list(range(20))),
        "late": [rng.random() for _ in range(700)][-1], "big": big.random(),
    }))


mixed()
sciq()
rotten()
stream()
