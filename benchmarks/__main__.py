"""`make bench`: every benchmark one after the other; exits 1 if any of them is below its goal.

`python -m benchmarks quality reply_path` runs those only; `--quick` leaves the largest sizes out.
"""

import argparse
import subprocess
import sys

ALL = (
    "quality",
    "several",
    "following",
    "boundaries",
    "fitting",
    "subjects",
    "moods",
    "attacks",
    "planted",
    "drafting",
    "learning",
    "recall_speed",
    "import_speed",
    "import_pipeline",
    "reply_path",
    "platforms",
)


def main() -> int:
    """Run the benchmarks in processes of their own, so that none measures another's memory."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"which: {', '.join(ALL)}; all if left out")
    parser.add_argument("--quick", action="store_true", help="leave the largest sizes out")
    arguments = parser.parse_args()
    below = []
    for name in arguments.names or ALL:
        print(f"\n## {name}\n", flush=True)
        command = [sys.executable, "-m", f"benchmarks.{name}", *(["--quick"] if arguments.quick else [])]
        if subprocess.run(command, check=False).returncode:  # noqa: S603 - our own modules
            below.append(name)
    if below:
        print(f"\nBelow the goal: {', '.join(below)}", file=sys.stderr)
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
