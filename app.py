"""`python3 app.py` starts Daymark; servers call `create_app()`. This file runs on Python 3.6, to say that it needs a newer one."""
import sys

OLDEST = (3, 11)


def old_python(version: tuple) -> str:
    """Return the sentence for a Python that is too old, or an empty string."""
    if tuple(version[:2]) >= OLDEST:
        return ""
    return "Daymark needs Python {}.{} or newer; this is Python {}.{}. Start it with a newer one, for example: python3.11 app.py".format(
        *(OLDEST + tuple(version[:2]))
    )


def main(arguments: list) -> int:
    """Return the exit code of the command that the arguments name."""
    refusal = old_python(sys.version_info)
    if refusal:
        sys.stderr.write(refusal + "\n")
        return 2
    from intranet.bootstrap import start

    return start(arguments)


def create_app(config=None):  # noqa: ANN001, ANN201 - the types need Flask, which this file must not import
    """Return the WSGI app, for example for `waitress-serve --call app:create_app`."""
    from intranet.factory import create_app as build

    return build(config)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
