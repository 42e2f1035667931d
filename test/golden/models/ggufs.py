"""GGUF and ONNX forms of the tiny models, laid out as llama.cpp's `convert_hf_to_gguf.py` does."""
import json

import numpy as np
import torch
from gguf import GGMLQuantizationType as Type, GGUFWriter, TokenType
from gguf.quants import dequantize, quantize
from transformers import AutoModelForCausalLM

import blocks

PRE = {"gpt2": "gpt-2", "gptneox": "gpt-2", "llama": "smollm", "qwen2": "qwen2"}


def main(folder, reference, made):
    folder.mkdir(exist_ok=True)
    for architecture, (model, tokenizer) in made.items():
        path = folder / f"{architecture}.gguf"
        writer = GGUFWriter(path, architecture)
        tensors = TENSORS[architecture](model.config, {k: v.float().numpy() for k, v in model.state_dict().items()})
        describe(writer, architecture, model.config)
        (add_word_pieces if architecture == "bert" else add_bpe)(writer, tokenizer, PRE.get(architecture))
        held = {}
        for name, data in tensors.items():
            kind = kind_of(architecture, name, data)
            # K-quants have no encoder here: any bytes are a valid block as long as its scales are finite.
            raw = random_blocks(kind, data.shape) if kind in (Type.Q4_K, Type.Q6_K) else quantize(data, kind)
            held[name] = dequantize(raw, kind).reshape(data.shape)
            if kind == Type.F32:
                raw = data
            elif kind == Type.F16:
                raw = data.astype(np.float16)
            writer.add_tensor(name, raw, raw_dtype=kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        give_back(architecture, model, held)
        out = folder / architecture
        out.mkdir(exist_ok=True)
        reference(out, model.double(), tokenizer)
        if architecture in ("gpt2", "llama", "qwen2"):
            check(folder, architecture)
    blocks.main(folder / "blocks.json")


def check(folder, architecture):
    """The file means to transformers' own reader what it means to us."""
    sizes = {"vocab_size": 300, **({"n_positions": 64} if architecture == "gpt2" else {})}
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=f"{architecture}.gguf", dtype=torch.float32, **sizes)
    for case in json.loads((folder / architecture / "reference.json").read_text())["outputs"]:
        with torch.no_grad():
            got = model.double().eval()(torch.tensor([case["ids"]])).logits[0, -1]
        torch.testing.assert_close(got, torch.tensor(case["values"], dtype=torch.float64), rtol=1e-5, atol=1e-5)


def kind_of(architecture, name, data):
    if data.ndim == 1:
        return Type.F32
    if architecture == "llama":
        return {"ffn_up": Type.Q8_0, "ffn_gate": Type.Q4_0, "ffn_down": Type.Q4_K, "attn_q": Type.Q4_1,
                "attn_k": Type.Q8_0, "attn_v": Type.BF16, "attn_output": Type.F16, "output": Type.Q4_1,
                "token_embd": Type.Q8_0}[name.split(".")[-2]]
    return Type.F16 if architecture == "qwen2" else Type.F32


def random_blocks(kind, shape):
    size = {Type.Q4_K: 144, Type.Q6_K: 210}[kind]
    rows = np.random.randint(0, 256, (int(np.prod(shape)) // 256, size), np.uint8)
    scale = np.float16([0.002, 0.004]).view(np.uint8)
    if kind == Type.Q4_K:
        rows[:, 0:4] = scale
    else:
        rows[:, 208:210] = scale[:2]
    return rows.reshape(*shape[:-1], -1)


def describe(w, architecture, c):
    w.add_name(f"tiny {architecture}")
    w.add_license("mit")
    w.add_context_length(64)
    get = lambda *names: next(getattr(c, n) for n in names if getattr(c, n, None) is not None)
    w.add_embedding_length(get("hidden_size", "n_embd"))
    w.add_block_count(get("num_hidden_layers", "n_layer"))
    w.add_head_count(get("num_attention_heads", "n_head"))
    w.add_feed_forward_length(getattr(c, "intermediate_size", 4 * c.hidden_size))
    if architecture in ("llama", "qwen2"):
        w.add_head_count_kv(c.num_key_value_heads)
        w.add_layer_norm_rms_eps(c.rms_norm_eps)
        w.add_rope_freq_base(c.rope_parameters["rope_theta"])
        w.add_rope_dimension_count(c.hidden_size // c.num_attention_heads)
    else:
        w.add_layer_norm_eps(get("layer_norm_eps", "layer_norm_epsilon"))
    if architecture == "gptneox":
        w.add_rope_dimension_count(int(c.rope_parameters["partial_rotary_factor"] * c.hidden_size) // c.num_attention_heads)
        w.add_parallel_residual(c.use_parallel_residual)
    if architecture == "bert":
        w.add_causal_attention(False)
        w.add_uint32("bert.pooling_type", 1)


def add_bpe(w, tokenizer, pre):
    vocabulary = sorted(tokenizer.get_vocab(with_added_tokens=True).items(), key=lambda item: item[1])
    special = {t.content for t in tokenizer.get_added_tokens_decoder().values() if t.special}
    w.add_tokenizer_model("gpt2")
    w.add_tokenizer_pre(pre)
    w.add_token_list([token for token, _ in vocabulary])
    w.add_token_types([TokenType.CONTROL if t in special else TokenType.NORMAL for t, _ in vocabulary])
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    w.add_token_merges([" ".join(merge) for merge in merges])
    w.add_bos_token_id(0)
    w.add_eos_token_id(0)
    w.add_add_bos_token(False)


def add_word_pieces(w, tokenizer, _pre):
    vocabulary = sorted(tokenizer.get_vocab(with_added_tokens=True).items(), key=lambda item: item[1])
    special = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}
    marked = [t if t in special else t[2:] if t.startswith("##") else "\u2581" + t for t, _ in vocabulary]
    w.add_tokenizer_model("bert")
    w.add_tokenizer_pre("default")
    w.add_token_list(marked)
    w.add_token_types([TokenType.CONTROL if t in special else TokenType.NORMAL for t in marked])
    ids = {t: i for t, i in vocabulary}
    w.add_uint32("tokenizer.ggml.cls_token_id", ids["[CLS]"])
    w.add_sep_token_id(ids["[SEP]"])
    w.add_pad_token_id(ids["[PAD]"])
    w.add_unk_token_id(ids["[UNK]"])
    w.add_mask_token_id(ids["[MASK]"])


def paired(weights, heads):
    """Rotary columns i and i + half of a head side by side."""
    return weights.reshape(heads, 2, -1, weights.shape[-1]).swapaxes(1, 2).reshape(weights.shape)


def unpaired(weights, heads):
    return weights.reshape(heads, -1, 2, weights.shape[-1]).swapaxes(1, 2).reshape(weights.shape)


def rename(table, state, layers, change=lambda ours, data: data):
    out = {}
    for theirs, ours in table.items():
        for i in range(layers) if "{}" in theirs else [0]:
            for suffix in (".weight", ".bias"):
                source = ours.format(i) + suffix
                if source in state:
                    out[theirs.format(i) + suffix] = np.ascontiguousarray(change(ours, state[source]))
    return out


GPT2 = {
    "token_embd": "transformer.wte", "position_embd": "transformer.wpe",
    "blk.{}.attn_norm": "transformer.h.{}.ln_1", "blk.{}.attn_qkv": "transformer.h.{}.attn.c_attn",
    "blk.{}.attn_output": "transformer.h.{}.attn.c_proj", "blk.{}.ffn_norm": "transformer.h.{}.ln_2",
    "blk.{}.ffn_up": "transformer.h.{}.mlp.c_fc", "blk.{}.ffn_down": "transformer.h.{}.mlp.c_proj",
    "output_norm": "transformer.ln_f", "output": "lm_head",
}
NEOX = {
    "token_embd": "gpt_neox.embed_in", "blk.{}.attn_norm": "gpt_neox.layers.{}.input_layernorm",
    "blk.{}.attn_qkv": "gpt_neox.layers.{}.attention.query_key_value",
    "blk.{}.attn_output": "gpt_neox.layers.{}.attention.dense",
    "blk.{}.ffn_norm": "gpt_neox.layers.{}.post_attention_layernorm",
    "blk.{}.ffn_up": "gpt_neox.layers.{}.mlp.dense_h_to_4h", "blk.{}.ffn_down": "gpt_neox.layers.{}.mlp.dense_4h_to_h",
    "output_norm": "gpt_neox.final_layer_norm", "output": "lm_head",  # embed_out in files
}
LLAMA = {
    "token_embd": "model.embed_tokens", "blk.{}.attn_norm": "model.layers.{}.input_layernorm",
    "blk.{}.attn_q": "model.layers.{}.self_attn.q_proj", "blk.{}.attn_k": "model.layers.{}.self_attn.k_proj",
    "blk.{}.attn_v": "model.layers.{}.self_attn.v_proj", "blk.{}.attn_output": "model.layers.{}.self_attn.o_proj",
    "blk.{}.ffn_norm": "model.layers.{}.post_attention_layernorm", "blk.{}.ffn_gate": "model.layers.{}.mlp.gate_proj",
    "blk.{}.ffn_up": "model.layers.{}.mlp.up_proj", "blk.{}.ffn_down": "model.layers.{}.mlp.down_proj",
    "output_norm": "model.norm", "output": "lm_head",
}
BERT = {
    "token_embd": "embeddings.word_embeddings", "position_embd": "embeddings.position_embeddings",
    "token_types": "embeddings.token_type_embeddings", "token_embd_norm": "embeddings.LayerNorm",
    **{f"blk.{{}}.attn_{c}": f"encoder.layer.{{}}.attention.self.{n}" for c, n in zip("qkv", ("query", "key", "value"))},
    "blk.{}.attn_output": "encoder.layer.{}.attention.output.dense",
    "blk.{}.attn_output_norm": "encoder.layer.{}.attention.output.LayerNorm",
    "blk.{}.ffn_up": "encoder.layer.{}.intermediate.dense", "blk.{}.ffn_down": "encoder.layer.{}.output.dense",
    "blk.{}.layer_output_norm": "encoder.layer.{}.output.LayerNorm",
}


def gpt2(c, state):
    state = {k: v for k, v in state.items() if k != "lm_head.weight"}
    conv = ("c_attn", "c_proj", "c_fc")
    return rename(GPT2, state, c.n_layer, lambda n, d: d.T if n.endswith(conv) and d.ndim == 2 else d)


def gptneox(c, state):
    def change(name, data):
        if not name.endswith("query_key_value"):
            return data
        heads = data.reshape(c.num_attention_heads, 3, -1, *data.shape[1:])
        return np.concatenate([heads[:, i].reshape(-1, *data.shape[1:]) for i in range(3)])
    return rename(NEOX, state, c.num_hidden_layers, change)


def llama(c, state):
    heads = {"q_proj": c.num_attention_heads, "k_proj": c.num_key_value_heads}
    return rename(LLAMA, state, c.num_hidden_layers,
                  lambda n, d: paired(d, heads[n.split(".")[-1]]) if n.split(".")[-1] in heads else d)


def qwen2(c, state):
    return rename(LLAMA, state, c.num_hidden_layers)


def bert(c, state):
    return rename(BERT, state, c.num_hidden_layers)


TENSORS = {"gpt2": gpt2, "gptneox": gptneox, "llama": llama, "qwen2": qwen2, "bert": bert}


def give_back(architecture, model, held):
    """Puts the values that the file holds into the model, so that the reference knows of the rounding."""
    if architecture != "llama":
        return  # as exact as the model was
    c = model.config
    heads = {"attn_q": c.num_attention_heads, "attn_k": c.num_key_value_heads}
    with torch.no_grad():
        for name, data in held.items():
            kind, suffix = name.split(".")[-2:]
            table = {k.split(".")[-1] if "{}" in k else k: v for k, v in LLAMA.items()}
            if kind in heads:
                data = unpaired(data, heads[kind])
            target = table[kind].format(*[p for p in name.split(".") if p.isdigit()]) + "." + suffix
            model.get_parameter(target).copy_(torch.from_numpy(np.ascontiguousarray(data)))


def export_onnx(path, model, tokenizer):
    """As exporters do it: the linear weights are folded, transposed and nameless."""
    path.parent.mkdir(exist_ok=True)
    ids = torch.tensor([tokenizer.encode("A whale is a kind of mammal.").ids])

    class Wrapped(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.bert = model.float()

        def forward(self, input_ids, attention_mask):
            return self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state

    names = ["input_ids", "attention_mask"]
    torch.onnx.export(Wrapped().eval(), (ids, torch.ones_like(ids)), path, input_names=names, output_names=["output"],
                      dynamic_axes={n: {0: "batch", 1: "length"} for n in names}, opset_version=17, dynamo=False)
