-- Every channel: other names of an address, consent to promotion apart from the rest, files kept,
-- what vendors grant us until a time, and how much usually comes in.

-- ── Addresses and consent ───────────────────────────────────────────────────────────────────

ALTER TABLE addresses
  ADD COLUMN promotional text NOT NULL DEFAULT 'unknown'
    CHECK (promotional IN ('unknown', 'given', 'revoked')),
  ADD COLUMN soft_failures int NOT NULL DEFAULT 0,
  ADD COLUMN suspended_at timestamptz;

CREATE TABLE address_aliases (
  channel    text NOT NULL,
  alias      text NOT NULL,
  value      text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  is_former  boolean NOT NULL DEFAULT false,
  PRIMARY KEY (channel, alias),
  CONSTRAINT alias_is_another_name CHECK (alias <> value)
);
CREATE INDEX aliases_of_address ON address_aliases (channel, value);

ALTER TABLE customer_merges DROP CONSTRAINT customer_merges_proof_check;
ALTER TABLE customer_merges ADD CONSTRAINT customer_merges_proof_check
  CHECK (proof IN ('code', 'staff', 'vendor'));

ALTER TABLE consents ADD COLUMN scope text NOT NULL DEFAULT 'all' CHECK (scope IN ('all', 'promotional'));
ALTER TABLE consents DROP CONSTRAINT consents_source_check;
ALTER TABLE consents ADD CONSTRAINT consents_source_check
  CHECK (source IN ('message', 'vendor', 'staff', 'page'));

-- ── Messages ────────────────────────────────────────────────────────────────────────────────

ALTER TABLE messages DROP CONSTRAINT messages_kind_check;
ALTER TABLE messages ADD CONSTRAINT messages_kind_check CHECK (kind IN ('text', 'media', 'reaction',
  'button', 'location', 'edit', 'deletion', 'opt_out', 'opt_in', 'help', 'unsupported', 'call',
  'voicemail'));
ALTER TABLE messages DROP CONSTRAINT messages_status_check;
ALTER TABLE messages ADD CONSTRAINT messages_status_check CHECK (status IN ('received', 'answered',
  'ignored', 'queued', 'sending', 'sent', 'delivered', 'read', 'failed', 'unknown', 'dropped', 'held'));
CREATE INDEX messages_held ON messages (address_id, created_at) WHERE status = 'held';
CREATE INDEX messages_to_address ON messages (address_id, seq DESC) WHERE direction = 'outbound';
CREATE INDEX messages_unasked ON messages (address_id, coalesce(sent_at, claimed_at))
  WHERE direction = 'outbound' AND (rest ? 'unasked' OR purpose = 'promotional');
CREATE INDEX messages_heard ON messages (channel, created_at) WHERE direction = 'inbound';
CREATE INDEX messages_of_chat ON messages (address_id, seq DESC) WHERE channel = 'webchat';
CREATE INDEX messages_unheard ON messages (sent_at) WHERE channel = 'voice' AND direction = 'outbound'
  AND status = 'sent';

ALTER TABLE early_receipts ADD COLUMN is_soft boolean NOT NULL DEFAULT false;

CREATE TABLE media_files (
  id           uuid PRIMARY KEY DEFAULT uuidv7(),
  message_id   uuid NOT NULL REFERENCES messages,
  place        int NOT NULL,
  status       text NOT NULL DEFAULT 'wanted' CHECK (status IN ('wanted', 'kept', 'refused', 'gone')),
  reason       text,
  kind         text NOT NULL DEFAULT 'file' CHECK (kind IN ('image', 'audio', 'video', 'document', 'file')),
  name         text NOT NULL DEFAULT '',
  content_type text NOT NULL DEFAULT '',
  size_bytes   bigint CHECK (size_bytes >= 0),
  digest       text,
  key          text,
  words        text NOT NULL DEFAULT '',
  words_by     text NOT NULL DEFAULT '',
  tries        int NOT NULL DEFAULT 0,
  due_at       timestamptz NOT NULL DEFAULT now(),
  created_at   timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT one_file_per_place UNIQUE (message_id, place),
  CONSTRAINT kept_file_has_key CHECK (status <> 'kept' OR key IS NOT NULL)
);
CREATE INDEX media_files_wanted ON media_files (due_at) WHERE status = 'wanted';
CREATE INDEX media_files_unheard ON media_files (due_at)
  WHERE status = 'kept' AND kind = 'audio' AND words_by = '';
CREATE INDEX media_files_key ON media_files (key) WHERE key IS NOT NULL;

ALTER TABLE llm_calls DROP CONSTRAINT llm_calls_purpose_check;
ALTER TABLE llm_calls ADD CONSTRAINT llm_calls_purpose_check
  CHECK (purpose IN ('turn', 'routing', 'summary', 'translation', 'evaluation', 'suggestion',
    'transcription'));

ALTER TABLE desk_words ADD COLUMN files jsonb NOT NULL DEFAULT '[]', ADD COLUMN files_due_at timestamptz;
CREATE INDEX desk_words_with_files ON desk_words (files_due_at) WHERE files_due_at IS NOT NULL;

-- ── What vendors grant us, and what usually comes ───────────────────────────────────────────

CREATE TABLE channel_grants (
  channel    text NOT NULL,
  name       text NOT NULL,
  value      jsonb NOT NULL DEFAULT '{}',
  expires_at timestamptz,
  checked_at timestamptz,
  trouble    text NOT NULL DEFAULT '',
  PRIMARY KEY (channel, name)
);

CREATE TABLE template_states (
  carrier    text NOT NULL,
  name       text NOT NULL,
  language   text NOT NULL,
  state      text NOT NULL,
  category   text NOT NULL DEFAULT '',
  reason     text NOT NULL DEFAULT '',
  checked_at timestamptz NOT NULL,
  PRIMARY KEY (carrier, name, language)
);

CREATE TABLE sender_days (
  channel text NOT NULL,
  sender  text NOT NULL,
  day     date NOT NULL,
  sent    int NOT NULL DEFAULT 0,
  capped  boolean NOT NULL DEFAULT false,
  PRIMARY KEY (channel, sender, day)
);

-- Tokens by which a vendor proved a request without covering its body: each is good for one body.
CREATE TABLE spent_tokens (
  channel    text NOT NULL,
  token      text NOT NULL,
  digest     bytea NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (channel, token)
);
CREATE INDEX spent_tokens_old ON spent_tokens (expires_at);

CREATE TABLE channel_hours (
  channel  text NOT NULL,
  weekday  int NOT NULL CHECK (weekday BETWEEN 1 AND 7),
  hour     int NOT NULL CHECK (hour BETWEEN 0 AND 23),
  mean     real NOT NULL,
  weeks    int NOT NULL DEFAULT 0,
  counted  timestamptz NOT NULL,
  PRIMARY KEY (channel, weekday, hour)
);

CREATE TABLE channel_alarms (
  id         uuid PRIMARY KEY DEFAULT uuidv7(),
  channel    text NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('silence', 'grant', 'scope')),
  said       text NOT NULL,
  since      timestamptz NOT NULL,
  probed_at  timestamptz,
  found      text NOT NULL DEFAULT '',
  ended_at   timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX one_open_alarm ON channel_alarms (channel, kind) WHERE ended_at IS NULL;

-- Telephone calls while they are told of, piece by piece and in any order. Each becomes a message
-- once it has settled, and forgets whose it was.
CREATE TABLE calls (
  channel      text NOT NULL,
  session      text NOT NULL,
  caller       text NOT NULL,  -- empty where hidden, and once settled
  called       text NOT NULL,
  is_outbound  boolean NOT NULL,
  sequence     bigint NOT NULL,
  is_answered  boolean NOT NULL,
  is_voicemail boolean NOT NULL,
  is_over      boolean NOT NULL,
  began_at     timestamptz NOT NULL,
  heard_at     timestamptz NOT NULL,
  due_at       timestamptz NOT NULL,
  settled_at   timestamptz,
  outcome      text,
  PRIMARY KEY (channel, session)
);
CREATE INDEX calls_due ON calls (due_at) WHERE settled_at IS NULL;

-- ── Intake ──────────────────────────────────────────────────────────────────────────────────

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
  -- What comes under another name of an address is the address's own.
  SELECT array_agg(coalesce(x.value, i.sender) ORDER BY i.ord) INTO p_sender
  FROM unnest(p_channel, p_sender) WITH ORDINALITY AS i (channel, sender, ord)
  LEFT JOIN address_aliases x ON x.channel = i.channel AND x.alias = i.sender;

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
    RETURNING messages.id, messages.channel, messages.external_id, messages.conversation_id,
              messages.rest, messages.created_at
  ), files AS (
    -- A file is owed from the moment its message is stored, so that none is forgotten.
    INSERT INTO media_files (message_id, place, name, content_type, due_at, created_at)
    SELECT s.id, f.place - 1, left(coalesce(f.item ->> 'name', ''), 200),
           left(coalesce(f.item ->> 'type', ''), 200), s.created_at, s.created_at
    FROM stored s, jsonb_array_elements(s.rest -> 'media') WITH ORDINALITY AS f (item, place)
    WHERE f.place <= 30
  ), touched AS (
    UPDATE conversations c SET last_message_at = now(), channel = s.channel
    FROM (SELECT DISTINCT ON (conversation_id) conversation_id, channel FROM stored) s
    WHERE c.id = s.conversation_id
    RETURNING c.id, c.lease_token
  ), heard AS (
    -- A window runs from when they wrote, which after an outage may be days before we hear of it.
    UPDATE addresses a SET last_inbound_at = greatest(a.last_inbound_at, least(n.sent_at, n.received_at)), our_address = n.recipient,
      suspended_reason = NULL, suspended_at = NULL, soft_failures = 0  -- whoever writes can be reached
    FROM (SELECT DISTINCT ON (k.address_id) k.address_id, k.recipient, k.received_at, k.sent_at
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
