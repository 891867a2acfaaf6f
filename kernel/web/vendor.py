"""The files of others that the pages use: what they are, and that they are unaltered. Run to renew the icons.

`python -m kernel.web.vendor FOLDER` makes the sprite anew from an unpacked `lucide-static` package, with the
icons named in the manifest, and writes the new hashes.
"""

import hashlib
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent / "static" / "vendor"
MANIFEST: Final = FOLDER / "manifest.json"
_SPRITE: Final = "icons.svg"


@dataclass(frozen=True, slots=True)
class Vendored:
    """A file of others: name, version, licence (SPDX) and the licence's text, and the file's SHA-256."""

    file: str
    name: str
    version: str
    licence: str
    licence_file: str
    sha256: str


def vendored() -> list[Vendored]:
    """What the manifest lists."""
    return [Vendored(**each) for each in _manifest()["files"]]


def problems() -> list[str]:
    """What differs between the manifest and the folder, in words; nothing when all is well."""
    listed = {each.file: each for each in vendored()}
    present = {path.name for path in FOLDER.iterdir() if path.is_file()} - {MANIFEST.name}
    found = [f"{name} is not in the manifest" for name in sorted(present - listed.keys())]
    for name, entry in listed.items():
        if name not in present:
            found.append(f"{name} is missing")
        elif _sha256(FOLDER / name) != entry.sha256:
            found.append(f"{name} differs from the manifest's hash")
        if not (FOLDER / entry.licence_file).is_file():
            found.append(f"{entry.licence_file} is missing")
    return found


def make_sprite(package: Path) -> None:
    """Write the sprite from the package's `icons/*.svg`, and every file's hash to the manifest."""
    manifest = _manifest()
    symbols = []
    for name in sorted(manifest["icons"]):
        drawing = (package / "icons" / f"{name}.svg").read_text()
        shapes = re.sub(r"\s*\n\s*", "", drawing.partition("\n>")[2].replace("</svg>", "").strip())
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{shapes}</symbol>')
    style = (
        'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    )
    sprite = f'<svg xmlns="http://www.w3.org/2000/svg" {style}>\n' + "\n".join(symbols) + "\n</svg>\n"
    (FOLDER / _SPRITE).write_text(sprite)
    for entry in manifest["files"]:
        entry["sha256"] = _sha256(FOLDER / entry["file"])
    MANIFEST.write_text(json.dumps(manifest, indent=2) + "\n")


def _manifest() -> Any:
    return json.loads(MANIFEST.read_text())


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    make_sprite(Path(sys.argv[1]))
