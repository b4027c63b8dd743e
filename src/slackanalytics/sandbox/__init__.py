"""Free SQL in a process of its own, which holds the tables that may be asked and can reach nothing else.

with Sandbox() as sandbox:
    outcome = sandbox.ask(holding, "SELECT count(*) FROM adoption.member_days", owner="ada")

`pool` is the side of the application, `worker` the other process, `frames` what passes between them.
"""
