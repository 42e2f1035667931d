"""Makes bpe.json beside it: the merges that Hugging Face's trainer makes of texts. Needs `pip install tokenizers==0.23.3`.

python test/data/tokenizers/training/make.py
"""

import gzip
import json
import random
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers, trainers

HERE = Path(__file__).parent
CORPORA = HERE.parents[3] / 'resources' / 'corpora'


def merges_of(texts, size):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=['<|endoftext|>'], initial_alphabet=alphabet, show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    model = json.loads(tokenizer.to_str())['model']
    return {'size': size, 'merges': model['merges'], 'last': max(model['vocab'].values())}


def letters(seed, kinds):
    """Words of few letters: the same token comes to be in several ways, and counts are often equal."""
    rng = random.Random(seed)
    return [' '.join(''.join(rng.choices(kinds, k=rng.randint(1, 9))) for _ in range(40)) for _ in range(30)]


with gzip.open(CORPORA / 'canterbury.jsonl.gz', 'rt', encoding='utf-8') as lines:
    alice = [json.loads(line)['text'] for line, _ in zip(lines, range(40))]
awkward = ['naïve café — “déjà vu” 12.5', '   two  spaces\n\nlines\ttabs', "it's we'll I'd", '象は鼻が長い 🐘🐘', '!?!?!? ...']
cases = [{'corpus': 'canterbury', 'documents': 40, **merges_of(alice, 900)}]
cases += [{'texts': texts, **merges_of(texts, size)} for texts, size in [(awkward * 3, 330), (['a'], 300)]]
cases += [{'texts': t, **merges_of(t, 420)} for t in (letters(1, 'ab'), letters(2, 'abc'), letters(3, 'aaab'))]
(HERE / 'bpe.json').write_text(json.dumps(cases, ensure_ascii=False) + '\n', encoding='utf-8')
