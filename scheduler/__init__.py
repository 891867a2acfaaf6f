"""Not begun: what is posted when: schedules, occurrences, posts, metrics."""
