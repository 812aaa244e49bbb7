"""Grading for the labs: exercises, the release builder, the sandboxed engine and the tools for a course."""
