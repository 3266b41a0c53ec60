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
media = Counter("concierge_media", "Files of customers by outcome", ["channel", "outcome"])
escalations = Counter("concierge_escalations", "Conversations handed to staff", ["reason"])
grant_troubles = Gauge(
    "concierge_grant_trouble", "1 where a vendor's grant is in trouble", ["channel", "grant"]
)
backlog = Gauge("concierge_backlog", "Rows that wait, as the last sweep saw them", ["what"])
BY_PEOPLE = (15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
claim_seconds = Histogram(
    "concierge_desk_claim_seconds", "From escalation to claim by staff", buckets=BY_PEOPLE
)
answer_seconds = Histogram(
    "concierge_desk_answer_seconds", "From escalation to staff's first words", buckets=BY_PEOPLE
)
channel_alarms = Gauge(
    "concierge_channel_alarms", "Whether something is wrong with a channel", ["channel", "kind"]
)
follow_ups = Counter(
    "concierge_follow_ups", "What came of messages that nobody asked for", ["cause", "outcome"]
)
follow_ups_of_day = Gauge(
    "concierge_follow_ups_of_day",
    "Such messages that were due in the last 24 hours, by where they are now",
    ["cause", "status"],
)
emotion_asks = Counter(
    "concierge_emotion_asks", "Messages that a language model was asked to read", ["outcome"]
)
emotions = Counter("concierge_emotions", "Messages whose emotion the job has read", ["scorer"])
emotions_unreadable = Counter(
    "concierge_emotions_unreadable", "Messages that a scorer could not read", ["scorer"]
)
emotions_unheeded = Counter(
    "concierge_emotions_unheeded",
    "Readings that nobody could act on: put off till later, or given up",
    ["outcome"],
)
emotions_waiting = Gauge(
    "concierge_emotions_waiting", "Inbound messages without a reading, as the last sweep saw them"
)
emotions_oldest_s = Gauge(
    "concierge_emotions_oldest_seconds", "How long the oldest of them has waited"
)
emotion_seconds = Histogram(
    "concierge_emotion_seconds", "From a message's arrival to its reading by the job", buckets=QUICK
)
emotion_alarms = Counter(
    "concierge_emotion_alarms", "Triggers that rang for a message", ["trigger", "severity"]
)
emotion_alarms_judged = Counter(
    "concierge_emotion_alarms_judged",
    "Alarms that staff are done with: needed, or not_needed, which is a false one",
    ["trigger", "verdict"],
)
