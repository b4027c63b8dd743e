"""The web app: connecting Slack, in the browser, on this machine or behind TLS."""
