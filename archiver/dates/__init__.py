"""Date lines of seeds and pages, in the languages and calendars of `calendar.json`."""
