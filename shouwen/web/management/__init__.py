"""管理: units, people and their posts, rosters, absence, calendars. Each change is a verb of `staff` or `cases.holidays`."""
