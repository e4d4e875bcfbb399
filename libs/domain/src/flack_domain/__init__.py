"""Chat itself. api and worker change it only through `actions` and read it through `queries`."""
