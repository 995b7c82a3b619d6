"""A whole piece of work: a study file goes in, scores, plans, a report and layers come out."""

from __future__ import annotations

from cablenet.study.run import StudyResult, run_study
from cablenet.study.spec import Study

__all__ = ["Study", "StudyResult", "run_study"]
