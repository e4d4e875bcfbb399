"""Faults with writers and readers running, and the checker that says whether every promise held."""
