"""Self-contained HTML pages: nothing in them is loaded from elsewhere."""

import html

STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #1a202c; max-width: 1160px; margin: 2em auto;
       padding: 0 1em; }
h1 { margin-bottom: 0.2em; } h2 { margin-top: 2em; border-bottom: 1px solid #d9dce1; }
.lead { font-size: 1.15em; } .note { color: #5a6270; font-size: 0.9em; max-width: 50em; }
p { max-width: 50em; }
.warning { background: #fffaf0; border-left: 4px solid #c05621; padding: 0.5em 1em; }
.plots { display: flex; flex-wrap: wrap; gap: 1em; } .plots svg { width: 560px; max-width: 100%;
       height: auto; }
table { border-collapse: collapse; margin: 1em 0; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
td, th { padding: 0.2em 0.6em; text-align: right; border-bottom: 1px solid #e8eaee; }
td { white-space: nowrap; } .facts td { text-align: left; white-space: normal; }
td:first-child, th:first-child { text-align: left; padding-left: 0; }
code { background: #f2f3f5; padding: 0.1em 0.3em; overflow-wrap: anywhere; }
"""


def paragraph(text, style=None):
    """`text` is HTML."""
    return f'<p class="{style}">{text}</p>\n' if style else f"<p>{text}</p>\n"


def facts(rows):
    """A table of names and what they are."""
    return table(None, rows).replace("<table>", '<table class="facts">', 1)


def table(header, rows):
    def line(cells, tag):
        return "<tr>" + "".join(f"<{tag}>{html.escape(str(cell))}</{tag}>"
                                for cell in cells) + "</tr>\n"

    return ('<div class="wide"><table>\n' + (line(header, "th") if header else "") +
            "".join(line(row, "td") for row in rows) + "</table></div>\n")


def section(title, *parts):
    return f"<h2>{html.escape(title)}</h2>\n" + "".join(parts)


def plots(*svgs):
    return '<div class="plots">\n' + "\n".join(svgs) + "\n</div>\n"


def document(title, *parts):
    return ('<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{html.escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
            f"<h1>{html.escape(title)}</h1>\n" + "".join(parts) + "</body>\n</html>\n")
