"""The rules of Tuozhuang: pure functions over frozen values, standard library only.

Nothing here reads a clock, a setting, a session or a database: `now`, the actor and all facts are arguments.
"""
