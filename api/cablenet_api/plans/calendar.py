"""Calendar entries (RFC 5545) for reviews and exercises, for any calendar program."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from cablenet_api.plans.document import PlanDocument

REMIND_DAYS = 14


def calendar_of(plan: str, version: int, document: PlanDocument, *, written: datetime) -> bytes:
    """The days of a plan as an .ics file: start, review, exercises; a reminder two weeks before."""
    calendar = Calendar()
    calendar.add("prodid", "-//cablenet//contingency plans//EN")
    calendar.add("version", "2.0")
    days: list[tuple[str, date, str]] = []
    if document.effective_date is not None:
        days.append(("in-force", document.effective_date, f"In force: {document.title}"))
    if document.review_date is not None:
        days.append(("review", document.review_date, f"Review due: {document.title}"))
    days += [(f"exercise-{number}", one.day, f"Exercise ({one.type}): {document.title}, "
              f"{one.scenario}") for number, one in enumerate(document.exercises, 1)]
    for key, day, summary in days:
        entry = Event()
        entry.add("uid", f"{plan}-{version}-{key}@cablenet")
        entry.add("dtstamp", written.astimezone(UTC))
        entry.add("dtstart", day)
        entry.add("dtend", day + timedelta(days=1))
        entry.add("summary", summary)
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", summary)
        alarm.add("trigger", -timedelta(days=REMIND_DAYS))
        entry.add_component(alarm)
        calendar.add_component(entry)
    return bytes(calendar.to_ical())
