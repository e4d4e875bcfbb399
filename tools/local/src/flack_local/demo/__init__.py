"""Demo data: a small company's chat of the last two weeks, brought in through the domain's own actions."""
