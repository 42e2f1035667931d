"""Texts that tokenizers trip over, and those that the tiny tokenizers are trained on."""

TEXTS = [
    "",
    " ",
    "  two  spaces ",
    "A whale is a kind of mammal.",
    "don't DON'T I'll we've they'd 's ’s it’s",
    "tabs\tand\nnew\r\nlines\n\n\n  indented",
    "1234567890 3.14159 1,000,000 0x1F ½ ² Ⅷ ٣٤٥ 一二三",
    "ÀÉÎõü naïve café ﬁne ẞtraße İstanbul ŉ Ǆ",
    "e\u0301 n\u0303 a\u030a\u0328 decomposed",
    "Ωμέγα Привет мир שלום עולם مرحبا بالعالم नमस्ते दुनिया สวัสดี",
    "你好，世界！日本語のテキスト、한국어 텍스트",
    "👍🏽 👨‍👩‍👧‍👦 🇩🇪 ❤️ 🤖🤖",
    "zero\u200bwidth\u200djoiner\ufeffbom\u00adsoft\u00a0nbsp\u3000wide\u2028line",
    "control\x00\x01\x1b\x7f\x85chars",
    "[CLS] [SEP] [MASK] [PAD] [UNK] <|endoftext|> <|im_start|>user",
    "a [MASK]ed<|endoftext|>text[SEP]",
    "http://example.org/a/b?c=d&e=f#g user@example.org",
    "snake_case camelCase kebab-case CONSTANT_CASE C++ C# .NET f(x)=x^2",
    "“quotes” ‘single’ «guillemets» – — … • ™ © € £ ¥",
    "!!!??? ... --- *** /// \\\\\\ ``` ~~~ $$$ %%% ^^^ &&& ((( )))",
    "x" * 120,
    "word" * 40 + " end",
    "Ünïcödé" * 5,
    "mixed123numbers456and789text",
    "  leading and trailing  ",
    "\n\nstarts with lines",
    "ends with spaces   ",
    "a" + "\u0301" * 5,
    "\U0001d4d7\U0001d4ee\U0001d4f5\U0001d4f5\U0001d4f8 math \U0001f1e6 \U00020000",
    "The quick brown fox jumps over the lazy dog. " * 3,
]

TRAINING = TEXTS + [
    "A whale is a kind of mammal. A dog is a kind of animal. The president spoke to the nation in 1990.",
    "the a of to and in is that it was for on are as with his they at be this have from or one had by word",
]
