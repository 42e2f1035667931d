"""Makes the tokenizer of the bundled models: python scripts/make-tokenizer.py <tokenizer.json>

Needs `pip install tokenizers==0.23.3`, and only to make it anew: scripts/make-models.mjs takes the file that it gives.
"""

import gzip
import json
import sys
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

TASKS = Path(__file__).parent.parent / 'resources' / 'tasks'
# As CORPORA of scripts/make-models.mjs.
CORPORA = ['sotu', 'person-artifact']
SIZE = 4096
# Between texts, so in front of each.
END = '<|endoftext|>'


def texts():
    """Train rows only: nothing that is tested on has had a part in it."""
    for corpus in CORPORA:
        with gzip.open(TASKS / f'{corpus}.jsonl.gz', 'rt', encoding='utf-8') as lines:
            for row in map(json.loads, lines):
                if row['split'] != 'test':
                    yield row['text']


def main(path: str) -> None:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=SIZE, special_tokens=[END], initial_alphabet=sorted(alphabet), show_progress=False
    )
    tokenizer.train_from_iterator(texts(), trainer)
    end = tokenizer.token_to_id(END)
    tokenizer.post_processor = processors.TemplateProcessing(single=f'{END} $A', special_tokens=[(END, end)])
    tokenizer.save(path)
    print(f'{tokenizer.get_vocab_size()} tokens')


main(sys.argv[1])
