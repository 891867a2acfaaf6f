"""Prometheus metrics: declared here once, so that names and units stay in one table."""

from prometheus_client import Counter, Gauge, Histogram

MESSAGES_IN = Counter("understudy_messages_in_total", "Messages received", ["platform"])
MESSAGES_OUT = Counter(
    "understudy_messages_out_total", "Messages sent, by how it ended", ["platform", "state"]
)
TURN_SECONDS = Histogram(
    "understudy_turn_seconds",
    "From a message's receipt to its answer being written",
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
ANSWERS = Counter("understudy_answers_total", "Answers by kind", ["kind"])
RECALL_SECONDS = Histogram(
    "understudy_recall_seconds",
    "One search of a creator's passages",
    buckets=(0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.25, 1),
)
IMPORTS = Counter("understudy_imports_total", "Import items ended, by state", ["state"])
INDEX_LAG = Gauge("understudy_index_lag_changes", "Changes that this process's index has yet to take in")
JOBS = Gauge("understudy_jobs", "Jobs by queue and state", ["queue", "state"])
CONNECTIONS = Gauge("understudy_connections", "Avatars on platforms, by state", ["platform", "state"])
