"""Random blocks of every quantisation of GGUF that is read, and what they stand for by the `gguf` package.

    pip install gguf==0.19.0 numpy
    python blocks.py                   writes gguf/blocks.json anew
"""
import json
from pathlib import Path

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType as Type
from gguf.quants import dequantize

# Where the binary16 numbers lie in a block: random bytes there would be infinite now and then.
HALVES = {
    Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0], Type.Q5_1: [0, 2], Type.Q8_0: [0], Type.IQ4_NL: [0],
    Type.Q2_K: [80, 82], Type.Q3_K: [108], Type.Q4_K: [0, 2], Type.Q5_K: [0, 2], Type.Q6_K: [208], Type.IQ4_XS: [0],
}


def main(path):
    random = np.random.default_rng(0)
    out = {}
    for kind, halves in HALVES.items():
        raw = random.integers(0, 256, (4, GGML_QUANT_SIZES[kind][1]), np.uint8)
        for at in halves:
            raw[:, at:at + 2] = random.standard_normal((4, 1)).astype(np.float16).view(np.uint8)
        values = dequantize(raw, kind)
        out[kind.name] = {"bytes": raw.tobytes().hex(), "values": values.astype("<f4").tobytes().hex()}
    path.write_text(json.dumps(out, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(Path(__file__).parent / "gguf" / "blocks.json")
