"""Scheduled work: the timetable as data and the runner. What runs on it is a sweep, a run or a drain.

A "job" is only ever an installation job; the folder keeps its name, nothing inside calls a task a job.
"""
