"""Scheduled work: the timetable as data, the runner, the sweeps."""
