"""Fills a database with the past of a business: customers, conversations, messages, turns, quotes.

Messages of a conversation lie among those of all others, as they come in life; every one of them
is answered or delivered, so that what waits is only what a measurement adds.
"""

from __future__ import annotations

import asyncpg

MESSAGES_EACH = 50
"""In a conversation, on average."""

# Foreign keys are not checked row by row while this is set; the rows are right by construction.
QUICKLY = "SET session_replication_role = replica"

PEOPLE = """CREATE TABLE people AS SELECT n, uuidv7() AS customer_id, uuidv7() AS address_id,
  uuidv7() AS conversation_id FROM generate_series(1, $1) AS n"""

PARTS = (
    "CREATE UNIQUE INDEX ON people (n)",
    "INSERT INTO customers (id) SELECT customer_id FROM people",
    """INSERT INTO addresses (id, customer_id, channel, value)
    SELECT address_id, customer_id, 'sms', '+1' || (2010000000 + n) FROM people""",
    """INSERT INTO conversations (id, customer_id, channel, agent, language)
    SELECT conversation_id, customer_id, 'sms', 'general', 'en' FROM people""",
    """INSERT INTO quotes (id, conversation_id, customer_id, version, order_priced, lines, total,
      deposit, expires_at)
    SELECT uuidv7(), conversation_id, customer_id, 1, '{"adults": 12}', '[]', 850, 100,
      now() + interval '3 days' FROM people""",
)

# Prime to every number of people here, so that the past is spread evenly over the conversations.
STRIDE = 7919

MESSAGES = f"""INSERT INTO messages (conversation_id, address_id, direction, channel, external_id,
  author, text, status, scored, created_at, updated_at)
SELECT p.conversation_id, p.address_id, CASE i % 2 WHEN 0 THEN 'inbound' ELSE 'outbound' END, 'sms',
  'SM' || lpad(to_hex(i), 32, '0'), CASE i % 2 WHEN 0 THEN 'customer' ELSE 'bot' END,
  'What would it cost for twelve people on a Saturday in June, number ' || i || '?',
  CASE i % 2 WHEN 0 THEN 'answered' ELSE 'delivered' END, true,
  now() - make_interval(secs => $1 - i), now()
FROM (SELECT i, 1 + (i / 2 * {STRIDE}::bigint) % $2 AS n
      FROM generate_series(0, $1 - 1) AS i) AS made
JOIN people p USING (n) ORDER BY i"""

TURNS = f"""INSERT INTO turns (conversation_id, epoch, agent, intent, confidence, outcome, guard,
  created_at)
SELECT p.conversation_id, 0, 'general', 'price', 0.9, 'answered', '{{"understood": true}}',
  now() - make_interval(secs => $1 - 2 * i)
FROM (SELECT i, 1 + (i * {STRIDE}::bigint) % $2 AS n
      FROM generate_series(0, $1 / 2 - 1) AS i) AS made
JOIN people p USING (n) ORDER BY i"""

FORGET_COUNTS = "SELECT pg_stat_reset()"


async def fill(database_url: str, messages: int) -> int:
    """Store that many messages; how many conversations they make."""
    people = messages // MESSAGES_EACH
    conn = await asyncpg.connect(database_url, command_timeout=300.0)
    await conn.execute(QUICKLY)
    await conn.execute(PEOPLE.replace("$1", str(people)))
    for part in PARTS:
        await conn.execute(part)
    await conn.execute(MESSAGES, messages, people)
    await conn.execute(TURNS, messages, people)
    await conn.execute("VACUUM ANALYZE")
    await conn.close()
    conn = await asyncpg.connect(database_url)
    await conn.execute(FORGET_COUNTS)
    await conn.close()
    return people
