"""Messages that nobody waits for: planned by rule or by staff, judged anew when due, measured.

What may be a reason to write is in bot/causes, a file each; the schedule is bot/store/follow_ups.
"""
