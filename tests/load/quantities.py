"""Kubernetes' way to write numbers."""


def quantity(text: str | None) -> float:
    """Kubernetes' quantities: `2`, `250m`, `1234567n`, `1234u`, `5k`. None is nothing."""
    if not text:
        return 0.0
    for unit, size in (("n", 1e-9), ("u", 1e-6), ("m", 1e-3), ("k", 1e3)):
        if text.endswith(unit):
            return float(text[:-1]) * size
    return float(text)
