"""When a schedule starts its workflow: calendars, cron expressions, intervals. Pure arithmetic."""

from mistral_mock.timetable.table import Timetable, compile_definition
from mistral_mock.timetable.terms import TermError

__all__ = ["TermError", "Timetable", "compile_definition"]
