"""Kubernetes' way to write numbers: `250m`, `1500000n`, `64Mi`."""

_CPU = {"n": 1e-6, "u": 1e-3, "m": 1.0}
_MEMORY = {
    "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "m": 1e-3,
}  # fmt: skip


def millicores_of(quantity: str) -> float:
    """CPU in thousandths of a core."""
    factor = _CPU.get(quantity[-1:])
    return round(float(quantity[:-1]) * factor if factor else float(quantity) * 1000, 1)


def bytes_of(quantity: str) -> int:
    """Memory in bytes."""
    for suffix, factor in _MEMORY.items():
        if quantity.endswith(suffix):
            return int(float(quantity.removesuffix(suffix)) * factor)
    return int(float(quantity))
