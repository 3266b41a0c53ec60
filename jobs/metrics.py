"""Counters and timings: the web process shows its own at /metrics, a worker at its port.

Labels are names of ours, never a customer's.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

job_seconds = Histogram("concierge_job_seconds", "Run time of a job", ["job"], buckets=QUICK)
job_failures = Counter("concierge_job_failures", "Jobs that raised", ["job", "error"])
webhooks = Counter("concierge_webhooks", "Webhooks by answer", ["path", "status"])
webhook_seconds = Histogram(
    "concierge_webhook_seconds", "Time from a webhook to its answer", ["path"], buckets=QUICK
)
messages_in = Counter("concierge_messages_in", "Inbound messages stored, each once")
deliveries = Counter("concierge_deliveries", "Sends by outcome", ["channel", "outcome"])
escalations = Counter("concierge_escalations", "Conversations handed to staff", ["reason"])
backlog = Gauge("concierge_backlog", "Rows that wait, as the last sweep saw them", ["what"])
