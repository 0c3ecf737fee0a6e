"""The one place where outcomes become exit codes.

0 clean · 1 findings at or above `--fail-on` · 2 input that the user can mend,
or a collection of which a part failed · 3 our bug · 130 interrupted.
"""

from __future__ import annotations

import errno
import io
import os
import sys
import traceback
from collections.abc import Sequence

import typer
from typer.exceptions import Abort, Exit, TyperException

from crmaudit import __version__
from crmaudit.cli import deliver, exchange, judge, measure, see, see_history, see_plan, start
from crmaudit.cli.terminal import print_error, say
from crmaudit.errors import CrmauditError

OK, USER, BUG, INTERRUPTED = 0, 2, 3, 130
_MENDABLE = (errno.ENOSPC, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENAMETOOLONG, errno.EMFILE)
"""Troubles of the machine that its user can put right."""

app = typer.Typer(
    name="crmaudit",
    help="Information-management audits of CRM landscapes: inventory, CRUD matrix, data quality, "
    "people, and the strategic plan.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"crmaudit {__version__}")
        raise typer.Exit()


@app.callback()
def _root(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Show the version and exit."
    ),
) -> None:
    pass


for _module in (start, measure, see, judge, see_plan, see_history, exchange, deliver):
    _module.register(app)


def run(argv: Sequence[str] | None = None) -> int:
    """Run a command line; answers the exit code."""
    _prepare_streams()
    try:
        arguments = list(argv) if argv is not None else None
        result = app(args=arguments, prog_name="crmaudit", standalone_mode=False)
        sys.stdout.flush()
        if result == INTERRUPTED:
            # Typer has swallowed the exception.
            raise KeyboardInterrupt
        return result if isinstance(result, int) else OK
    except CrmauditError as error:
        print_error(error)
        return USER
    except Exit as leaving:
        return leaving.exit_code
    except (KeyboardInterrupt, Abort):
        return _interrupted()
    except TyperException as error:
        return _usage(error)
    except (BrokenPipeError, SystemExit):
        # The reader of our output went away: nothing to say, nobody to say it to.
        # Typer makes an exit of it where it is the first to see that.
        _drop_stdout()
        return OK
    except OSError as error:
        return _no_room(error) if error.errno in _MENDABLE else _bug(error)
    except Exception as error:
        if isinstance(error.__cause__, KeyboardInterrupt):
            # Python 3.11 wraps what is raised while a class is being made, as during an import.
            return _interrupted()
        return _bug(error)


def _interrupted() -> int:
    say("interrupted; what is finished is kept", "alarm")
    return INTERRUPTED


def _prepare_streams() -> None:
    """A terminal that lacks a sign shows another; files and pipes get UTF-8 as it is."""
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, io.TextIOWrapper):
            continue
        if stream.isatty():
            stream.reconfigure(errors="replace")
        else:
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def _no_room(error: OSError) -> int:
    what = f"{error.filename}: " if error.filename else ""
    say(f"error: {what}{error.strerror}", "alarm")
    _drop_stdout()
    return USER


def _drop_stdout() -> None:
    """What is still to be written goes nowhere; else Python complains while it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _usage(error: TyperException) -> int:
    """A command line that does not parse: what is wrong and where help is.

    A bare `crmaudit` or a bare group asks for help, which is no mistake.
    """
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        typer.echo(error.format_message())
        return OK
    path = context.command_path if context is not None else "crmaudit"
    say(f"error: {error.format_message()}", "alarm")
    say(f"    {path} --help", "accent")
    return USER


def _bug(error: Exception) -> int:
    """Say that it is our fault, and keep the details where they can be sent from.

    The message of an unforeseen error could carry data, so it goes to the
    file only.
    """
    import tempfile

    with tempfile.NamedTemporaryFile(
        "w", prefix="crmaudit-", suffix=".log", delete=False, encoding="utf-8"
    ) as file:
        file.write(f"crmaudit {__version__}, Python {sys.version}\n")
        traceback.print_exception(error, file=file)
    say(f"error: this is a fault in crmaudit ({type(error).__name__})", "alarm")
    say(f"    details (they may show data): {file.name}", "accent")
    if os.environ.get("CRMAUDIT_DEBUG"):
        traceback.print_exception(error)
    return BUG
