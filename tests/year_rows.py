"""What the lives of tests/year_lives.py write into the database, as the service would leave it."""

PAID = """UPDATE bookings SET status = 'confirmed', deposit_paid_at = $2, held_until = NULL,
  version = version + 1 WHERE id = $1 AND status = 'held' RETURNING ends_at"""
MOVED = """UPDATE bookings SET status = 'changed', starts_at = starts_at + $2,
  ends_at = ends_at + $2, moves = moves + 1, version = version + 1
WHERE id = $1 AND status IN ('confirmed', 'changed') AND starts_at > $3 RETURNING ends_at"""
GREW = """UPDATE bookings SET status = 'changed', headcount = headcount + 5, version = version + 1
WHERE id = $1 AND status IN ('confirmed', 'changed') RETURNING id"""
CANCELLED = """UPDATE bookings SET status = 'cancelled', refund = 100, version = version + 1
WHERE id = $1 AND status IN ('held', 'confirmed', 'changed') RETURNING id"""
OPENED = """INSERT INTO escalations (conversation_id, message_id, reason, explanation, status,
  post_status, created_at, claimed_by, claimed_at)
VALUES ($1, $2, $3, 'unhappy', 'claimed', 'posted', $4, 'U0DANA', $4) RETURNING id"""
TAKEN = "UPDATE conversations SET mode = 'human', epoch = epoch + 1 WHERE id = $1"
GIVEN_BACK = "UPDATE conversations SET mode = 'bot', epoch = epoch + 1 WHERE id = $1"
RESOLVED = """UPDATE escalations SET status = 'resolved', resolved_at = $2, resolved_by = 'U0DANA',
  outcome = 'apologised' WHERE id = $1"""
TOLD = """INSERT INTO memories (customer_id, kind, value, source, said_at, created_at)
VALUES ($1, 'occasion', $2, 'customer', $3, $3)"""

STANDS = "SELECT starts_at, ends_at, headcount, status, held_until FROM bookings WHERE id = $1"
