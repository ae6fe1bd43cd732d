"""How nginx reads the text of its configuration file."""

import re

_ESCAPE = re.compile(r"\\([\"'\\trn])")
_MEANT = {"t": "\t", "r": "\r", "n": "\n"}


def unquote(word: str) -> str:
    """Return what nginx makes of a word, in quotes or not: few escapes count."""
    # nginx: src/core/ngx_conf_file.c, ngx_conf_read_token
    return _ESCAPE.sub(lambda found: _MEANT.get(found[1], found[1]), word)


def breaks_word(word: str) -> bool:
    """Tell whether a text that is written without quotes is more than one word."""
    return bool(re.search(r"[\s;]|(?<!\$)\{|^[\"'}#]|(?<!\\)(?:\\\\)*\\$", word))


def breaks_quotes(word: str) -> bool:
    """Tell whether a text in double quotes, not escaped, ends too early."""
    return bool(re.search(r'(?<!\\)(?:\\\\)*"|(?<!\\)(?:\\\\)*\\$', word))
