"""A Markdown report as one HTML file that needs no other."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from pathlib import Path

HEAD = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; display: block; overflow-x: auto; font-size: 0.9rem }
th, td { padding: 0.25rem 0.7rem; border-bottom: 1px solid #d1d5db; text-align: left }
td { white-space: nowrap; font-variant-numeric: tabular-nums }
img { max-width: 100% }
</style>
"""


def as_html(markdown: str, folder: Path, title: str) -> str:
    """Return the report as HTML, with the pictures that it shows embedded.

    Parameters
    ----------
    markdown : str
        CommonMark with tables; HTML in it is shown, not obeyed.
    folder : Path
        Where the PNG files that it shows lie.
    title : str
        What a browser calls it.
    """
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(markdown)
    for token in (child for parent in tokens for child in parent.children or ()):
        if token.type == "image":
            picture = (folder / str(token.attrs["src"])).read_bytes()
            token.attrs["src"] = f"data:image/png;base64,{b64encode(picture).decode()}"
    head = HEAD.replace("{title}", escape(title))
    return f"{head}{parser.renderer.render(tokens, parser.options, {})}</html>\n"
