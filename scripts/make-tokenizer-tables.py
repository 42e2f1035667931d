"""Makes src-main/data/tokenizers/unicode/tables.ts: python scripts/make-tokenizer-tables.py

What the Rust tokenizers take for letters, blanks, marks and so on, asked of them for every code point: their parts follow
Unicode 8 to 17, a JavaScript engine follows another, and the command line and the app are two engines. Needs
`pip install tokenizers==0.23.3` and a `node` of Unicode 17 or newer (for what normal forms newer characters have).
"""

import json
import subprocess
import unicodedata
from pathlib import Path

from tokenizers import Regex, normalizers, pre_tokenizers

OUT = Path(__file__).parent.parent / 'src-main/data/tokenizers/unicode/tables.ts'
POINTS = [point for point in range(0x110000) if not 0xD800 <= point <= 0xDFFF]
FORMS = ['NFC', 'NFD', 'NFKC', 'NFKD']
# How combining classes show: a mark behind one of class 240, or before one of class 1, changes places with it.
AROUND = [('', ''), ('a\u0345', ''), ('a', '\u0334')]

NODE = """
const forms = %s, around = %s, lines = []
for (let point = 0; point < 0x110000; point++) {
  if (point >= 0xd800 && point <= 0xdfff) continue
  const texts = around.map(([before, after]) => before + String.fromCodePoint(point) + after)
  const seen = texts.flatMap((text) => forms.map((form) => text.normalize(form)))
  if (seen.some((made, i) => made !== texts[Math.floor(i / forms.length)])) lines.push([point, seen])
}
console.log(JSON.stringify(lines))
"""


def split_off(pre_tokenizer):
    """The code points of which nothing is left."""
    return {point for point in POINTS if not pre_tokenizer.pre_tokenize_str(chr(point))}


def matched(pattern):
    return split_off(pre_tokenizers.Split(Regex(pattern), 'removed'))


def emptied(normalizer, before=''):
    return {point for point in POINTS if normalizer.normalize_str(before + chr(point)) == before}


def bert(**on):
    off = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    return normalizers.BertNormalizer(**{**off, **on})


def classes():
    whitespace = pre_tokenizers.Whitespace()
    digits = pre_tokenizers.Digits(individual_digits=True)
    names = ['Lu', 'Ll', 'Lt', 'Lm', 'Lo', 'M', 'Nd', 'Nl', 'No', 'P', 'S', 'Z', 'Han']
    return {
        **{name: matched('\\p{%s}' % name) for name in names},
        'space': matched('\\s'),
        'word': matched('\\w'),
        # In a class it is without the numbers of Latin-1.
        'wordInClass': matched('[\\w]'),
        # The regex crate's \\w, which single words are judged by.
        'crateWord': {point for point in POINTS if len(whitespace.pre_tokenize_str(chr(point) + '!')) == 2},
        'punctuation': split_off(pre_tokenizers.Punctuation('removed')),
        'numeric': {point for point in POINTS if len(digits.pre_tokenize_str(f'a{chr(point)}a')) == 3},
        'control': emptied(bert(clean_text=True)),
        'nonspacing': emptied(bert(strip_accents=True), 'x'),
        'mark': emptied(normalizers.StripAccents()),
    }


def base36(number):
    digits = '0123456789abcdefghijklmnopqrstuvwxyz'
    return digits[number] if number < 36 else base36(number // 36) + digits[number % 36]


def packed(points):
    """Where each range ends and the next begins, as steps in base 36."""
    edges, last = [], 0
    for point in sorted(points):
        if edges and edges[-1] == point:
            edges[-1] = point + 1
        else:
            edges += [point, point + 1]
    steps = []
    for edge in edges:
        steps.append(base36(edge - last))
        last = edge
    return ' '.join(steps)


def unnormalised():
    """Characters that an engine normalises and the reference, being older, does not."""
    seen = dict(json.loads(subprocess.check_output(['node', '-e', NODE % (json.dumps(FORMS), json.dumps(AROUND))])))
    makers = [getattr(normalizers, form)() for form in FORMS]
    old = unicodedata.ucd_3_2_0
    found = set()
    for point, theirs in seen.items():
        texts = [before + chr(point) + after for before, after in AROUND]
        ours = [maker.normalize_str(text) for text in texts for maker in makers]
        if ours != theirs:
            # With a new pair comes at least one new character; an old mark composes with others as ever.
            found |= {point} | {ord(part) for part in theirs[1] if old.category(part) == 'Cn'}
    return found


def lower_case():
    """Lower case that is newer than Unicode 14, which every engine knows."""
    lower = normalizers.Lowercase()
    pairs = [(chr(point), lower.normalize_str(chr(point))) for point in POINTS]
    return ''.join(a + b for a, b in pairs if b != a.lower())


def main():
    assert unicodedata.unidata_version <= '15.1.0', 'newer than the oldest engine'
    lines = [f'  {name}: "{packed(points)}",'.replace('"', "'") for name, points in classes().items()]
    text = ''.join('\\u{%x}' % ord(char) for char in lower_case())
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(
        '// Made by scripts/make-tokenizer-tables.py from the Rust tokenizers 0.23.3; not by hand.\n\n'
        '/** Steps in base 36 from each edge of a range of code points to the next, by class. */\n'
        'export const CLASSES = {\n' + '\n'.join(lines) + '\n} as const\n\n'
        '/** Code points that stay as they are in every normal form, and that no mark moves across. */\n'
        f"export const UNNORMALISED = '{packed(unnormalised())}'\n\n"
        '/** Pairs of a capital and its small letter that are newer than some engines. */\n'
        f"export const NEW_LOWER_CASE = '{text}'\n"
    )


main()
