"""Makes the tiny models of this folder and the reference values beside them.

Only needed to make them again; the tests read what is committed. With Python 3.11:
    pip install torch==2.13.0 transformers==5.23.0 tokenizers==0.23.3 safetensors==0.8.0 gguf==0.19.0 numpy onnx
    python make.py                     the tiny models, their GGUF and ONNX forms, tokens, quantised blocks
    python real.py FOLDER              reference values of the real models that lie in FOLDER
    python prompts.py ...              reference values of prompting; see there

Every weight is drawn at random, biases and norms too, so that none can be forgotten or swapped unseen. Logits are
computed in double precision from the weights as the files hold them.
"""
import json
import shutil
from pathlib import Path

import numpy as np
import torch
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import (
    BertConfig, BertModel, GPT2Config, GPT2ForTokenClassification, GPT2LMHeadModel, GPTNeoXConfig, GPTNeoXForCausalLM,
    LlamaConfig, LlamaForCausalLM, LlamaForSequenceClassification, PreTrainedTokenizerFast, Qwen2Config,
    Qwen2ForCausalLM,
)

import ggufs
from texts import TEXTS, TRAINING

HERE = Path(__file__).parent
VOCABULARY = 300
QWEN_SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def byte_level(pre, normalizer=None, special=("<|endoftext|>",)):
    tokenizer = Tokenizer(models.BPE())
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = trainers.BpeTrainer(vocab_size=VOCABULARY, special_tokens=list(special), show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(TRAINING, trainer)
    return tokenizer


def gpt2_tokens():
    return byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False))


def smollm_tokens():
    pre = pre_tokenizers.Sequence([
        pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False),
    ])
    return byte_level(pre, special=("<|endoftext|>", "<|im_start|>", "<|im_end|>"))


def qwen_tokens():
    pre = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(QWEN_SPLIT), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    return byte_level(pre, normalizers.NFC())


def word_pieces():
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer.train_from_iterator(
        TRAINING, trainers.WordPieceTrainer(vocab_size=VOCABULARY, special_tokens=special, show_progress=False))
    tokenizer.decoder = decoders.WordPiece()
    ids = [(t, tokenizer.token_to_id(t)) for t in ("[SEP]", "[CLS]")]
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=ids)
    return tokenizer


def randomise(model, seed):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, p in sorted(model.named_parameters()):
            noise = torch.randn(p.shape, generator=generator)
            is_scale = p.dim() == 1 and name.endswith("weight")
            p.copy_(1 + 0.2 * noise if is_scale else noise / (p.shape[-1] ** 0.5 if p.dim() == 2 else 4))
    return model


def make(name, model, tokenizer, seed, dtype=torch.float32, shard=None, special=None):
    folder = HERE / name
    if (folder / "tokenizer.json").exists():  # training one twice gives two
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    shutil.rmtree(folder, ignore_errors=True)
    # The files of a model hold the rounded weights; the reference is computed from those, in double precision.
    model = randomise(model, seed).to(dtype).eval()
    model.save_pretrained(folder, **({"max_shard_size": shard} if shard else {}))
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, **(special or {}))
    fast.save_pretrained(folder)
    # Not `model.double()`: what it computes of its own, such as rotary angles, has been rounded too.
    model = type(model).from_pretrained(folder, dtype=torch.float32).eval()
    reference(folder, model.double(), tokenizer)
    return model, tokenizer


SHORT = ["A whale is a kind of mammal.", "x", "In 2023, I'm told: 12 + 34 = 46\n"]


def reference(folder, model, tokenizer):
    """Outputs of the last token, or (of an encoder) the mean of the last hidden states; tokens of every text."""
    out = []
    for text in SHORT:
        ids = tokenizer.encode(text).ids
        with torch.no_grad():
            result = model(torch.tensor([ids]))
        if hasattr(result, "last_hidden_state"):
            values = result.last_hidden_state[0].mean(0)
        else:
            # Of a head that has picked its token itself there is one row.
            values = result.logits.reshape(-1, result.logits.shape[-1])[-1]
        out.append({"text": text, "ids": ids, "values": [float(f"{v:.7g}") for v in values]})
    tokens = [tokenizer.encode(text).ids for text in TEXTS]
    write(folder / "reference.json", {"outputs": out, "tokens": tokens})


def write(path, value):
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def main():
    write(HERE / "texts.json", TEXTS)
    end = {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"}
    gpt2 = GPT2Config(vocab_size=VOCABULARY, n_positions=64, n_embd=16, n_layer=2, n_head=2, bos_token_id=0, eos_token_id=0)
    made_gpt2 = make("tiny-gpt2", GPT2LMHeadModel(gpt2), gpt2_tokens(), 1, special=end)
    make("tiny-gpt2-tokens", GPT2ForTokenClassification(GPT2Config(**{**gpt2.to_dict(), "num_labels": 3})),
         gpt2_tokens(), 2, special=end)
    neox = GPTNeoXConfig(vocab_size=VOCABULARY, hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
                         intermediate_size=40, max_position_embeddings=64, rotary_pct=0.25, bos_token_id=0, eos_token_id=0)
    made_neox = make("tiny-neox", GPTNeoXForCausalLM(neox), gpt2_tokens(), 3, shard="30KB", special=end)
    llama = LlamaConfig(vocab_size=VOCABULARY, hidden_size=32, num_hidden_layers=2, num_attention_heads=4,
                        num_key_value_heads=2, intermediate_size=48, max_position_embeddings=64, rms_norm_eps=1e-5,
                        rope_theta=100000.0, tie_word_embeddings=True, bos_token_id=0, eos_token_id=0)
    made_llama = make("tiny-llama", LlamaForCausalLM(llama), smollm_tokens(), 4, torch.bfloat16, special=end)
    make("tiny-llama-sequence", LlamaForSequenceClassification(LlamaConfig(**{**llama.to_dict(), "pad_token_id": 0, "num_hidden_layers": 1})),
         smollm_tokens(), 5, special={**end, "pad_token": "<|endoftext|>"})
    qwen = Qwen2Config(vocab_size=VOCABULARY, hidden_size=24, num_hidden_layers=2, num_attention_heads=3,
                       num_key_value_heads=1, intermediate_size=40, max_position_embeddings=64, rope_theta=1000000.0,
                       tie_word_embeddings=False, bos_token_id=0, eos_token_id=0)
    made_qwen = make("tiny-qwen2", Qwen2ForCausalLM(qwen), qwen_tokens(), 6, torch.float16, special=end)
    bert = BertConfig(vocab_size=VOCABULARY, hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
                      intermediate_size=32, max_position_embeddings=64)
    special = {f"{n}_token": f"[{n.upper()}]" for n in ("pad", "unk", "cls", "sep", "mask")}
    made_bert = make("tiny-bert", BertModel(bert, add_pooling_layer=False), word_pieces(), 7, special=special)
    ggufs.export_onnx(HERE / "tiny-bert" / "onnx" / "model.onnx", *made_bert)
    # A llama whose rows are whole blocks of every quantisation.
    wide = LlamaConfig(vocab_size=VOCABULARY, hidden_size=32, num_hidden_layers=1, num_attention_heads=2,
                       num_key_value_heads=1, intermediate_size=256, max_position_embeddings=64, rms_norm_eps=1e-5,
                       tie_word_embeddings=False, bos_token_id=0, eos_token_id=0)
    ggufs.main(HERE / "gguf", reference, {
        "gpt2": made_gpt2, "gptneox": made_neox, "qwen2": made_qwen, "bert": made_bert,
        "llama": (randomise(LlamaForCausalLM(wide), 8).eval(), made_llama[1]),
    })


if __name__ == "__main__":
    torch.manual_seed(0)
    np.random.seed(0)
    main()
