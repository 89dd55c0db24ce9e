"""Date lines of seeds, in the languages and calendars of `calendar.json`."""
