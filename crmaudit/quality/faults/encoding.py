"""Text damaged between encodings.

UTF-8 that was read as Windows-1252 (or Latin-1) leaves pairs of characters that
no language writes: the lead byte of a two-byte character becomes `Ã`, `Â`, `Ä`
or `Å`, and each byte that follows one of the 64 characters that Windows-1252
has for 0x80 to 0xBF.
"""

from __future__ import annotations

# What Windows-1252 and Latin-1 show for the bytes 0x80 to 0xBF.
_LETTERS = "ƒŠŒŽšœžŸˆ˜"
_SIGNS = "€‚„…†‡‰‹‘’“”•–—™›"
_FOLLOWING = rf"\x{{80}}-\x{{bf}}{_LETTERS}{_SIGNS}"
# After Â, Ä and Å a closing quote or a dash may end a word in earnest.
_PLAIN = rf"\x{{80}}-\x{{9f}}\x{{a1}}-\x{{aa}}\x{{ac}}-\x{{ba}}\x{{bc}}-\x{{bf}}{_LETTERS}‚„†‡‰‹€™"

MOJIBAKE = (
    "regexp_matches(v, '"
    rf"Ã[{_FOLLOWING}]|[ÂÄÅ][{_PLAIN}]|Å[{_FOLLOWING}][a-z]|([ÐÑ][{_FOLLOWING}]){{2}}|"
    r"â[€‚„][\x{80}-\x{bf}™œžŸŠšŒƒ†‡•…‰‹›“”’‘˜¦]|ï¿½|ï»¿')"
)
"""SQL: the value `v` holds UTF-8 read in the wrong encoding."""

LOST = "contains(v, '\ufffd')"
"""SQL: a character of `v` is lost."""

_LETTER = r"A-Za-z\x{c0}-\x{24f}"
QUESTION_MARKS = rf"regexp_matches(v, '[{_LETTER}]\?+[{_LETTER}]')"
"""SQL: a question mark stands inside a word of `v`, where a letter was lost."""

ESCAPED_TWICE = "regexp_matches(v, '&amp;(#[0-9]+|#x[0-9a-fA-F]+|[a-zA-Z]{2,8});')"
"""SQL: mark-up was escaped twice, which shows in every kind of text."""

ESCAPED = "regexp_matches(v, '&(amp|lt|gt|quot|apos|nbsp|#0*[0-9]+|#x[0-9a-fA-F]+|[a-zA-Z]+(uml|acute|grave|circ|tilde|cedil)|szlig);')"  # noqa: E501
"""SQL: mark-up was escaped, which is a fault where no mark-up belongs."""
