"""`penstock picture …`: pictures that messages show, uploaded and served under the public address."""

from pathlib import Path
from typing import Annotated

import typer

from penstock.cli.options import Account, Json

app = typer.Typer(
    help="Upload pictures for messages, list and delete them.", rich_markup_mode=None, no_args_is_help=True
)


@app.command()
def add(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="PNG, JPEG, GIF or WebP, at most 5 MB each.")
    ],
    account: Account = None,
    json: Json = False,
) -> None:
    """Upload pictures and print their addresses: what messages name. Metadata, as of places, is taken out."""
    from dataclasses import asdict

    from penstock.cli.choosing import chosen_account
    from penstock.cli.endings import wrong
    from penstock.cli.membership import session
    from penstock.cli.person import actor
    from penstock.cli.screen import document, tell, written
    from penstock.content.pictures import judging, storing
    from penstock.platform import environment

    kept = []
    with session("penstock picture") as conn:
        number = chosen_account(conn, account)
        for file in files:
            try:
                with file.open("rb") as opened:
                    data = opened.read(judging.SIZE + 1)
                kept.append(storing.keep(conn, number, name=file.name, data=data, actor=actor())[0])
            except judging.PictureTooLarge:
                raise wrong(f"{file}: it has more than {judging.SIZE:,} bytes.", "Make it smaller.") from None
            except judging.PictureError as error:
                raise wrong(f"{file}: {error}") from None
    if not environment.base_url_is_public():
        tell(
            f"warning: {environment.base_url()} is not public, so only this machine shows them. Set PENSTOCK_BASE_URL."
        )
    if json:
        document([{**asdict(each), "url": each.url} for each in kept])
    else:
        for each in kept:
            written(each.url)


@app.command("list")
def list_(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many, newest first.")] = 50,
    account: Account = None,
    json: Json = False,
) -> None:
    """List the pictures, newest first."""
    from dataclasses import asdict

    from penstock.cli.choosing import chosen_account
    from penstock.cli.membership import session
    from penstock.cli.screen import document, number, table, written
    from penstock.content.pictures import storing

    with session("penstock picture") as conn:
        found = storing.page(conn, chosen_account(conn, account), limit=limit)
    if json:
        document([{**asdict(each), "url": each.url} for each in found])
        return
    rows = [(p.id, p.name, f"{p.width} × {p.height}", number(p.size), p.url) for p in found]
    written(table(("id", "name", "pixels", "bytes", "address"), rows, right="id bytes"))


@app.command()
def delete(
    picture: Annotated[
        int, typer.Argument(metavar="ID", help="The picture's number (`picture list`).", min=1)
    ],
    force: Annotated[
        bool, typer.Option("--force", help="Also while mailings or templates show it: readers see a gap.")
    ] = False,
    account: Account = None,
    json: Json = False,
) -> None:
    """Delete a picture. Refused while mailings, sent ones too, or templates show it."""
    from penstock.cli.choosing import chosen_account
    from penstock.cli.membership import session
    from penstock.cli.person import actor
    from penstock.cli.screen import document, tell
    from penstock.content.pictures import storing

    with session("penstock picture") as conn:
        storing.delete(conn, chosen_account(conn, account), picture, actor(), force=force)
    tell(f"Picture {picture} is deleted.")
    if json:
        document({"deleted": picture})
