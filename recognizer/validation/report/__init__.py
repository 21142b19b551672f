"""Reports of a validation: HTML for people, JSON and CSV for programs, JUnit for CI."""

from recognizer.validation.report.folder import FILES, write_report

__all__ = ["FILES", "write_report"]
