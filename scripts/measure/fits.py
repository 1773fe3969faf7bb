"""Laws of speedup, fitted to measurements: how much of the work does not scale, and why."""


def amdahl(serial, n):
    """Amdahl's law (1967): the speedup of n threads when a share of the work is serial."""
    return 1 / (serial + (1 - serial) / n)


def usl(contention, coherency, n):
    """Gunther's Universal Scalability Law (1993): coherency is what every thread costs every
    other."""
    return n / (1 + contention * (n - 1) + coherency * n * (n - 1))


def fit_amdahl(speedups):
    """The serial share in [0, 1] that fits {threads: speedup} best, or None for one point.

    1/S = serial + (1 - serial)/n is linear in it: least squares of 1/S - 1/n = serial (1 - 1/n).
    """
    pairs = [(1 - 1 / n, 1 / s - 1 / n) for n, s in speedups.items() if n > 1]
    if not pairs:
        return None
    serial = sum(x * y for x, y in pairs) / sum(x * x for x, _ in pairs)
    return min(1.0, max(0.0, serial))


def fit_usl(speedups):
    """(contention, coherency), both from 0, that fit {threads: speedup} best, or None for fewer
    than three points.

    n/S - 1 = contention (n - 1) + coherency n (n - 1) is linear in both.
    """
    rows = [(n - 1, n * (n - 1), n / s - 1) for n, s in speedups.items() if n > 1]
    if len(rows) < 2:
        return None
    aa = sum(a * a for a, _, _ in rows)
    ab = sum(a * b for a, b, _ in rows)
    bb = sum(b * b for _, b, _ in rows)
    ay = sum(a * y for a, _, y in rows)
    by = sum(b * y for _, b, y in rows)
    determinant = aa * bb - ab * ab
    contention = (ay * bb - by * ab) / determinant
    coherency = (by * aa - ay * ab) / determinant
    if contention < 0:  # the best on the border
        return 0.0, max(0.0, by / bb)
    if coherency < 0:
        return max(0.0, ay / aa), 0.0
    return contention, coherency
