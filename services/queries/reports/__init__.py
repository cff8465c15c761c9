"""The brand's reports: each one statement over the facts themselves, nothing kept twice, with its definition."""
