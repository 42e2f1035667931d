"""Makes test/data/tokenizers/reference: python scripts/make-tokenizer-cases.py

For every setting of tokenizer.json that is read, what the Rust tokenizers give for thousands of awkward texts: as short
digests of fifty texts each, and in full for the first. For what tokenizer_config.json decides, and for tokenizers that are
made of a vocabulary, transformers is asked. Needs `pip install tokenizers==0.23.3 transformers==5.24.0`.
"""

import gzip
import hashlib
import json
import random
import tempfile
from pathlib import Path

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import BertTokenizer, GPT2Tokenizer

OUT = Path(__file__).parent.parent / 'test/data/tokenizers/reference'
TEXTS = 3000
BLOCK = 50
IN_FULL = 60

BY_HAND = [
    '', ' ', '  ', 'a', 'The cat sat.', "Don't we'll I'VE it's 'S 'ſ x'RE", 'x <m> x', 'x<m>x', '<m>', ' <m><m> ', 'é<m>',
    'ΟΔΟΣ ΣΑΣ Σ', 'ὈΔΥΣΣΕΎΣ.', 'İstanbul IıiİI', 'ẞßſ', 'naïve café', 'cafe\u0301', 'a\u0323\u0307 a\u0307\u0323', '한국어 한국',
    '\ufeffx', 'x \ufeff x', '\u200bx\u200cy\u200dz', 'a\u00a0b\u2003c\u3000d\u0085e\u2028f\u180eg', 'line\nline\r\nline\n', '\n\n \n',
    '\t tab\t', '\x00\x01\x07a\x7f\x80\x9f', '½ ¼ ² ① Ⅷ ٣ १२३ 𝟙𝟚 1234567890', '𠀀𪛖中文 你好world', '\uf900\u2f800 豈', 'ﬁﬂﬀ ﷽ ㌀ Å',
    '👩‍👩‍👧‍👦 🇩🇪 👍🏽 ☃️', 'مرحبا بالعالم', 'नमस्ते दुनिया', 'ภาษาไทย', '\U00011935\U00011930 \U0001193b\u0323', '\u0898\u0323a\u1ac1b\U0001e5ee',
    '\U000105d2\u0307 \ua7cb \U00010d50 \U00016ea0', 'a!b!!c?! --- (x)', '$1.50 + 2 = €3 ^ ~ ` |', '_a_b-c', '«quoted» “curly” ‘x’ ¿qué? ؟ 。',
    'a' * 99, 'a' * 101, '中' * 120, 'ab' * 600, ' ' * 70 + 'x', 'x' + ' ' * 70, '!' * 150, '#version: 0.2', '##a ##', '[CLS] x [SEP] [UNK]',
    '<|endoftext|>x<|endoftext|>', 'x  <s>  y', '<s> <s>', '▁a ▁b', 'Ġa Ċ', '<0x0A>', 'tHe THE thé', 'e\u0301\u0327 q\u0307\u0323', 'A\u030a',
]
RANGES = [
    (0x20, 0x7e, 30), (0x61, 0x7a, 30), (0x20, 0x20, 14), (0x41, 0x5a, 8), (0x30, 0x39, 6), (0x21, 0x2f, 6), (0, 0x1f, 3), (0x7f, 0xa0, 2),
    (0xa1, 0x24f, 8), (0x250, 0x2ff, 2), (0x300, 0x36f, 6), (0x370, 0x3ff, 5), (0x3a3, 0x3a3, 2), (0x400, 0x52f, 4), (0x531, 0x5ff, 3),
    (0x600, 0x6ff, 3), (0x700, 0x8ff, 2), (0x900, 0xdff, 3), (0xe00, 0xfff, 2), (0x1000, 0x10ff, 2), (0x1100, 0x11ff, 2), (0x1200, 0x1cff, 3),
    (0x1ab0, 0x1aff, 2), (0x1d00, 0x1fff, 3), (0x2000, 0x206f, 5), (0x2070, 0x2bff, 4), (0x2c00, 0x2fff, 2), (0x3000, 0x33ff, 3), (0x3400, 0x9fff, 4),
    (0xa000, 0xa7ff, 2), (0xa800, 0xabff, 2), (0xac00, 0xd7ff, 2), (0xe000, 0xf8ff, 1), (0xf900, 0xfaff, 2), (0xfb00, 0xfeff, 2), (0xff00, 0xffff, 2),
    (0x10000, 0x10fff, 3), (0x11000, 0x11fff, 3), (0x12000, 0x16fff, 2), (0x1d000, 0x1dfff, 2), (0x1e000, 0x1f0ff, 2), (0x1f100, 0x1faff, 4),
    (0x20000, 0x323af, 2), (0xe0001, 0xe01ef, 1), (0xf0000, 0x10ffff, 1),
]
WORDS = (
    'the The a an house houses running walked un believe unbelievable it\'s don\'t we\'ll 3.14 1,000 e-mail www.example.org '
    'Straße façade Ωμέγα ΣΊΣΥΦΟΣ слово Слова 日本語 中文 <m> <s> </s> <|endoftext|> [CLS] [MASK] hello HELLO x\'s I\'M YOU\'RE '
    '\n \n\n \t \r\n ... --- !? (a) "b" @user #tag $5 100% C++ a_b __init__'
).split(' ')


def texts():
    draw = random.Random(20_261)
    weights = [weight for _, _, weight in RANGES]

    def letter():
        low, high, _ = draw.choices(RANGES, weights)[0]
        point = draw.randint(low, high)
        return ' ' if 0xD800 <= point <= 0xDFFF else chr(point)

    made = list(BY_HAND)
    while len(made) < TEXTS:
        kind = draw.random()
        if kind < 0.45:
            made.append(''.join(letter() for _ in range(draw.randint(1, 30))))
        elif kind < 0.75:
            made.append(draw.choice([' ', ' ', '', '  ']).join(draw.choices(WORDS, k=draw.randint(1, 8))))
        else:
            some = [draw.choice(WORDS) if draw.random() < 0.6 else letter() for _ in range(draw.randint(2, 14))]
            made.append(draw.choice(['', ' ', '']).join(some))
    return made


GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
QWEN2 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
LLAMA3 = QWEN2.replace(r'\p{N}|', r'\p{N}{1,3}|')
O200K = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
DEEPSEEK = r'[!"#$%&\'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+'
PATTERNS = {
    'gpt-2': GPT2, 'qwen2': QWEN2, 'llama 3': LLAMA3, 'o200k': O200K, 'deepseek': DEEPSEEK,
    'ends': r'\s+$|^\s+', 'starts': r'^.', 'end alone': r'$', 'start alone': r'^', 'nothing': r'', 'stars': r'a*', 'lazy': r'a+?b*?c??',
    'counts': r'[a-z]{2,3}|\d{2}|x{2,}', 'groups': r'(?:ab|a)(c|bcd)?|(e|f)+', 'ahead': r'a(?=b)|\w(?![a-z])', 'empty ahead': r'(?= )',
    'words': r'\w+|\W', 'not words': r'[^\w\s]+', 'digits': r'\d+|\D', 'properties': r'\p{Lu}|\p{^Ll}\p{M}|\P{L}\p{Nd}',
    'kinds': r'\p{Nl}+|\p{No}+|\p{P}+|\p{S}+|\p{Z}+|\p{Han}+|\p{Lt}|\p{Lm}', 'escapes': r'\x41|\u0042|\x{43}|\n|\t|\r|\.|\-|\]', 'classes': r'[\d\sA-F_\-.]+|[^-a]',
    'any': r'.+', 'nested': r'(?:(?:a|b) ?){1,3}c', 'kelvin': r'(?i:k|s)',
}


def probe():
    """A model that says all: each piece's bytes, and where it begins, for every other character has ## before it."""
    vocab = {'<0x%02X>' % byte: byte for byte in range(256)}
    return dict(
        type='BPE', dropout=None, unk_token=None, continuing_subword_prefix='##', end_of_word_suffix=None, fuse_unk=False,
        byte_fallback=True, ignore_merges=False, vocab=vocab, merges=[],
    )


def token(content, number, **flags):
    off = dict(single_word=False, lstrip=False, rstrip=False, normalized=False, special=False)
    return dict(id=number, content=content, **{**off, **flags})


def file(model=None, **parts):
    empty = dict(version='1.0', truncation=None, padding=None, added_tokens=[], normalizer=None, pre_tokenizer=None)
    return {**empty, 'post_processor': None, 'decoder': None, **parts, 'model': model or probe()}


def normalizer_cases():
    def bert(clean, chinese, accents, lower):
        return dict(type='BertNormalizer', clean_text=clean, handle_chinese_chars=chinese, strip_accents=accents, lowercase=lower)

    def replace(content, **pattern):
        return dict(type='Replace', pattern=pattern, content=content)

    def sequence(*steps):
        return dict(type='Sequence', normalizers=list(steps))

    for clean in (True, False):
        for chinese in (True, False):
            for accents in (True, False, None):
                for lower in (True, False):
                    yield bert(clean, chinese, accents, lower)
    forms = [dict(type=form) for form in ('NFC', 'NFD', 'NFKC', 'NFKD')]
    lower, accents = dict(type='Lowercase'), dict(type='StripAccents')
    strips = [dict(type='Strip', strip_left=left, strip_right=right) for left in (True, False) for right in (True, False)]
    yield from [*forms, lower, accents, *strips, dict(type='ByteLevel'), dict(type='Prepend', prepend='▁'), dict(type='Prepend', prepend='ab')]
    yield from [replace('▁', String=' '), replace('', String='a'), replace('$&$1', String='b'), replace('-', String=''), replace('.', String='..')]
    yield from [replace(' ', Regex=r'\s+'), replace('x', Regex=r'a*'), replace('', Regex=r'[^\p{L} ]'), replace('$0', Regex=r'(a)|b'), replace('|', Regex=r'$')]
    yield from [sequence(*steps) for steps in [
        [], [forms[1], accents], [forms[3], lower, accents], [forms[0], lower], [strips[0], dict(type='Prepend', prepend='▁'), replace('▁', String=' ')],
        [lower, bert(True, True, None, True)], [forms[2], replace(' ', Regex=' {2,}'), strips[1]], [dict(type='ByteLevel'), lower],
    ]]


BEHAVIORS = ['Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous']


def pre_tokenizer_cases():
    def split(behavior, invert=False, **pattern):
        return dict(type='Split', pattern=pattern, behavior=behavior, invert=invert)

    def byte_level(space, regex):
        return dict(type='ByteLevel', add_prefix_space=space, trim_offsets=True, use_regex=regex)

    def sequence(*steps):
        return dict(type='Sequence', pretokenizers=list(steps))

    def metaspace(scheme, cuts, replacement='▁'):
        return dict(type='Metaspace', replacement=replacement, prepend_scheme=scheme, split=cuts)

    plain = [dict(type=name) for name in ('BertPreTokenizer', 'Whitespace', 'WhitespaceSplit')]
    digits = [dict(type='Digits', individual_digits=single) for single in (True, False)]
    yield from [*plain, *digits]
    yield from [byte_level(space, regex) for space in (True, False) for regex in (True, False)]
    yield from [dict(type='Punctuation', behavior=behavior) for behavior in BEHAVIORS]
    yield dict(type='Punctuation')
    yield from [metaspace(scheme, cuts) for scheme in ('always', 'first', 'never') for cuts in (True, False)]
    yield metaspace('always', True, '_')
    yield dict(type='Metaspace', replacement='▁', add_prefix_space=True)
    yield from [dict(type='CharDelimiterSplit', delimiter=delimiter) for delimiter in ('a', ' ', '👍')]
    yield from [dict(type='FixedLength', length=length) for length in (1, 3, 5, 100)]
    for behavior in BEHAVIORS:
        for invert in (False, True):
            yield from [split(behavior, invert, String=' '), split(behavior, invert, String='ab'), split(behavior, invert, String='')]
            yield from [split(behavior, invert, Regex=r'\s+'), split(behavior, invert, Regex=r'\d|[a-c]+'), split(behavior, invert, Regex=r'a*')]
    yield from [split('Isolated', Regex=pattern) for pattern in PATTERNS.values()]
    yield from [split('Removed', True, Regex=pattern) for pattern in PATTERNS.values()]
    yield from [sequence(*steps) for steps in [
        [], [digits[0], byte_level(False, True)], [split('Isolated', Regex=LLAMA3), byte_level(False, False)], [plain[2], dict(type='Punctuation'), digits[0]],
        [plain[1], metaspace('always', True)], [split('Isolated', Regex=r'\p{N}{1,3}'), split('Isolated', Regex=DEEPSEEK), byte_level(False, False)],
        [metaspace('first', True), dict(type='FixedLength', length=2)], [byte_level(True, True), byte_level(True, True)],
    ]]


def added_token_cases():
    flags = ['single_word', 'lstrip', 'rstrip', 'normalized', 'special']
    for bits in range(32):
        on = {flag: bits >> i & 1 == 1 for i, flag in enumerate(flags)}
        yield dict(added_tokens=[token('<m>', 256, **on), token('<s>', 257, **on)])
        yield dict(added_tokens=[token('<m>', 256, **on), token('THE', 257, **on)], normalizer=dict(type='Lowercase'))
    yield dict(added_tokens=[token(content, 256 + i, rstrip=i % 2 == 1) for i, content in enumerate(['a', 'ab', ' ', 'abab', '中', '👍', '#'])])
    yield dict(added_tokens=[token('<m>', 256, normalized=True)], normalizer=dict(type='Prepend', prepend='▁'))
    yield dict(added_tokens=[token('<m>', 256)], pre_tokenizer=dict(type='Metaspace', replacement='▁', prepend_scheme='first', split=True))
    yield dict(added_tokens=[token('<0x41>', 65), token('<m>', 256, special=True)], pre_tokenizer=dict(type='ByteLevel', add_prefix_space=True, trim_offsets=True))


def post_processor_cases():
    def template(single):
        special = {name: dict(id=name, ids=ids, tokens=[name] * len(ids)) for name, ids in {'[CLS]': [1], '[SEP]': [2, 3]}.items()}
        pieces = [{'Sequence': dict(id='A', type_id=0)} if name == 'A' else {'SpecialToken': dict(id=name, type_id=0)} for name in single]
        return dict(type='TemplateProcessing', single=pieces, pair=[*pieces, {'Sequence': dict(id='B', type_id=1)}], special_tokens=special)

    byte_level = dict(type='ByteLevel', add_prefix_space=True, trim_offsets=False, use_regex=True)
    around = dict(sep=['</s>', 7], cls=['<s>', 9])
    yield from [template(['A']), template(['[CLS]', 'A', '[SEP]']), template(['[CLS]', '[CLS]', 'A']), byte_level]
    yield from [dict(type='BertProcessing', **around), dict(type='RobertaProcessing', trim_offsets=True, add_prefix_space=True, **around)]
    yield dict(type='Sequence', processors=[byte_level, template(['[CLS]', 'A'])])
    yield dict(type='Sequence', processors=[])


def trained(model, trainer, some, pre, normalizer=None):
    made = Tokenizer(model)
    made.pre_tokenizer = pre
    if normalizer:
        made.normalizer = normalizer
    made.train_from_iterator(some, trainer)
    return json.loads(made.to_str())


def model_cases(some):
    split, bert = pre_tokenizers.WhitespaceSplit(), pre_tokenizers.BertPreTokenizer()
    word_piece = trained(models.WordPiece(unk_token='[UNK]'), trainers.WordPieceTrainer(
        vocab_size=900, limit_alphabet=300, special_tokens=['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'], show_progress=False), some, bert, normalizers.BertNormalizer())
    yield word_piece
    yield {**word_piece, 'normalizer': None}
    yield {**word_piece, 'model': {**word_piece['model'], 'max_input_chars_per_word': 3}}
    yield {**word_piece, 'model': {**word_piece['model'], 'continuing_subword_prefix': ''}}
    yield {**word_piece, 'model': {**word_piece['model'], 'continuing_subword_prefix': 'a'}}
    yield {**word_piece, 'model': {key: value for key, value in word_piece['model'].items() if key != 'type'}}
    yield trained(models.WordLevel(unk_token='[UNK]'), trainers.WordLevelTrainer(vocab_size=300, special_tokens=['[UNK]'], show_progress=False), some, split)
    byte_level = trained(models.BPE(), trainers.BpeTrainer(
        vocab_size=900, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False), some, pre_tokenizers.ByteLevel(add_prefix_space=False))
    yield byte_level
    yield {**byte_level, 'model': {**byte_level['model'], 'ignore_merges': True}}
    yield {**byte_level, 'model': {**byte_level['model'], 'ignore_merges': True, 'merges': byte_level['model']['merges'][::2]}}
    yield {**byte_level, 'model': {**byte_level['model'], 'merges': [' '.join(pair) for pair in byte_level['model']['merges']] + ['Ġ t']}}
    yield {**byte_level, 'pre_tokenizer': None, 'normalizer': dict(type='ByteLevel')}
    marked = trained(models.BPE(unk_token='<unk>'), trainers.BpeTrainer(
        vocab_size=600, limit_alphabet=120, special_tokens=['<unk>'], continuing_subword_prefix='##', show_progress=False), some, split)
    yield marked
    yield {**marked, 'model': {**marked['model'], 'fuse_unk': True}}
    yield {**marked, 'model': {**marked['model'], 'unk_token': None}}
    ended = trained(models.BPE(unk_token='<unk>'), trainers.BpeTrainer(
        vocab_size=600, limit_alphabet=120, special_tokens=['<unk>'], end_of_word_suffix='</w>', show_progress=False), some, split)
    yield ended
    fallen = json.loads(json.dumps(ended))
    size = len(fallen['model']['vocab'])
    # Bytes for ASCII alone: what has others stays unknown, and the two stand side by side.
    fallen['model']['vocab'].update({'<0x%02X>' % byte: size + byte for byte in range(0xd0)})
    for fuse in (True, False):
        yield {**fallen, 'model': {**fallen['model'], 'byte_fallback': True, 'fuse_unk': fuse}}


def configured_cases(some):
    word_piece, *_, = model_cases(some)
    special = [token(content, i, special=True) for i, content in enumerate(['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'])]
    around = dict(type='BertProcessing', sep=['[SEP]', 3], cls=['[CLS]', 2])
    bert_file = {**word_piece, 'added_tokens': special, 'post_processor': around, 'truncation': None, 'padding': None}
    vocab = sorted(word_piece['model']['vocab'], key=word_piece['model']['vocab'].get)
    vocab_text = ''.join(f'{line}\n' for line in vocab)
    switches = [
        {}, dict(do_lower_case=False), dict(do_lower_case=True), dict(strip_accents=False), dict(tokenize_chinese_chars=False),
        dict(do_lower_case=False, strip_accents=True, tokenize_chinese_chars=False),
    ]
    for config in switches:
        named = {'tokenizer_class': 'BertTokenizer', **config}
        yield BertTokenizer, {'tokenizer.json': json.dumps(bert_file), 'tokenizer_config.json': json.dumps(named)}
        yield BertTokenizer, {'vocab.txt': vocab_text, 'tokenizer_config.json': json.dumps(config)}
    cased = {**bert_file, 'normalizer': {**bert_file['normalizer'], 'lowercase': False, 'strip_accents': True}}
    yield BertTokenizer, {'tokenizer.json': json.dumps(cased), 'tokenizer_config.json': '{"tokenizer_class":"BertTokenizerFast"}'}
    byte_level = trained(models.BPE(), trainers.BpeTrainer(
        vocab_size=600, special_tokens=['<|endoftext|>'], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False),
        some, pre_tokenizers.ByteLevel(add_prefix_space=False))
    vocab_json = json.dumps(byte_level['model']['vocab'])
    merges = '#version: 0.2\n' + ''.join(f'{a} {b}\n' for a, b in byte_level['model']['merges'])
    for config in [{}, dict(add_prefix_space=True), dict(add_prefix_space=False), dict(add_bos_token=True), dict(add_bos_token=True, add_eos_token=True)]:
        yield GPT2Tokenizer, {'vocab.json': vocab_json, 'merges.txt': merges, 'tokenizer_config.json': json.dumps(config)}
    spaced = {**byte_level, 'pre_tokenizer': {**byte_level['pre_tokenizer'], 'add_prefix_space': True}}
    for made in (byte_level, spaced):
        for config in [{}, dict(add_prefix_space=True), dict(add_prefix_space=False)]:
            named = {'tokenizer_class': 'GPT2Tokenizer', **config}
            yield GPT2Tokenizer, {'tokenizer.json': json.dumps(made), 'tokenizer_config.json': json.dumps(named)}


def by_transformers(some):
    for made, files in configured_cases(some):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                Path(folder, name).write_text(text)
            tokenizer = made.from_pretrained(folder)
            yield dict(files=files, ids=[tokenizer(text)['input_ids'] for text in some[: 2 * IN_FULL]])


def digest(ids):
    return hashlib.sha256(json.dumps(ids, separators=(',', ':')).encode()).hexdigest()[:12]


def write(name, value):
    text = json.dumps(value, ensure_ascii=True, separators=(',', ':'))
    with gzip.GzipFile(OUT / f'{name}.json.gz', 'wb', mtime=0) as out:
        out.write(text.encode())


def main():
    some = texts()
    OUT.mkdir(exist_ok=True)
    write('texts', some)
    write('configured', list(by_transformers(some)))
    groups = {
        'normalizers': [file(normalizer=part) for part in normalizer_cases()],
        'pre-tokenizers': [file(pre_tokenizer=part) for part in pre_tokenizer_cases()],
        'added-tokens': [file(**parts) for parts in added_token_cases()],
        'post-processors': [file(post_processor=part) for part in post_processor_cases()],
        'models': list(model_cases(some)),
    }
    for name, files in groups.items():
        cases = []
        for tokenizer in files:
            made = Tokenizer.from_str(json.dumps(tokenizer))
            ids = [made.encode(text).ids for text in some]
            blocks = [digest(ids[at : at + BLOCK]) for at in range(0, len(ids), BLOCK)]
            model = 'probe' if tokenizer['model'] == probe() else tokenizer['model']
            cases.append(dict(tokenizer={**tokenizer, 'model': model}, blocks=blocks, ids=ids[:IN_FULL]))
        write(name, dict(probe=probe(), cases=cases))
        print(name, len(cases))


main()
