"""Medians with their spread, and how numbers are written."""

import math
import statistics


def spread(values):
    """The median of some values, with the extremes."""
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def geometric_mean(values):
    return math.exp(statistics.fmean(map(math.log, values)))


def figure_text(number):
    """Three digits or more: 0.123, 12.3, 1,234."""
    if number >= 1000:
        return f"{number:,.0f}"
    decimals = 0 if number >= 100 else 1 if number >= 10 else 2 if number >= 1 else 3
    return f"{number:.{decimals}f}"


def threads_text(count):
    return "1 thread" if count == 1 else f"{count} threads"


def markdown_table(header, rows):
    """The first column to the left, all others to the right."""
    lines = [header, ["---"] + ["---:"] * (len(header) - 1), *rows]
    return "".join("| " + " | ".join(map(str, line)) + " |\n" for line in lines)


def numbers_of(text, name):
    """"1,2,4" as a list of whole numbers from 1, in order and each once."""
    try:
        numbers = sorted({int(word) for word in text.split(",")})
    except ValueError:
        numbers = []
    if not numbers or numbers[0] < 1:
        raise ValueError(f"{name} wants whole numbers from 1 with commas between, found '{text}'")
    return numbers
