"""The ground every room stands on: settings, database, jobs, events, chat vocabulary, web base."""

from kernel import telemetry

telemetry.switch_off()
