"""`understudy`, which is `python -m app`: loads the product, and does what the command line says."""

import gc


def main() -> None:
    """The command line. Nearly all that is loaded stays: looking through it for garbage again and again
    would take a quarter of a start's time.
    """
    gc.disable()
    from app.cli import main as told

    gc.freeze()
    gc.enable()
    told()


if __name__ == "__main__":
    main()
