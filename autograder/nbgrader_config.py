"""The settings of a course: nbgrader as it comes, but for one thing: submissions are run and judged by the autograder.

`autograder course` puts this file into the course. Change it there as you like; it is not overwritten.
"""

import os
import warnings

c = get_config()  # noqa: F821  (nbgrader provides it)

c.CourseDirectory.course_id = "transformers-labs"
c.CourseDirectory.root = os.path.dirname(os.path.abspath(__file__))  # the gradebook lies here too
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "report.json", "origin.json"]

# A submission is read with care, set right against the lab, run in a sandbox and judged from outside of it.
c.Autograde.exporter_class = "autograder.nbgrader_hook.SubmissionExporter"
c.Autograde.sanitize_preprocessors = ["autograder.nbgrader_hook.RestoreSubmission"]
c.Autograde.autograde_preprocessors = [
    "autograder.nbgrader_hook.GradeSubmission",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.GradeSubmission.device = "auto"  # auto, cpu or cuda
c.GradeSubmission.sandbox = "auto"  # "none" only where you trust every student
c.GradeSubmission.timeout = 60.0  # seconds for one cell

c.NbGrader.log_level = "WARN"
warnings.filterwarnings("ignore", module=r"nbgrader\.api")  # nbgrader's own remarks about its database layer
