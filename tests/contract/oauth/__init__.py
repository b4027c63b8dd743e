"""Granting access: our side of it, the simulated Slack's, and an independent one's."""
