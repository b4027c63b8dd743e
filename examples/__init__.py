"""Connectors in under sixty lines each. Every one answers a query when it is run, and passes the suite."""
