"""The command line as cyclopts reads it."""

import difflib

from cyclopts import App, CycloptsError, MissingArgumentError, UnknownCommandError
from rich.console import Console

from vigie import __version__
from vigie.cli.commands import SECTIONS


def parser() -> App:
    """Return the application; a command's file is imported when the command is called."""
    app = App(
        name="vigie",
        version=__version__,
        version_flags=["--version"],
        help_flags=["--help", "-h"],
        error_formatter=_problem,
        error_console=Console(stderr=True, soft_wrap=True, highlight=False, markup=False),
        # The loop belongs to `main`, which also says how a command ended.
        suppress_keyboard_interrupt=False,
    )
    for section in SECTIONS.values():
        for name, command in section.items():
            app.command(f"vigie.cli.{command.where}", name=name, help=command.says)
    return app


def _problem(error: CycloptsError) -> str:
    if isinstance(error, UnknownCommandError) and error.unused_tokens:
        return f"vigie: {_unknown(error.unused_tokens[0], error)}"
    if isinstance(error, MissingArgumentError) and error.argument and error.command_chain:
        return f"vigie: {_missing(error.argument.name, ' '.join(error.command_chain))}"
    return f"vigie: {' '.join(str(error).split())}"


def _missing(name: str, command: str) -> str:
    if name.startswith("-"):
        says = f"{name} needs a value (write {name} VALUE;"
    else:
        says = f"{name} is missing (write it after {command};"
    return f"{command}: {says} vigie {command} --help explains it)"


def _unknown(token: str, error: UnknownCommandError) -> str:
    """Name the nearest command, without importing them all as cyclopts would."""
    known = sorted(name for name in error.app or () if name[0] != "-" or token[0] == "-")
    near = difflib.get_close_matches(token, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"choose from {', '.join(known)}"
    what = "option" if token.startswith("-") else "command"
    return f'there is no {what} "{token}" ({hint})'
