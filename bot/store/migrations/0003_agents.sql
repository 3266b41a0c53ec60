-- What the agents remember, cite, draft and cost.

-- Two customers who prove to be one person: rows move from the one to the other and can move back.
ALTER TABLE bookings DROP CONSTRAINT quote_of_its_customer;
ALTER TABLE bookings ADD CONSTRAINT quote_of_its_customer
  FOREIGN KEY (quote_id, customer_id) REFERENCES quotes (id, customer_id) ON UPDATE CASCADE;
DROP TRIGGER quotes_are_immutable ON quotes;
CREATE TRIGGER quotes_are_immutable BEFORE UPDATE ON quotes
  FOR EACH ROW WHEN (to_jsonb(OLD) - 'customer_id' IS DISTINCT FROM to_jsonb(NEW) - 'customer_id')
  EXECUTE FUNCTION refuse_change();

DROP TRIGGER booking_moves ON bookings;
CREATE TRIGGER booking_moves BEFORE UPDATE ON bookings
  FOR EACH ROW WHEN (OLD.customer_id = NEW.customer_id) EXECUTE FUNCTION booking_moves();
CREATE TRIGGER booking_joins BEFORE UPDATE ON bookings
  FOR EACH ROW WHEN (OLD.customer_id <> NEW.customer_id
    AND to_jsonb(OLD) - 'customer_id' IS DISTINCT FROM to_jsonb(NEW) - 'customer_id')
  EXECUTE FUNCTION refuse_change();

CREATE INDEX conversations_of_customer ON conversations (customer_id);
CREATE INDEX quotes_of_customer ON quotes (customer_id);
CREATE INDEX follow_ups_of_customer ON follow_ups (customer_id);
CREATE INDEX feedback_of_customer ON feedback (customer_id);

CREATE TABLE address_proofs (
  id              uuid PRIMARY KEY DEFAULT uuidv7(),
  customer_id     uuid NOT NULL REFERENCES customers,
  conversation_id uuid NOT NULL REFERENCES conversations,
  address_id      uuid NOT NULL REFERENCES addresses,
  code_digest     bytea NOT NULL,
  tries           int NOT NULL DEFAULT 0,
  expires_at      timestamptz NOT NULL,
  proved_at       timestamptz,
  created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX address_proofs_of_customer ON address_proofs (customer_id, created_at DESC);
CREATE INDEX address_proofs_of_address ON address_proofs (address_id, created_at DESC);

CREATE TABLE customer_merges (
  id         uuid PRIMARY KEY DEFAULT uuidv7(),
  kept_id    uuid NOT NULL REFERENCES customers,
  joined_id  uuid NOT NULL REFERENCES customers,
  proof      text NOT NULL CHECK (proof IN ('code', 'staff')),
  actor      text NOT NULL,
  moved      jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  undone_at  timestamptz,
  undone_by  text,
  CONSTRAINT merge_joins_two CHECK (kept_id <> joined_id)
);
CREATE UNIQUE INDEX one_merge_per_customer ON customer_merges (joined_id) WHERE undone_at IS NULL;
CREATE INDEX merges_into_customer ON customer_merges (kept_id) WHERE undone_at IS NULL;

CREATE TABLE memories (
  id           uuid PRIMARY KEY DEFAULT uuidv7(),
  customer_id  uuid NOT NULL REFERENCES customers,
  kind         text NOT NULL,
  value        text NOT NULL,
  source       text NOT NULL CHECK (source IN ('customer', 'staff', 'booking')),
  message_id   uuid REFERENCES messages,
  said_at      timestamptz NOT NULL,
  replaced_by  uuid REFERENCES memories,
  forgotten_at timestamptz,
  created_at   timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT forgotten_is_empty CHECK (forgotten_at IS NULL OR value = '')
);
CREATE UNIQUE INDEX one_live_memory ON memories (customer_id, kind, lower(value))
  WHERE replaced_by IS NULL AND forgotten_at IS NULL;
CREATE INDEX memories_of_customer ON memories (customer_id, kind);

CREATE TABLE conversation_summaries (
  conversation_id uuid PRIMARY KEY REFERENCES conversations,
  up_to_seq       bigint NOT NULL,
  text            text NOT NULL,
  writer          text NOT NULL,
  updated_at      timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE turns DROP CONSTRAINT turns_outcome_check;
ALTER TABLE turns ADD CONSTRAINT turns_outcome_check
  CHECK (outcome IN ('answered', 'templated', 'drafted', 'escalated', 'silent', 'failed'));
ALTER TABLE turns ADD COLUMN topic text;
ALTER TABLE turns ADD COLUMN why text NOT NULL DEFAULT '';
ALTER TABLE turns ADD COLUMN versions jsonb NOT NULL DEFAULT '{}';

ALTER TABLE llm_calls ALTER COLUMN turn_id DROP NOT NULL;
ALTER TABLE llm_calls ADD COLUMN conversation_id uuid REFERENCES conversations;
ALTER TABLE llm_calls ADD COLUMN purpose text NOT NULL DEFAULT 'turn'
  CHECK (purpose IN ('turn', 'routing', 'summary', 'translation', 'evaluation'));
ALTER TABLE llm_calls ADD COLUMN agent text;
ALTER TABLE llm_calls ADD COLUMN cached_tokens int;
ALTER TABLE llm_calls ADD COLUMN confidence text NOT NULL DEFAULT 'unknown'
  CHECK (confidence IN ('exact', 'estimated', 'unknown'));
CREATE INDEX llm_calls_spent ON llm_calls (provider, created_at)
  INCLUDE (cost, purpose, input_tokens, output_tokens);

CREATE TABLE turn_passages (
  turn_id    uuid NOT NULL REFERENCES turns,
  place      int NOT NULL,
  article    text NOT NULL,
  language   text NOT NULL,
  version    int NOT NULL,
  title      text NOT NULL,
  text       text NOT NULL,
  similarity real NOT NULL,
  PRIMARY KEY (turn_id, place)
);
CREATE INDEX turn_passages_of_article ON turn_passages (article, language, version);

CREATE TABLE topic_modes (
  topic  text PRIMARY KEY,
  mode   text NOT NULL CHECK (mode IN ('auto', 'draft', 'approved_text')),
  set_by text NOT NULL,
  set_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE drafts (
  id              uuid PRIMARY KEY DEFAULT uuidv7(),
  code            text NOT NULL,
  conversation_id uuid NOT NULL REFERENCES conversations,
  turn_id         uuid NOT NULL REFERENCES turns,
  message_id      uuid NOT NULL REFERENCES messages,
  topic           text NOT NULL,
  language        text NOT NULL,
  epoch           int NOT NULL,
  text            text NOT NULL,
  sent_text       text,
  status          text NOT NULL DEFAULT 'open'
                    CHECK (status IN ('open', 'sent', 'edited', 'discarded', 'superseded')),
  decided_by      text,
  created_at      timestamptz NOT NULL DEFAULT now(),
  decided_at      timestamptz,
  wanted_by       text,
  CONSTRAINT one_draft_per_code UNIQUE (code)
);
CREATE UNIQUE INDEX one_open_draft ON drafts (conversation_id) WHERE status = 'open';
CREATE UNIQUE INDEX one_draft_per_turn ON drafts (turn_id);
CREATE INDEX drafts_by_topic ON drafts (topic, decided_at DESC)
  WHERE status IN ('sent', 'edited', 'discarded');

ALTER TABLE knowledge_documents ADD COLUMN source text NOT NULL DEFAULT 'profile'
  CHECK (source IN ('profile', 'markdown', 'web', 'pdf'));
ALTER TABLE knowledge_documents ADD COLUMN origin text NOT NULL DEFAULT '';
ALTER TABLE knowledge_documents ADD COLUMN approved_by text;
ALTER TABLE knowledge_documents ADD COLUMN words tsvector NOT NULL DEFAULT '';
-- Their words are not known yet: another digest makes the next refresh read them again.
UPDATE knowledge_documents SET digest = '';
ALTER TABLE knowledge_chunks ALTER COLUMN embedding DROP NOT NULL;
ALTER TABLE knowledge_chunks SET (toast_tuple_target = 8160);

CREATE TABLE unanswered_questions (
  id              uuid PRIMARY KEY DEFAULT uuidv7(),
  conversation_id uuid NOT NULL REFERENCES conversations,
  message_id      uuid NOT NULL REFERENCES messages,
  question        text NOT NULL,
  language        text NOT NULL,
  confidence      real NOT NULL,
  nearest         text NOT NULL DEFAULT '',
  status          text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'answered', 'dismissed')),
  created_at      timestamptz NOT NULL DEFAULT now(),
  decided_at      timestamptz,
  CONSTRAINT one_question_per_message UNIQUE (message_id, question)
);
CREATE INDEX unanswered_open ON unanswered_questions (created_at DESC) WHERE status = 'open';

-- What was tried on scripted customers before it went live, and how that ended.
CREATE TABLE simulations (
  id         uuid PRIMARY KEY DEFAULT uuidv7(),
  digest     text NOT NULL,
  passed     boolean NOT NULL,
  facts      jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX simulations_of_digest ON simulations (digest, created_at DESC);

-- A turn in figures; what the views below add up. A turn counts where an agent had it: fixed texts,
-- ignored messages and a person's floor are nobody's success.
CREATE VIEW turn_facts AS
SELECT t.id AS turn_id, t.conversation_id, t.created_at, t.agent, t.intent, t.outcome,
  -- answered: the bot's words went to the customer, at once or when staff sent the draft unchanged.
  (t.outcome IN ('answered', 'templated') OR d.status IS NOT DISTINCT FROM 'sent') AS is_answered,
  -- success: answered and understood. A turn that escalates or fails is answered by a person.
  (t.outcome IN ('answered', 'templated') OR d.status IS NOT DISTINCT FROM 'sent')
    AND coalesce(t.guard ->> 'understood', 'true') <> 'false' AS is_success,
  t.outcome IN ('escalated', 'failed') AS is_escalated,
  t.outcome = 'templated' AS is_templated,
  -- The guard refused at least one draft of it.
  coalesce(jsonb_array_length(t.guard -> 'refused'), 0) > 0 AS is_guarded,
  d.status AS draft_status,
  (SELECT count(*) FROM tool_calls c WHERE c.turn_id = t.id AND c.name = 'hand_off' AND c.ok
    AND NOT c.result ? 'discarded') AS handoffs,
  -- From the last message it answers to its first reply: handed to the vendor, or else queued. Of
  -- what the bot sent by itself only: a draft waits for people.
  CASE WHEN t.outcome IN ('answered', 'templated') THEN extract(epoch FROM
    (SELECT min(coalesce(o.sent_at, o.created_at)) FROM messages o
      WHERE o.conversation_id = t.conversation_id AND o.turn_id = t.id AND o.direction = 'outbound')
    - (SELECT max(i.created_at) FROM messages i WHERE i.conversation_id = t.conversation_id
      AND i.turn_id = t.id AND i.direction = 'inbound' AND i.status = 'answered'))::float8
  END AS response_s,
  l.cost, l.cost_exact, l.cost_estimated, l.calls_unpriced, l.input_tokens, l.output_tokens
FROM turns t
LEFT JOIN drafts d ON d.turn_id = t.id
LEFT JOIN LATERAL (SELECT sum(cost) AS cost, sum(cost) FILTER (WHERE confidence = 'exact') AS cost_exact,
    sum(cost) FILTER (WHERE confidence = 'estimated') AS cost_estimated,
    count(*) FILTER (WHERE cost IS NULL) AS calls_unpriced,
    sum(input_tokens) AS input_tokens, sum(output_tokens) AS output_tokens
  FROM llm_calls WHERE turn_id = t.id AND purpose <> 'evaluation') l ON true
WHERE t.agent IS NOT NULL AND t.outcome <> 'silent';

-- A conversation and how it ended, as far as it has.
CREATE VIEW conversation_outcomes AS
SELECT o.*,
  -- contained: resolved, and no person had any part in it: no message of staff, no escalation, no
  -- draft that somebody decided on. One such is enough for ever.
  o.resolution IS NOT NULL AND o.human_messages = 0 AND o.escalations = 0
    AND o.decided_drafts = 0 AS is_contained
FROM (
  SELECT c.id AS conversation_id, c.customer_id, c.channel, c.mode, c.created_at, c.last_message_at,
    f.turns, f.agent AS last_agent, f.intent AS last_intent, h.human_messages, e.escalations,
    w.decided_drafts,
    CASE
      -- Nothing is resolved while a message waits for its answer, or the last one went unanswered
      -- or was not understood.
      WHEN m.is_waiting OR NOT coalesce(f.is_success, false) THEN NULL
      -- confirmed: after an answer of ours the customer's last word was thanks, or a yes that asked
      -- for nothing more, or agreed to a booking.
      WHEN f.turns > 1 AND (f.intent = 'thanks' OR (f.intent = 'affirm' AND f.used_tools = 0)
        OR EXISTS (SELECT FROM bookings b JOIN messages y ON y.id = b.agreed_message_id
                   WHERE b.conversation_id = c.id AND y.turn_id = f.turn_id)) THEN 'confirmed'
      -- assumed: nothing more was asked for 24 hours after our answer, while the bot had the floor.
      WHEN c.mode <> 'human' AND m.last_outbound_at < now() - interval '24 hours' THEN 'assumed'
    END AS resolution
  FROM conversations c
  LEFT JOIN LATERAL (SELECT t.turn_id, t.agent, t.intent, t.is_success,
      (SELECT count(*) FROM turn_facts n WHERE n.conversation_id = c.id) AS turns,
      (SELECT count(*) FROM tool_calls k WHERE k.turn_id = t.turn_id) AS used_tools
    FROM turn_facts t WHERE t.conversation_id = c.id ORDER BY t.created_at DESC LIMIT 1) f ON true
  LEFT JOIN LATERAL (SELECT count(*) AS human_messages FROM messages s
    WHERE s.conversation_id = c.id AND s.direction = 'outbound' AND s.author = 'staff') h ON true
  LEFT JOIN LATERAL (SELECT count(*) AS escalations FROM escalations s
    WHERE s.conversation_id = c.id) e ON true
  LEFT JOIN LATERAL (SELECT count(*) AS decided_drafts FROM drafts s WHERE s.conversation_id = c.id
    AND s.status IN ('sent', 'edited', 'discarded')) w ON true
  LEFT JOIN LATERAL (SELECT
      coalesce(bool_or(s.direction = 'inbound' AND s.status = 'received'), false) AS is_waiting,
      max(s.created_at) FILTER (WHERE s.direction = 'outbound'
        AND s.status NOT IN ('failed', 'dropped', 'unknown')) AS last_outbound_at
    FROM messages s WHERE s.conversation_id = c.id) m ON true
) o;

-- By agent and intent, since the beginning. A conversation counts once in each row that had a turn
-- in it, so that conversations, contained and resolved may not be added up over rows.
CREATE VIEW agent_metrics AS
SELECT t.agent, coalesce(t.intent, '') AS intent, count(*) AS turns,
  count(*) FILTER (WHERE t.is_success) AS successes,
  count(DISTINCT t.conversation_id) AS conversations,
  count(DISTINCT t.conversation_id) FILTER (WHERE o.is_contained) AS contained,
  count(DISTINCT t.conversation_id) FILTER (WHERE o.resolution = 'confirmed') AS resolved_confirmed,
  count(DISTINCT t.conversation_id) FILTER (WHERE o.resolution = 'assumed') AS resolved_assumed,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY t.response_s) AS response_p50_s,
  percentile_cont(0.95) WITHIN GROUP (ORDER BY t.response_s) AS response_p95_s,
  sum(t.handoffs)::bigint AS handoffs,
  count(*) FILTER (WHERE t.is_escalated) AS escalations,
  count(*) FILTER (WHERE t.is_guarded) AS guard_interventions,
  count(*) FILTER (WHERE t.is_templated) AS templated,
  count(*) FILTER (WHERE t.outcome = 'drafted') AS drafted,
  count(*) FILTER (WHERE t.draft_status IN ('sent', 'edited', 'discarded')) AS drafts_decided,
  count(*) FILTER (WHERE t.draft_status = 'sent') AS drafts_unchanged,
  coalesce(sum(t.cost), 0) AS cost, coalesce(sum(t.cost_exact), 0) AS cost_exact,
  coalesce(sum(t.cost_estimated), 0) AS cost_estimated,
  coalesce(sum(t.calls_unpriced), 0)::bigint AS calls_unpriced,
  coalesce(sum(t.input_tokens), 0)::bigint AS input_tokens,
  coalesce(sum(t.output_tokens), 0)::bigint AS output_tokens
FROM turn_facts t JOIN conversation_outcomes o ON o.conversation_id = t.conversation_id
GROUP BY t.agent, coalesce(t.intent, '');

-- By agent and day. The day is that of UTC: a view cannot know the business's zone.
CREATE VIEW agent_days AS
SELECT (t.created_at AT TIME ZONE 'UTC')::date AS day, t.agent, count(*) AS turns,
  count(*) FILTER (WHERE t.is_success) AS successes,
  count(DISTINCT t.conversation_id) AS conversations,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY t.response_s) AS response_p50_s,
  percentile_cont(0.95) WITHIN GROUP (ORDER BY t.response_s) AS response_p95_s,
  sum(t.handoffs)::bigint AS handoffs,
  count(*) FILTER (WHERE t.is_escalated) AS escalations,
  count(*) FILTER (WHERE t.is_guarded) AS guard_interventions,
  count(*) FILTER (WHERE t.is_templated) AS templated,
  count(*) FILTER (WHERE t.outcome = 'drafted') AS drafted,
  coalesce(sum(t.cost), 0) AS cost,
  coalesce(sum(t.input_tokens), 0)::bigint AS input_tokens,
  coalesce(sum(t.output_tokens), 0)::bigint AS output_tokens
FROM turn_facts t GROUP BY 1, 2;

-- A message never lands with a customer who has just been joined with another.
CREATE OR REPLACE FUNCTION record_inbound(
  p_channel text[], p_external_id text[], p_sender text[], p_recipient text[], p_author text[],
  p_kind text[], p_text text[], p_language text[], p_sent_at timestamptz[], p_received_at timestamptz[],
  p_rest jsonb[])
RETURNS TABLE (ordinal bigint, message_id uuid, conversation_id uuid, lease_token bigint, fresh boolean)
LANGUAGE plpgsql
-- The batch is small and every table large: one plan by index, made once, beats planning each call.
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off
SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
  made uuid[];
  known_addresses uuid[];
  known_conversations uuid[];
BEGIN
  -- Most messages come from people who are talking to us already: one look-up serves them. Only
  -- where somebody is missing is anything made, and looked up once more.
  FOR look IN 1..2 LOOP
    SELECT array_agg(a.id ORDER BY i.ord), array_agg(c.id ORDER BY i.ord)
    INTO known_addresses, known_conversations
    FROM unnest(p_channel, p_sender) WITH ORDINALITY AS i (channel, sender, ord)
    LEFT JOIN addresses a ON a.channel = i.channel AND a.value = i.sender
    LEFT JOIN conversations c ON c.customer_id = a.customer_id AND c.mode <> 'closed';
    EXIT WHEN look = 2 OR array_position(known_conversations, NULL) IS NULL;

    WITH missing AS (
      SELECT channel, sender, uuidv7() AS customer_id
      FROM (SELECT DISTINCT channel, sender FROM unnest(p_channel, p_sender) AS i (channel, sender)) AS asked
      WHERE NOT EXISTS (SELECT FROM addresses a WHERE a.channel = asked.channel AND a.value = asked.sender)
    ), people AS (
      INSERT INTO customers (id) SELECT customer_id FROM missing RETURNING id
    ), handles AS (
      INSERT INTO addresses (customer_id, channel, value)
      SELECT customer_id, channel, sender FROM missing ORDER BY channel, sender
      ON CONFLICT ON CONSTRAINT one_owner_per_address DO NOTHING
    )
    SELECT array_agg(id) INTO made FROM people;
    IF made IS NOT NULL THEN
      -- Another process made the same address first: its customer stays, ours goes.
      DELETE FROM customers c WHERE c.id = ANY (made)
        AND NOT EXISTS (SELECT FROM addresses a WHERE a.customer_id = c.id);
    END IF;

    INSERT INTO conversations (customer_id, channel)
    SELECT a.customer_id, min(a.channel)
    FROM addresses a JOIN (SELECT DISTINCT channel, sender FROM unnest(p_channel, p_sender) AS i (channel, sender)) i
      ON a.channel = i.channel AND a.value = i.sender
    WHERE NOT EXISTS (SELECT FROM conversations c WHERE c.customer_id = a.customer_id AND c.mode <> 'closed')
    GROUP BY a.customer_id ORDER BY a.customer_id
    ON CONFLICT (customer_id) WHERE mode <> 'closed' DO NOTHING;
  END LOOP;

  PERFORM FROM conversations c WHERE c.id = ANY (known_conversations)
  ORDER BY c.id FOR NO KEY UPDATE;

  RETURN QUERY
  WITH asked AS (
    -- A conversation that was closed between the look-up and the lock, or whose customer was joined
    -- with another, drops out: the caller, who counts, tries again.
    SELECT i.*
    FROM unnest(known_addresses, known_conversations, p_channel, p_external_id, p_recipient, p_author,
                p_kind, p_text, p_language, p_sent_at, p_received_at, p_rest) WITH ORDINALITY
      AS i (address_id, open_id, channel, external_id, recipient, author, kind, text, language,
            sent_at, received_at, rest, ord)
    WHERE EXISTS (SELECT FROM conversations c JOIN addresses a ON a.customer_id = c.customer_id
      WHERE c.id = i.open_id AND a.id = i.address_id AND c.mode <> 'closed')
  ), stored AS (
    INSERT INTO messages (conversation_id, address_id, direction, channel, external_id, author, kind, text,
                          rest, language, status, sent_at, created_at, updated_at)
    SELECT open_id, address_id, 'inbound', channel, external_id, author, kind, text, rest, language,
           'received', sent_at, received_at, received_at
    FROM asked ORDER BY ord
    ON CONFLICT ON CONSTRAINT one_row_per_vendor_message DO NOTHING
    RETURNING messages.id, messages.channel, messages.external_id, messages.conversation_id
  ), touched AS (
    UPDATE conversations c SET last_message_at = now(), channel = s.channel
    FROM (SELECT DISTINCT ON (conversation_id) conversation_id, channel FROM stored) s
    WHERE c.id = s.conversation_id
    RETURNING c.id, c.lease_token
  ), heard AS (
    UPDATE addresses a SET last_inbound_at = greatest(a.last_inbound_at, n.received_at), our_address = n.recipient
    FROM (SELECT DISTINCT ON (k.address_id) k.address_id, k.recipient, k.received_at
          FROM asked k JOIN stored s ON s.channel = k.channel AND s.external_id = k.external_id
          ORDER BY k.address_id, k.ord DESC) n
    WHERE a.id = n.address_id
  )
  SELECT k.ord, s.id, k.open_id, t.lease_token, s.id IS NOT NULL
  FROM asked k
  LEFT JOIN stored s ON s.channel = k.channel AND s.external_id = k.external_id
  LEFT JOIN touched t ON t.id = s.conversation_id
  ORDER BY k.ord;
END $$;
