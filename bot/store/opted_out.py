"""What a STOP at one address says of the others, as SQL: one reading for all who ask first.

bot/store/departures.py asks of one message that leaves, follow_up_facts.py of every address that a
follow-up may go to.
"""

from __future__ import annotations

NUMBER_CHANNELS = ("sms", "whatsapp", "ringcentral", "voice")
"""On which one telephone number is one person: STOP on one of them is STOP on all."""
NUMBERS = ", ".join(f"'{each}'" for each in NUMBER_CHANNELS)

# Of address `a`: when its customer last opted out elsewhere, and on the same telephone number.
OPTED_OUT = f"""LEFT JOIN LATERAL (
  SELECT max(coalesce(k.said_at, b.created_at)) AS stopped_at,
    max(coalesce(k.said_at, b.created_at)) FILTER (WHERE b.value = a.value
      AND a.channel IN ({NUMBERS}) AND b.channel IN ({NUMBERS})) AS number_stopped_at
  FROM (SELECT id, channel, value, consent, created_at FROM addresses
    WHERE customer_id = a.customer_id
    UNION SELECT id, channel, value, consent, created_at FROM addresses
    WHERE channel IN ({NUMBERS}) AND value = a.value) b
  LEFT JOIN LATERAL (SELECT said_at FROM consents
    WHERE address_id = b.id AND act = 'opt_out' AND scope = 'all'
    ORDER BY said_at DESC LIMIT 1) k ON true
  WHERE b.consent = 'revoked' AND b.id <> a.id
) s ON true"""
GIVEN_AT = """CASE WHEN s.stopped_at IS NOT NULL THEN (SELECT max(k.said_at) FROM consents k
    WHERE k.address_id = a.id AND k.act = 'opt_in' AND k.scope = 'all') END"""
"""When they last opted in here, where `OPTED_OUT` found that they have opted out elsewhere."""
