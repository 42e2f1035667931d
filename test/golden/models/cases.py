"""What the quantised tensors of cases/q5-fallback.gguf stand for by the `gguf` package.

    pip install gguf==0.19.0 numpy
    python cases.py                    writes cases/q5-fallback.json anew
"""
import json
from pathlib import Path

from gguf import GGUFReader
from gguf.quants import dequantize

FOLDER = Path(__file__).parent / "cases"


def main():
    tensors = GGUFReader(FOLDER / "q5-fallback.gguf").tensors
    values = {t.name: dequantize(t.data, t.tensor_type).astype("<f4") for t in tensors if t.name.startswith("blk.0.ffn_") and "norm" not in t.name}
    out = {name: {"shape": list(v.shape), "values": v.tobytes().hex()} for name, v in values.items()}
    (FOLDER / "q5-fallback.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
