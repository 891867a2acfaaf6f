"""What a title is: one of a text, or only the name of a file, which says nothing to anybody else."""

import re
from typing import Final

# "post.md"; "talk_final"; "archive/talk"; "IMG 2041", "2024-05-01"; "※ 12".
_FILE: Final = re.compile(
    r"\.(?=\w*[A-Za-z])[A-Za-z0-9]{2,5}$|[_\\]|^\S+/\S+$|^[^\W\d_]{0,4}[\W\d]*\d[\W\d]*$|^[\W\d_]*$"
)


def is_file_name(title: str) -> bool:
    """Whether a title is one that a camera, a program or a folder gave: no words, or not a text's."""
    return bool(_FILE.search(title))
