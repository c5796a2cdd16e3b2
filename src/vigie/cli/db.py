"""The commands of `vigie db`: the database itself."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from vigie import settings
from vigie.cli.dbmaintain import maintain
from vigie.errors import UsageError
from vigie.settings import Settings
from vigie.storing import (
    Embedded,
    State,
    add_analyst,
    list_analysts,
    open_database,
    read_state,
    remove_analyst,
    run_psql,
)

app = App(name="db", help="Start, stop and look into the database.")
analyst = App(name="analyst", help="Give people a login that reads the figures and nothing else.")
app.command(analyst)
app.command(maintain)

Directory = Annotated[Path, Parameter(name="--dir")]
Options = Annotated[str, Parameter(allow_leading_hyphen=True, show=False)]


@app.command
async def start(*, directory: Directory = Path()) -> None:
    """Start the embedded PostgreSQL and leave it running until `vigie db stop`.

    Parameters
    ----------
    directory
        The catalogue's directory.
    """
    chosen = settings.read(directory)
    server = _embedded(chosen)
    server.stay()
    async with open_database(chosen):
        print(_line(await read_state(server.url())))


@app.command
def stop(*, directory: Directory = Path()) -> None:
    """Stop the embedded PostgreSQL, at the latest when the last command that uses it ends.

    Parameters
    ----------
    directory
        The catalogue's directory.
    """
    if _embedded(settings.read(directory)).go():
        print("PostgreSQL is stopped.")
    else:
        print("Another vigie uses PostgreSQL: it stops when that one ends.")


@app.command
async def status(*, directory: Directory = Path()) -> None:
    """Show where the database is and what it holds, without starting or changing it.

    Parameters
    ----------
    directory
        The catalogue's directory.
    """
    chosen = settings.read(directory)
    if chosen.database_url:
        print(_line(await read_state(chosen.database_url)))
        return
    server = Embedded(chosen.home)
    told = server.status()
    if told.running:
        print(_line(await read_state(server.url())))
        print("It stays until `vigie db stop`." if told.stays else "It stops with its last user.")
    else:
        print("Not running (start it with: vigie db start).")
    print(f"Files: {told.place}")


@app.command
async def migrate(*, directory: Directory = Path()) -> None:
    """Bring the database to the shape that this program expects.

    Parameters
    ----------
    directory
        The catalogue's directory.
    """
    chosen = settings.read(directory)
    async with open_database(chosen):  # which migrates
        print(_line(await read_state(_url(chosen))))


@app.command
async def psql(
    *options: Options,
    as_: Annotated[Literal["analyst"] | None, Parameter(name="--as")] = None,
    directory: Directory = Path(),
) -> int:
    """Open psql on the database; what follows `--` goes to psql.

    Parameters
    ----------
    options
        What psql takes: `vigie db psql -- -c "select 1"`.
    as_
        With the rights of an analyst: schema sla, and nothing else.
    directory
        The catalogue's directory.
    """
    chosen = settings.read(directory)
    async with open_database(chosen):
        role = f"vigie_{as_}" if as_ else None
        return await run_psql(_url(chosen), options, ours=not chosen.database_url, role=role)


@analyst.command(name="add")
async def add(login: str, *, customer: str | None = None, directory: Directory = Path()) -> None:
    """Make a login for an analyst and print its password, once.

    Parameters
    ----------
    login
        Its name; every login of the server can see it.
    customer
        Key of the only customer whose figures it sees; without it, it sees all.
    directory
        The catalogue's directory.
    """
    async with open_database(settings.read(directory)) as pool, pool.acquire() as connection:
        password = await add_analyst(connection, login, customer)
    print(f"Login: {login}\nSees: {_sight(customer)}\nPassword: {password}")


@analyst.command(name="list")
async def list_(*, directory: Directory = Path()) -> None:
    """List the logins of analysts and what they see.

    Parameters
    ----------
    directory
        The catalogue's directory.
    """
    async with open_database(settings.read(directory)) as pool, pool.acquire() as connection:
        for one in await list_analysts(connection):
            print(f"{one.login}: {_sight(one.customer)}")


@analyst.command(name="remove")
async def remove(login: str, *, directory: Directory = Path()) -> None:
    """Remove the login of an analyst.

    Parameters
    ----------
    login
        Its name.
    directory
        The catalogue's directory.
    """
    async with open_database(settings.read(directory)) as pool, pool.acquire() as connection:
        await remove_analyst(connection, login)
    print(f"Login {login} is removed.")


def _sight(customer: str | None) -> str:
    return f"customer {customer}" if customer else "every customer"


def _url(chosen: Settings) -> str:
    return chosen.database_url or Embedded(chosen.home).url()


def _embedded(chosen: Settings) -> Embedded:
    if chosen.database_url:
        raise UsageError(
            "the database is the one in VIGIE_DATABASE_URL, which Vigie neither starts nor stops"
            " (unset it for the embedded one)"
        )
    return Embedded(chosen.home)


def _line(state: State) -> str:
    schema = state.schema or "none yet (vigie db migrate)"
    as_of = state.as_of or "nothing rolled up yet"
    return (
        f"PostgreSQL {state.version} at {state.address}, {state.size}\n"
        f"Schema: {schema}\n"
        f"As of: {as_of}"
    )
