"""Which scripts write no blanks between words."""


def unspaced(char: str) -> bool:
    """Whether a character's doesn't: CJK ideographs, kana, CJK punctuation."""
    return "\u2e80" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or "\uff00" <= char <= "\uffef"
