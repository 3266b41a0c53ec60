-- The whole present schema, readable top to bottom. PostgreSQL 18 with pgvector.
--
-- Money is numeric(10,2), time is timestamptz, ids are UUIDv7. Words are those of the README's
-- glossary. Promises are constraints and have names. An upgrade of a live database is a numbered
-- file in bot/store/migrations, and a test proves that all of them together make exactly this.

CREATE EXTENSION IF NOT EXISTS vector;

CREATE TABLE schema_versions (
  version    int PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT now()
);

-- ── People ──────────────────────────────────────────────────────────────────────────────────

-- The person, across channels.
CREATE TABLE customers (
  id         uuid PRIMARY KEY DEFAULT uuidv7(),
  name       text,
  language   text,
  zone       text,                       -- IANA name; null: the business's own
  created_at timestamptz NOT NULL DEFAULT now(),
  erased_at  timestamptz
);

-- A customer's handle on one channel: E.164, mailbox, or an opaque id that is no number.
CREATE TABLE addresses (
  id               uuid PRIMARY KEY DEFAULT uuidv7(),
  customer_id      uuid NOT NULL REFERENCES customers,
  channel          text NOT NULL,
  value            text NOT NULL,
  consent          text NOT NULL DEFAULT 'unknown' CHECK (consent IN ('unknown', 'given', 'revoked')),
  our_address      text NOT NULL DEFAULT '',  -- which of our handles they last wrote to
  last_inbound_at  timestamptz,               -- the vendor's messaging window runs from here
  suspended_reason text,                      -- why nothing can reach it, in staff's words
  created_at       timestamptz NOT NULL DEFAULT now(),
  promotional      text NOT NULL DEFAULT 'unknown'  -- consent to promotion, which may be less than to the rest
                     CHECK (promotional IN ('unknown', 'given', 'revoked')),
  soft_failures    int NOT NULL DEFAULT 0,    -- in a row that may pass by themselves; a delivery ends the row
  suspended_at     timestamptz,
  CONSTRAINT one_owner_per_address UNIQUE (channel, value)
) WITH (fillfactor = 80);
CREATE INDEX addresses_of_customer ON addresses (customer_id);

-- Another name that a vendor has for an address: an opaque user id beside a number, or the one of
-- before. What comes under the alias is the address's own.
CREATE TABLE address_aliases (
  channel    text NOT NULL,
  alias      text NOT NULL,
  value      text NOT NULL,                   -- the address, as addresses.value has it
  created_at timestamptz NOT NULL DEFAULT now(),
  is_former  boolean NOT NULL DEFAULT false,  -- the vendor has told of another one since
  PRIMARY KEY (channel, alias),
  CONSTRAINT alias_is_another_name CHECK (alias <> value)
);
CREATE INDEX aliases_of_address ON address_aliases (channel, value);

-- The consent ledger: what was said, in which message, when. addresses.consent is its last line.
CREATE TABLE consents (
  id         uuid PRIMARY KEY DEFAULT uuidv7(),
  address_id uuid NOT NULL REFERENCES addresses,
  act        text NOT NULL CHECK (act IN ('opt_out', 'opt_in')),
  source     text NOT NULL CHECK (source IN ('message', 'vendor', 'staff', 'page')),
  words      text NOT NULL DEFAULT '',
  message_id uuid,
  said_at    timestamptz NOT NULL,            -- when it was said, however late we heard of it
  created_at timestamptz NOT NULL DEFAULT now(),
  scope      text NOT NULL DEFAULT 'all' CHECK (scope IN ('all', 'promotional'))
);
CREATE INDEX consents_of_address ON consents (address_id, said_at DESC);

-- ── Conversations and messages ──────────────────────────────────────────────────────────────

-- One exchange with one customer until resolved; may span channels.
CREATE TABLE conversations (
  id              uuid PRIMARY KEY DEFAULT uuidv7(),
  customer_id     uuid NOT NULL REFERENCES customers,
  channel         text NOT NULL,              -- the one last written on
  mode            text NOT NULL DEFAULT 'bot' CHECK (mode IN ('bot', 'human', 'closed')),
  epoch           int NOT NULL DEFAULT 0,     -- raised whenever bot and staff change places
  agent           text,                       -- the agent that spoke last
  language        text,
  lease_token     bigint NOT NULL DEFAULT 0,  -- raised by every claim: a worker with an older one is fenced off
  lease_until     timestamptz,                -- null: nobody is taking a turn
  turn_failures   int NOT NULL DEFAULT 0,     -- turns in a row that raised; after a few a person takes over
  last_message_at timestamptz NOT NULL DEFAULT now(),
  created_at      timestamptz NOT NULL DEFAULT now(),
  closed_at       timestamptz,
  staff_note      text NOT NULL DEFAULT '',   -- what staff told the bot when they gave it back
  staff_note_at   timestamptz
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX one_open_conversation ON conversations (customer_id) WHERE mode <> 'closed';
CREATE INDEX conversations_of_customer ON conversations (customer_id);

-- Every message in both directions; the outbound ones that are not yet sent are the outbox.
-- Rows are only ever looked up by conversation, by due time or by the vendor's id, so that the
-- table can be partitioned by created_at once the idempotency key moves to a table of recent keys.
CREATE TABLE messages (
  id              uuid PRIMARY KEY DEFAULT uuidv7(),
  seq             bigint GENERATED ALWAYS AS IDENTITY,  -- order within the conversation
  conversation_id uuid NOT NULL REFERENCES conversations,
  address_id      uuid NOT NULL REFERENCES addresses,
  direction       text NOT NULL CHECK (direction IN ('inbound', 'outbound')),
  channel         text NOT NULL,
  external_id     text,                       -- the vendor's id; null until a vendor has taken it
  author          text NOT NULL CHECK (author IN ('customer', 'bot', 'staff', 'system')),
  kind            text NOT NULL DEFAULT 'text' CHECK (kind IN ('text', 'media', 'reaction', 'button',
                    'location', 'edit', 'deletion', 'opt_out', 'opt_in', 'help', 'unsupported', 'call',
                    'voicemail')),
  text            text NOT NULL DEFAULT '',
  rest            jsonb NOT NULL DEFAULT '{}',  -- media, subject, thread ids and bounded vendor extras
  language        text,
  -- inbound: received, then answered or ignored. Outbound: queued, sending, then where it got to;
  -- held: it may not leave now, and waits for what its reason says.
  status          text NOT NULL CHECK (status IN ('received', 'answered', 'ignored', 'queued', 'sending',
                    'sent', 'delivered', 'read', 'failed', 'unknown', 'dropped', 'held')),
  reason          text,                       -- why ignored, failed, unknown or dropped, in staff's words
  turn_id         uuid,                       -- the turn that answered it or wrote it
  in_reply_to     uuid,
  epoch           int NOT NULL DEFAULT 0,     -- outbound: the owner count it was born with
  purpose         text NOT NULL DEFAULT 'conversational'
                    CHECK (purpose IN ('required', 'essential', 'conversational', 'promotional')),
  due_at          timestamptz,                -- outbound: not before
  attempts        int NOT NULL DEFAULT 0,
  slot_at         timestamptz,                -- outbound: the moment its sender's pace has reserved for it
  claimed_at      timestamptz,                -- outbound: when the present send began
  claimed_until   timestamptz,                -- after this a send without outcome is looked up at the vendor
  segments        int,
  scored          boolean NOT NULL DEFAULT false,  -- inbound: an emotion has been read from it
  sent_at         timestamptz,                -- inbound: the vendor's time; outbound: when the vendor took it
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  scoring_until   timestamptz,                -- inbound: until then a worker is reading its emotion
  scoring_tries   smallint NOT NULL DEFAULT 0, -- inbound: as often nobody could act on what was read
  CONSTRAINT one_row_per_vendor_message UNIQUE (channel, external_id)
) WITH (fillfactor = 85);
CREATE INDEX messages_of_conversation ON messages (conversation_id, seq DESC);
CREATE INDEX messages_waiting ON messages (created_at, conversation_id) WHERE status = 'received';
CREATE INDEX messages_unsent ON messages (conversation_id, seq) WHERE status IN ('queued', 'sending');
CREATE INDEX messages_due ON messages (due_at, conversation_id) WHERE status = 'queued';
CREATE INDEX messages_in_flight ON messages (claimed_until, conversation_id) WHERE status = 'sending';
CREATE INDEX messages_unscored ON messages (created_at) WHERE direction = 'inbound' AND NOT scored;
CREATE INDEX messages_held ON messages (address_id, created_at) WHERE status = 'held';
CREATE INDEX messages_to_address ON messages (address_id, seq DESC) WHERE direction = 'outbound';
CREATE INDEX messages_unasked ON messages (address_id, coalesce(sent_at, claimed_at))
  WHERE direction = 'outbound' AND (rest ? 'unasked' OR purpose = 'promotional');
CREATE INDEX messages_heard ON messages (channel, created_at) WHERE direction = 'inbound';
CREATE INDEX messages_of_chat ON messages (address_id, seq DESC) WHERE channel = 'webchat';
CREATE INDEX messages_unheard ON messages (sent_at) WHERE channel = 'voice' AND direction = 'outbound'
  AND status = 'sent';

-- The files of messages, by their place in messages.rest.media. wanted: still at the vendor's.
-- kept: in the store under its key. refused: too large or of a risky type. gone: nobody has it.
CREATE TABLE media_files (
  id           uuid PRIMARY KEY DEFAULT uuidv7(),
  message_id   uuid NOT NULL REFERENCES messages,
  place        int NOT NULL,
  status       text NOT NULL DEFAULT 'wanted' CHECK (status IN ('wanted', 'kept', 'refused', 'gone')),
  reason       text,                          -- why refused, gone or not yet here, in staff's words
  kind         text NOT NULL DEFAULT 'file' CHECK (kind IN ('image', 'audio', 'video', 'document', 'file')),
  name         text NOT NULL DEFAULT '',      -- as its sender called it
  content_type text NOT NULL DEFAULT '',      -- read from the content once it is kept, before that as declared
  size_bytes   bigint CHECK (size_bytes >= 0),
  digest       text,                          -- SHA-256 of what came, in hex
  key          text,                          -- in the store
  words        text NOT NULL DEFAULT '',      -- what is said in a recording
  words_by     text NOT NULL DEFAULT '',      -- the vendor, or the model that wrote it down
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

-- Receipts that came before we knew the vendor's id they speak of.
CREATE TABLE early_receipts (
  channel     text NOT NULL,
  external_id text NOT NULL,
  status      text NOT NULL,
  code        text NOT NULL DEFAULT '',
  reason      text NOT NULL DEFAULT '',
  opted_out   boolean NOT NULL DEFAULT false,
  bad_address boolean NOT NULL DEFAULT false,
  created_at  timestamptz NOT NULL DEFAULT now(),
  is_soft     boolean NOT NULL DEFAULT false,   -- it may pass: the address is given up only after several
  PRIMARY KEY (channel, external_id)
);

-- The next moment at which one of our senders may send, as paced for its vendor.
CREATE TABLE sender_pace (
  channel text NOT NULL,
  sender  text NOT NULL,
  next_at timestamptz NOT NULL,
  PRIMARY KEY (channel, sender)
);

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

-- How many messages one of our senders has sent in a day of the business's zone, for daily caps.
CREATE TABLE sender_days (
  channel text NOT NULL,
  sender  text NOT NULL,
  day     date NOT NULL,
  sent    int NOT NULL DEFAULT 0,
  capped  boolean NOT NULL DEFAULT false,     -- the vendor says that it takes no more on this day
  PRIMARY KEY (channel, sender, day)
);

-- How the carrier of a template stands to it: approved, pending, rejected, paused, or its own word.
CREATE TABLE template_states (
  carrier    text NOT NULL,                   -- twilio, meta
  name       text NOT NULL,                   -- the carrier's own: its name at Meta, its id at Twilio
  language   text NOT NULL,
  state      text NOT NULL,
  category   text NOT NULL DEFAULT '',        -- as the carrier sees it now: utility, marketing, authentication
  reason     text NOT NULL DEFAULT '',
  checked_at timestamptz NOT NULL,
  PRIMARY KEY (carrier, name, language)
);

-- What a vendor has granted us until a time: a subscription to its events, a token, a scope.
CREATE TABLE channel_grants (
  channel    text NOT NULL,
  name       text NOT NULL,
  value      jsonb NOT NULL DEFAULT '{}',     -- ids; never a token
  expires_at timestamptz,
  checked_at timestamptz,
  trouble    text NOT NULL DEFAULT '',        -- what is wrong with it, in staff's words
  PRIMARY KEY (channel, name)
);

-- Tokens by which a vendor proved a request without covering its body: each is good for one body.
CREATE TABLE spent_tokens (
  channel    text NOT NULL,
  token      text NOT NULL,
  digest     bytea NOT NULL,                   -- of the body it proved
  expires_at timestamptz NOT NULL,           -- no older token is believed
  PRIMARY KEY (channel, token)
);
CREATE INDEX spent_tokens_old ON spent_tokens (expires_at);

-- How many messages an hour of the week usually brings, in the business's zone.
CREATE TABLE channel_hours (
  channel  text NOT NULL,
  weekday  int NOT NULL CHECK (weekday BETWEEN 1 AND 7),  -- Monday is 1
  hour     int NOT NULL CHECK (hour BETWEEN 0 AND 23),
  mean     real NOT NULL,
  weeks    int NOT NULL DEFAULT 0,            -- how many weeks it is the mean of
  counted  timestamptz NOT NULL,              -- the last hour that went into it
  PRIMARY KEY (channel, weekday, hour)
);

-- What is wrong with a channel, from when it was noticed until it is over.
CREATE TABLE channel_alarms (
  id         uuid PRIMARY KEY DEFAULT uuidv7(),
  channel    text NOT NULL,
  kind       text NOT NULL CHECK (kind IN ('silence', 'grant', 'scope')),
  said       text NOT NULL,                   -- in staff's words
  since      timestamptz NOT NULL,
  probed_at  timestamptz,                     -- when the channel was tried from end to end
  found      text NOT NULL DEFAULT '',        -- what the probe found
  ended_at   timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX one_open_alarm ON channel_alarms (channel, kind) WHERE ended_at IS NULL;

-- Verified requests that could not be read, whole, until somebody replays them.
CREATE TABLE dead_letters (
  id          uuid PRIMARY KEY DEFAULT uuidv7(),
  path        text NOT NULL,
  query       text NOT NULL DEFAULT '',
  headers     jsonb NOT NULL,
  body        bytea NOT NULL,
  error       text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  replayed_at timestamptz
);

-- How far each channel's gap fill has looked, and whether it must look again.
CREATE TABLE gap_fills (
  channel    text PRIMARY KEY,
  looked_at  timestamptz,
  wanted     boolean NOT NULL DEFAULT false,  -- somebody was not listening for a while
  found      int NOT NULL DEFAULT 0           -- messages taken in that no webhook had brought
);

-- What a conversation said up to a message, in short: what no longer fits before a model.
CREATE TABLE conversation_summaries (
  conversation_id uuid PRIMARY KEY REFERENCES conversations,
  up_to_seq       bigint NOT NULL,            -- messages after this one are read whole
  text            text NOT NULL,
  writer          text NOT NULL,              -- the model, or "rules"
  updated_at      timestamptz NOT NULL DEFAULT now()
);

-- What a customer has told of themselves that outlives the conversation. A correction is a new row;
-- what was forgotten at their word keeps its row and loses its value.
CREATE TABLE memories (
  id           uuid PRIMARY KEY DEFAULT uuidv7(),
  customer_id  uuid NOT NULL REFERENCES customers,
  kind         text NOT NULL,
  value        text NOT NULL,
  source       text NOT NULL CHECK (source IN ('customer', 'staff', 'booking')),
  message_id   uuid REFERENCES messages,      -- the words it was told in
  said_at      timestamptz NOT NULL,
  replaced_by  uuid REFERENCES memories,
  forgotten_at timestamptz,
  created_at   timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT forgotten_is_empty CHECK (forgotten_at IS NULL OR value = '')
);
CREATE UNIQUE INDEX one_live_memory ON memories (customer_id, kind, lower(value))
  WHERE replaced_by IS NULL AND forgotten_at IS NULL;
CREATE INDEX memories_of_customer ON memories (customer_id, kind);
CREATE INDEX memories_of_days ON memories (said_at)
  WHERE kind = 'occasion' AND replaced_by IS NULL AND forgotten_at IS NULL;

-- Codes sent to another address of somebody who says that it is theirs too.
CREATE TABLE address_proofs (
  id              uuid PRIMARY KEY DEFAULT uuidv7(),
  customer_id     uuid NOT NULL REFERENCES customers,      -- who says so
  conversation_id uuid NOT NULL REFERENCES conversations,  -- where they said so, and where the code counts
  address_id      uuid NOT NULL REFERENCES addresses,      -- where the code went
  code_digest     bytea NOT NULL,
  tries           int NOT NULL DEFAULT 0,
  expires_at      timestamptz NOT NULL,
  proved_at       timestamptz,
  created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX address_proofs_of_customer ON address_proofs (customer_id, created_at DESC);
CREATE INDEX address_proofs_of_address ON address_proofs (address_id, created_at DESC);

-- Two customers who proved to be one person: what moved from the one to the other, to move back.
CREATE TABLE customer_merges (
  id         uuid PRIMARY KEY DEFAULT uuidv7(),
  kept_id    uuid NOT NULL REFERENCES customers,
  joined_id  uuid NOT NULL REFERENCES customers,
  proof      text NOT NULL CHECK (proof IN ('code', 'staff', 'vendor')),
  actor      text NOT NULL,
  moved      jsonb NOT NULL,                  -- ids by table
  created_at timestamptz NOT NULL DEFAULT now(),
  undone_at  timestamptz,
  undone_by  text,
  CONSTRAINT merge_joins_two CHECK (kept_id <> joined_id)
);
CREATE UNIQUE INDEX one_merge_per_customer ON customer_merges (joined_id) WHERE undone_at IS NULL;
CREATE INDEX merges_into_customer ON customer_merges (kept_id) WHERE undone_at IS NULL;

CREATE TABLE emotion_history (
  id              uuid PRIMARY KEY DEFAULT uuidv7(),
  message_id      uuid NOT NULL REFERENCES messages,
  conversation_id uuid NOT NULL REFERENCES conversations,
  primary_emotion text NOT NULL CHECK (primary_emotion IN ('happy', 'sad', 'angry', 'fearful',
                    'surprised', 'disgusted', 'neutral')),
  polarity        text NOT NULL CHECK (polarity IN ('positive', 'negative', 'neutral')),
  intensity       real NOT NULL CHECK (intensity BETWEEN 0 AND 1),
  confidence      real NOT NULL CHECK (confidence BETWEEN 0 AND 1),
  scorer          text NOT NULL,              -- name and version: rescoring keeps the old line
  created_at      timestamptz NOT NULL DEFAULT now(),  -- of a message's lines the newest counts
  escalate        real NOT NULL DEFAULT 0 CHECK (escalate BETWEEN 0 AND 1),  -- how much a manager would want to know
  valence         real NOT NULL GENERATED ALWAYS AS (CASE polarity WHEN 'negative' THEN -intensity
                    WHEN 'positive' THEN intensity ELSE 0 END) STORED,
  -- When an old message was read anew. Its created_at is then just after that of the line it stands
  -- for, so that what asks for the feelings of a day is not told of last year's.
  rescored_at     timestamptz,
  CONSTRAINT one_reading_per_scorer UNIQUE (message_id, scorer)
);
CREATE INDEX emotions_of_scorer ON emotion_history (scorer, message_id);
CREATE INDEX emotions_of_conversation ON emotion_history (conversation_id, created_at DESC);
CREATE INDEX emotions_unhappy ON emotion_history (created_at) WHERE polarity = 'negative'
  AND (intensity >= 0.6 OR escalate >= 0.5);

-- Old messages that somebody wants read anew by the present scorer, from the newest back.
CREATE TABLE emotion_rescorings (
  id            uuid PRIMARY KEY DEFAULT uuidv7(),
  scorer        text NOT NULL,
  since         timestamptz,                  -- null: since the beginning
  up_to         uuid,                         -- this message and all newer ones are done; null: none is
  read_count    int NOT NULL DEFAULT 0,
  total         int NOT NULL DEFAULT 0,       -- that were to read when it was asked for
  claimed_until timestamptz,                  -- until then somebody is at it
  created_at    timestamptz NOT NULL DEFAULT now(),
  ended_at      timestamptz,
  outcome       text CHECK (outcome IN ('done', 'replaced')),
  CONSTRAINT ended_rescoring_has_outcome CHECK ((ended_at IS NULL) = (outcome IS NULL))
);
CREATE UNIQUE INDEX one_open_rescoring ON emotion_rescorings ((true)) WHERE ended_at IS NULL;

-- ── Turns and what they used ────────────────────────────────────────────────────────────────

-- From the customer's last word to our reply.
CREATE TABLE turns (
  id              uuid PRIMARY KEY DEFAULT uuidv7(),
  conversation_id uuid NOT NULL REFERENCES conversations,
  epoch           int NOT NULL,
  agent           text,
  intent          text,
  confidence      real,
  -- answered: by a model's words. templated: by the offline model's fixed ones, because the guard
  -- refused a draft twice or no provider was left. drafted: staff send it. escalated: to staff.
  -- silent: deliberately nothing, see the messages' reason. failed: a person is told instead.
  outcome         text NOT NULL CHECK (outcome IN ('answered', 'templated', 'drafted', 'escalated', 'silent', 'failed')),
  guard           jsonb NOT NULL DEFAULT '{}',  -- what it refused and why
  trace           jsonb NOT NULL DEFAULT '[]',  -- the turn's steps in order, each with its milliseconds
  wait_ms         int NOT NULL DEFAULT 0,     -- from the last message's arrival to the claim
  think_ms        int NOT NULL DEFAULT 0,     -- from the claim to the commit, burst window included
  created_at      timestamptz NOT NULL DEFAULT now(),
  topic           text,                       -- what it was about, as the topics of topic_modes
  why             text NOT NULL DEFAULT '',   -- the rule by which that agent was chosen
  versions        jsonb NOT NULL DEFAULT '{}' -- digests of profile, instructions and local models
);
CREATE INDEX turns_of_conversation ON turns (conversation_id, created_at DESC);

CREATE TABLE llm_calls (
  id            uuid PRIMARY KEY DEFAULT uuidv7(),
  turn_id       uuid REFERENCES turns,        -- null: asked outside of any turn
  step          int NOT NULL,
  provider      text NOT NULL,
  model         text NOT NULL,
  input_tokens  int,                          -- null: the provider did not say
  output_tokens int,
  cost          numeric(12,6),                -- US dollars; null: the model's price is not known
  latency_ms    real NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  conversation_id uuid REFERENCES conversations,
  purpose       text NOT NULL DEFAULT 'turn'
                  CHECK (purpose IN ('turn', 'routing', 'summary', 'translation', 'evaluation',
                    'suggestion', 'transcription', 'follow_up', 'emotion')),
  agent         text,
  cached_tokens int,                          -- of the input, what the provider had at hand already
  -- exact: tokens as the provider counted them. estimated: by our own count. unknown: no price known.
  confidence    text NOT NULL DEFAULT 'unknown' CHECK (confidence IN ('exact', 'estimated', 'unknown'))
);
CREATE INDEX llm_calls_of_turn ON llm_calls (turn_id);
CREATE INDEX llm_calls_of_conversation ON llm_calls (conversation_id) WHERE conversation_id IS NOT NULL;
CREATE INDEX llm_calls_spent ON llm_calls (provider, created_at)
  INCLUDE (cost, purpose, input_tokens, output_tokens);

CREATE TABLE tool_calls (
  id         uuid PRIMARY KEY DEFAULT uuidv7(),
  turn_id    uuid NOT NULL REFERENCES turns,
  step       int NOT NULL,
  name       text NOT NULL,
  arguments  jsonb NOT NULL,
  result     jsonb NOT NULL,
  ok         boolean NOT NULL,
  latency_ms real NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX tool_calls_of_turn ON tool_calls (turn_id);

-- The passages that a turn's answer could rest on, as they stood then.
CREATE TABLE turn_passages (
  turn_id    uuid NOT NULL REFERENCES turns,
  place      int NOT NULL,                    -- the best first
  article    text NOT NULL,
  language   text NOT NULL,
  version    int NOT NULL,
  title      text NOT NULL,
  text       text NOT NULL,
  similarity real NOT NULL,
  PRIMARY KEY (turn_id, place)
);
CREATE INDEX turn_passages_of_article ON turn_passages (article, language, version);

-- Who answers on a topic, where the owner has decided otherwise than the profile. auto: the bot.
-- draft: the bot drafts and staff send. approved_text: the bot, in approved words only.
CREATE TABLE topic_modes (
  topic  text PRIMARY KEY,                    -- an intent, or an agent for all of its intents
  mode   text NOT NULL CHECK (mode IN ('auto', 'draft', 'approved_text')),
  set_by text NOT NULL,
  set_at timestamptz NOT NULL DEFAULT now()
);

-- A reply that staff send, word for word or edited, or throw away. Its tools have run but nothing
-- of what they would do is done before it is sent. superseded: the customer wrote again meanwhile.
CREATE TABLE drafts (
  id              uuid PRIMARY KEY DEFAULT uuidv7(),
  code            text NOT NULL,              -- what staff call it
  conversation_id uuid NOT NULL REFERENCES conversations,
  turn_id         uuid NOT NULL REFERENCES turns,
  message_id      uuid NOT NULL REFERENCES messages,  -- the one it answers
  topic           text NOT NULL,
  language        text NOT NULL,
  epoch           int NOT NULL,               -- the owner count it was born with
  text            text NOT NULL,
  sent_text       text,                       -- what went out, where that is another text
  status          text NOT NULL DEFAULT 'open'
                    CHECK (status IN ('open', 'sent', 'edited', 'discarded', 'superseded')),
  decided_by      text,
  created_at      timestamptz NOT NULL DEFAULT now(),
  decided_at      timestamptz,
  wanted_by       text,                       -- who has asked for it to be sent; a job does it
  CONSTRAINT one_draft_per_code UNIQUE (code)
);
CREATE UNIQUE INDEX one_open_draft ON drafts (conversation_id) WHERE status = 'open';
CREATE UNIQUE INDEX one_draft_per_turn ON drafts (turn_id);
CREATE INDEX drafts_by_topic ON drafts (topic, decided_at DESC)
  WHERE status IN ('sent', 'edited', 'discarded');

-- ── What the business sells ─────────────────────────────────────────────────────────────────

-- A priced offer. Never changed: a correction is the next version.
CREATE TABLE quotes (
  id              uuid PRIMARY KEY,
  conversation_id uuid NOT NULL REFERENCES conversations,
  customer_id     uuid NOT NULL REFERENCES customers,
  version         int NOT NULL,
  order_priced    jsonb NOT NULL,             -- what was asked for
  lines           jsonb NOT NULL,             -- code, label, quantity, unit price, amount
  total           numeric(10,2) NOT NULL CHECK (total >= 0),
  deposit         numeric(10,2) NOT NULL CHECK (deposit >= 0),
  expires_at      timestamptz NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now(),
  service         text NOT NULL DEFAULT '',   -- code in the profile; empty: the one sold by default
  headcount       int NOT NULL DEFAULT 0,
  workers         int NOT NULL DEFAULT 1,     -- how many of the crew it needs
  shortfall       numeric(10,2) NOT NULL DEFAULT 0 CHECK (shortfall >= 0),  -- what lifts it to the minimum
  travel          numeric(10,2) CHECK (travel >= 0),  -- null: the distance was not known
  gratuity_least  numeric(10,2),              -- suggested, never part of the total
  gratuity_most   numeric(10,2),
  CONSTRAINT one_quote_per_version UNIQUE (conversation_id, version),
  CONSTRAINT one_customer_per_quote UNIQUE (id, customer_id)
);
CREATE INDEX quotes_of_customer ON quotes (customer_id);
CREATE INDEX quotes_made ON quotes (created_at);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% rows are never changed; write a new version', TG_TABLE_NAME;
END $$;
-- Whose it is may change: two customers can prove to be one person.
CREATE TRIGGER quotes_are_immutable BEFORE UPDATE ON quotes
  FOR EACH ROW WHEN (to_jsonb(OLD) - 'customer_id' IS DISTINCT FROM to_jsonb(NEW) - 'customer_id')
  EXECUTE FUNCTION refuse_change();

-- The event itself, and before that the slot kept for it. Its price is its quote's.
-- held: until held_until; first while the customer decides, then, once they have agreed, while the
-- deposit is awaited. confirmed: staff have the deposit. changed: confirmed, and changed since.
-- lapsed: nobody agreed, or the deposit never came.
CREATE TABLE bookings (
  id              uuid PRIMARY KEY DEFAULT uuidv7(),
  code            text NOT NULL,              -- what customer and staff call it
  customer_id     uuid NOT NULL REFERENCES customers,
  conversation_id uuid NOT NULL REFERENCES conversations,
  quote_id        uuid NOT NULL,
  service         text NOT NULL,              -- code in the profile
  starts_at       timestamptz NOT NULL,
  ends_at         timestamptz NOT NULL,
  status          text NOT NULL CHECK (status IN ('held', 'confirmed', 'changed', 'completed', 'cancelled', 'lapsed')),
  headcount       int NOT NULL CHECK (headcount > 0),
  workers         int NOT NULL CHECK (workers > 0),  -- how many of the crew it needs
  address         text NOT NULL DEFAULT '',
  zip_code        text NOT NULL DEFAULT '',
  wishes          jsonb NOT NULL DEFAULT '{}',  -- what the chefs are chosen by: language, strengths, certificates, a chef
  agreed_at       timestamptz,                -- the explicit yes to the stated terms, with the message that says it
  agreed_message_id uuid REFERENCES messages,
  held_until      timestamptz,
  deposit_paid_at timestamptz,
  moves           int NOT NULL DEFAULT 0,     -- how often its date was changed
  fees            numeric(10,2) NOT NULL DEFAULT 0 CHECK (fees >= 0),  -- owed beside the quote
  refund          numeric(10,2) CHECK (refund >= 0),  -- cancelled: what goes back to the customer
  version         int NOT NULL DEFAULT 1,     -- raised by every change
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  headcount_confirmed_at timestamptz,         -- when the customer last said that the number stands
  CONSTRAINT one_booking_per_code UNIQUE (code),
  CONSTRAINT quote_of_its_customer FOREIGN KEY (quote_id, customer_id) REFERENCES quotes (id, customer_id) ON UPDATE CASCADE,
  CONSTRAINT event_has_length CHECK (ends_at > starts_at),
  CONSTRAINT hold_has_an_end CHECK (status <> 'held' OR held_until IS NOT NULL),
  CONSTRAINT no_booking_without_yes CHECK (status IN ('held', 'lapsed', 'cancelled') OR agreed_at IS NOT NULL)
);
CREATE INDEX bookings_of_customer ON bookings (customer_id, starts_at DESC);
CREATE INDEX bookings_held ON bookings (held_until) WHERE status = 'held';
CREATE INDEX bookings_ended ON bookings (ends_at) WHERE status IN ('confirmed', 'changed', 'completed');
CREATE INDEX bookings_ahead ON bookings (ends_at) WHERE status IN ('held', 'confirmed', 'changed');
CREATE UNIQUE INDEX one_undecided_hold ON bookings (customer_id) WHERE status = 'held' AND agreed_at IS NULL;

-- What may become of what; everything else is refused, whoever asks.
CREATE FUNCTION booking_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.status, NEW.status) NOT IN (
    ('held', 'held'), ('held', 'confirmed'), ('held', 'cancelled'), ('held', 'lapsed'),
    ('confirmed', 'confirmed'), ('confirmed', 'changed'), ('confirmed', 'cancelled'),
    ('confirmed', 'completed'), ('changed', 'changed'), ('changed', 'cancelled'),
    ('changed', 'completed')
  ) THEN
    RAISE EXCEPTION 'a % booking cannot become %', OLD.status, NEW.status
      USING ERRCODE = 'check_violation', CONSTRAINT = 'booking_moves', TABLE = 'bookings';
  END IF;
  NEW.version := OLD.version + 1;
  NEW.updated_at := now();
  RETURN NEW;
END $$;
-- Whose it is may change, as with its quote, and leaves it as it stands.
CREATE TRIGGER booking_moves BEFORE UPDATE ON bookings
  FOR EACH ROW WHEN (OLD.customer_id = NEW.customer_id) EXECUTE FUNCTION booking_moves();
CREATE TRIGGER booking_joins BEFORE UPDATE ON bookings
  FOR EACH ROW WHEN (OLD.customer_id <> NEW.customer_id
    AND to_jsonb(OLD) - 'customer_id' IS DISTINCT FROM to_jsonb(NEW) - 'customer_id')
  EXECUTE FUNCTION refuse_change();

-- Everything that was ever done to a booking. The key makes each write happen once.
CREATE TABLE booking_events (
  id         uuid PRIMARY KEY DEFAULT uuidv7(),
  key        text NOT NULL,
  booking_id uuid NOT NULL REFERENCES bookings DEFERRABLE INITIALLY DEFERRED,
  act        text NOT NULL CHECK (act IN ('hold', 'agree', 'confirm', 'change', 'cancel', 'lapse', 'complete', 'assign')),
  actor      text NOT NULL CHECK (actor IN ('customer', 'staff', 'system')),
  message_id uuid REFERENCES messages,        -- the customer's words that allowed it
  detail     jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT one_booking_write_per_key UNIQUE (key)
);
CREATE INDEX booking_events_of_booking ON booking_events (booking_id, created_at);

-- Which of those writes the customer has by mail, with the calendar file.
CREATE TABLE calendar_mails (
  event_id   uuid PRIMARY KEY REFERENCES booking_events,
  message_id uuid REFERENCES messages,        -- null: a later write's mail says it all
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Terms that were stated to a customer and wait for their yes. A yes counts for exactly this price
-- and this state of the booking; whatever has changed since is stated and asked again.
CREATE TABLE proposals (
  id              uuid PRIMARY KEY DEFAULT uuidv7(),
  conversation_id uuid NOT NULL REFERENCES conversations,
  booking_id      uuid NOT NULL REFERENCES bookings,
  booking_version int NOT NULL,
  act             text NOT NULL CHECK (act IN ('book', 'change', 'cancel')),
  quote_id        uuid NOT NULL REFERENCES quotes,
  detail          jsonb NOT NULL DEFAULT '{}',  -- what would become of the booking, with fee or refund
  status          text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'accepted', 'declined', 'superseded')),
  expires_at      timestamptz NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX one_open_proposal ON proposals (conversation_id) WHERE status = 'open';
CREATE INDEX proposals_of_booking ON proposals (booking_id) WHERE status = 'open';

-- An allergy in the customer's own words. Shown to the chef; whether a dish is safe a person says.
CREATE TABLE allergies (
  id          uuid PRIMARY KEY DEFAULT uuidv7(),
  customer_id uuid NOT NULL REFERENCES customers,
  booking_id  uuid REFERENCES bookings,       -- null: said before anything was held
  message_id  uuid NOT NULL REFERENCES messages,
  words       text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT one_allergy_per_message UNIQUE (message_id)
);
CREATE INDEX allergies_of_customer ON allergies (customer_id);

-- The crew. The profile seeds it once; from then on these rows are the truth.
CREATE TABLE chefs (
  id           uuid PRIMARY KEY DEFAULT uuidv7(),
  number       int GENERATED ALWAYS AS IDENTITY,  -- the chef's stretch of chef_assignments.line
  code         text NOT NULL,
  name         text NOT NULL,
  home_zip     text NOT NULL,
  services     text[] NOT NULL,
  languages    text[] NOT NULL,
  strengths    text[] NOT NULL DEFAULT '{}',
  certificates text[] NOT NULL DEFAULT '{}',
  days_off     text[] NOT NULL DEFAULT '{}',  -- monday to sunday
  works_from   time,                          -- local; null: any time
  works_until  time,
  events_a_day int NOT NULL CHECK (events_a_day > 0),
  max_miles    numeric(7,1),                  -- from home; null: as far as the business goes
  is_active    boolean NOT NULL DEFAULT true,
  feed_version int NOT NULL DEFAULT 1,        -- raised to make the address of the chef's calendar void
  created_at   timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT one_chef_per_code UNIQUE (code),
  CONSTRAINT one_chef_per_number UNIQUE (id, number)
);

-- Days off by date, both ends included, in the business's zone.
CREATE TABLE absences (
  id         uuid PRIMARY KEY DEFAULT uuidv7(),
  chef_id    uuid REFERENCES chefs,           -- null: the whole business is closed
  starts_on  date NOT NULL,
  ends_on    date NOT NULL,
  reason     text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT absence_has_length CHECK (ends_on >= starts_on)
);
CREATE INDEX absences_by_day ON absences (ends_on);

-- Who serves which event. Each chef has a stretch of one long line of seconds, so that one plain
-- range constraint forbids two events of a chef at once, the way there included.
CREATE TABLE chef_assignments (
  id          uuid PRIMARY KEY DEFAULT uuidv7(),
  booking_id  uuid NOT NULL REFERENCES bookings,
  chef_id     uuid NOT NULL,
  chef_number int NOT NULL,
  busy        tstzrange NOT NULL,             -- from leaving for the event to its end
  line        int8range GENERATED ALWAYS AS (int8range(
                (chef_number::bigint << 35) + extract(epoch FROM lower(busy) - timestamptz '1970-01-01 00:00:00+00')::bigint,
                (chef_number::bigint << 35) + extract(epoch FROM upper(busy) - timestamptz '1970-01-01 00:00:00+00')::bigint
              )) STORED,
  miles       numeric(7,1),                   -- one way, from home
  reason      text NOT NULL DEFAULT '',       -- why this chef, in staff's words
  by_hand     boolean NOT NULL DEFAULT false, -- staff chose, whatever the rules say
  released_at timestamptz,                    -- the chef is free again: cancelled, lapsed, moved, replaced
  created_at  timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT assigned_chef FOREIGN KEY (chef_id, chef_number) REFERENCES chefs (id, number),
  CONSTRAINT assignment_has_length CHECK (NOT isempty(busy) AND lower(busy) IS NOT NULL AND upper(busy) IS NOT NULL),
  CONSTRAINT chef_in_one_place EXCLUDE USING gist (line WITH &&) WHERE (released_at IS NULL)
);
CREATE UNIQUE INDEX one_assignment ON chef_assignments (booking_id, chef_id) WHERE released_at IS NULL;
CREATE INDEX chef_assignments_by_end ON chef_assignments (upper(busy)) WHERE released_at IS NULL;
CREATE INDEX chef_assignments_of_booking ON chef_assignments (booking_id);

-- Road distances that a map service gave, so that each pair is paid for once.
CREATE TABLE road_distances (
  start_zip  text NOT NULL,
  end_zip    text NOT NULL,
  miles      numeric(7,1) NOT NULL CHECK (miles >= 0),
  fetched_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (start_zip, end_zip)
);

-- ── Staff and afterwards ────────────────────────────────────────────────────────────────────

-- People of the workspace as last looked up: to name them and to know what they may do.
CREATE TABLE staff_members (
  id           text PRIMARY KEY,              -- the vendor's id of the person
  name         text NOT NULL,
  email        text NOT NULL DEFAULT '',
  zone         text NOT NULL DEFAULT '',
  is_admin     boolean NOT NULL DEFAULT false,  -- owns or administers the workspace
  is_outsider  boolean NOT NULL DEFAULT false,  -- a guest, an app, gone, or of another workspace
  looked_up_at timestamptz NOT NULL
);

-- Who is in a user group, or in the staff channel.
CREATE TABLE staff_groups (
  id           text PRIMARY KEY,
  members      text[] NOT NULL,
  looked_up_at timestamptz NOT NULL
);

-- What people at the desk did that was taken in: the same twice changes nothing.
CREATE TABLE desk_events (
  key        text PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX desk_events_by_age ON desk_events (created_at);

-- Whose home tab shows what: renewed for a while after they have looked at it.
CREATE TABLE desk_homes (
  staff_id      text PRIMARY KEY,
  opened_at     timestamptz NOT NULL,         -- when they last looked at it
  version       text NOT NULL DEFAULT '',     -- of what it shows; empty: to be shown anew
  claimed_until timestamptz                   -- somebody is publishing it
);
CREATE INDEX desk_homes_by_opening ON desk_homes (opened_at);

-- What else the desk is told, each once. notice: in the channel. draft: a reply that waits for staff.
-- thread, customer, reminder: in an escalation's thread. person, brief: to one person. bundle: many
-- escalations in one post. question: one that no article answered.
CREATE TABLE desk_notices (
  id              uuid PRIMARY KEY DEFAULT uuidv7(),
  key             text NOT NULL,
  booking_id      uuid REFERENCES bookings,
  text            text NOT NULL,
  post_status     text NOT NULL DEFAULT 'queued' CHECK (post_status IN ('queued', 'posting', 'posted', 'refused')),
  post_attempts   int NOT NULL DEFAULT 0,
  post_due_at     timestamptz NOT NULL DEFAULT now(),
  post_claimed_at timestamptz,
  post_error      text,
  desk_channel    text,
  desk_ts         text,
  created_at      timestamptz NOT NULL DEFAULT now(),
  kind            text NOT NULL DEFAULT 'notice' CHECK (kind IN ('notice', 'draft', 'thread',
    'customer', 'bundle', 'reminder', 'person', 'brief', 'question')),
  escalation_id   uuid,                       -- the thread it belongs to
  message_id      uuid REFERENCES messages,   -- the customer's words that it shows
  recipient       text NOT NULL DEFAULT '',   -- the staff member it goes to; empty: the staff channel
  extra           jsonb NOT NULL DEFAULT '{}',  -- what its buttons need
  wanted          int NOT NULL DEFAULT 0,     -- raised by each change that the post must show
  shown           int NOT NULL DEFAULT 0,
  shown_due_at    timestamptz,                -- not redrawn before
  CONSTRAINT one_notice_per_key UNIQUE (key)
);
CREATE INDEX desk_notices_to_post ON desk_notices (post_due_at) WHERE post_status IN ('queued', 'posting');
CREATE INDEX desk_notices_of_escalation ON desk_notices (escalation_id)
  WHERE escalation_id IS NOT NULL;
CREATE INDEX desk_notices_of_storms ON desk_notices (created_at) WHERE kind = 'bundle';
CREATE INDEX desk_notices_to_redraw ON desk_notices (shown_due_at) WHERE wanted > shown;

-- Bot to staff. The row is committed with the raised epoch; the Slack post follows it.
CREATE TABLE escalations (
  id              uuid PRIMARY KEY DEFAULT uuidv7(),
  conversation_id uuid NOT NULL REFERENCES conversations,
  message_id      uuid REFERENCES messages,   -- the customer's words that caused it
  reason          text NOT NULL,
  explanation     text NOT NULL DEFAULT '',   -- the reason with what weighed, for staff
  status          text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'claimed', 'resolved')),
  -- bundled: in a storm it stands as a line of one post for many, until somebody opens its card.
  post_status     text NOT NULL DEFAULT 'queued'
                    CHECK (post_status IN ('queued', 'posting', 'posted', 'refused', 'bundled')),
  post_attempts   int NOT NULL DEFAULT 0,
  post_due_at     timestamptz NOT NULL DEFAULT now(),
  post_claimed_at timestamptz,
  post_error      text,
  desk_channel    text,                       -- with desk_ts: where the card stands
  desk_ts         text,
  created_at      timestamptz NOT NULL DEFAULT now(),
  resolved_at     timestamptz,
  claimed_by      text,                       -- the staff member who holds the conversation
  claimed_at      timestamptz,                -- when anybody first did
  held_since      timestamptz,                -- since when the present holder does
  kept_at         timestamptz,                -- when they last said that they keep it
  answered_at     timestamptz,                -- when staff's first words were written
  waiting_since   timestamptz,                -- the customer's first words that staff have not answered
  last_word_at    timestamptz,                -- the latest of either side while staff hold it
  remind_at       timestamptz,                -- when somebody is to be reminded next
  reminded        int NOT NULL DEFAULT 0,     -- how often, since the state last changed
  snoozed_until   timestamptz,
  returns_at      timestamptz,                -- when the bot takes over again, if nobody writes
  return_told_at  timestamptz,                -- when staff were told so
  resolved_by     text,
  outcome         text CHECK (outcome IN ('answered', 'booked', 'refunded', 'apologised',
    'no_reply', 'not_needed', 'returned', 'other')),
  card_wanted     int NOT NULL DEFAULT 0,     -- raised by each change that the card must show
  card_shown      int NOT NULL DEFAULT 0,     -- the count that it shows
  card_due_at     timestamptz,                -- not redrawn before
  weighed         text[] NOT NULL DEFAULT '{}',  -- the customer's words that weighed most
  suggestion      text,                       -- a reply for staff to send; empty: none could be made
  suggesting_at   timestamptz,                -- since when somebody words one
  told            jsonb NOT NULL DEFAULT '{}',  -- translations for staff, by message id
  bundle_id       uuid REFERENCES desk_notices,
  claim_counted   boolean NOT NULL DEFAULT false,  -- the metrics have the time to claim, and to answer
  answer_counted  boolean NOT NULL DEFAULT false,
  severity        text NOT NULL DEFAULT 'normal' CHECK (severity IN ('normal', 'high', 'urgent'))
);
CREATE UNIQUE INDEX one_open_escalation ON escalations (conversation_id) WHERE status <> 'resolved';
CREATE UNIQUE INDEX one_card_per_place ON escalations (desk_channel, desk_ts);
CREATE INDEX escalations_to_post ON escalations (post_due_at) WHERE post_status IN ('queued', 'posting');
CREATE INDEX escalations_of_conversation ON escalations (conversation_id, created_at DESC);
CREATE INDEX escalations_to_remind ON escalations (remind_at) WHERE status <> 'resolved';
CREATE INDEX escalations_to_return ON escalations (returns_at) WHERE status = 'claimed';
CREATE INDEX escalations_paused ON escalations (created_at) WHERE reason = 'paused' AND status = 'open';
CREATE INDEX escalations_to_count ON escalations (id) WHERE (claimed_at IS NOT NULL AND NOT claim_counted)
  OR (answered_at IS NOT NULL AND NOT answer_counted);
CREATE INDEX escalations_to_redraw ON escalations (card_due_at) WHERE card_wanted > card_shown;
CREATE INDEX escalations_by_post ON escalations (post_claimed_at) WHERE bundle_id IS NULL;
CREATE INDEX escalations_of_bundle ON escalations (bundle_id) WHERE bundle_id IS NOT NULL;
CREATE INDEX escalations_settled ON escalations (resolved_at) WHERE status = 'resolved';

-- A trigger of the profile that rang for a message: how severe, and what was done.
CREATE TABLE emotion_alarms (
  id              uuid PRIMARY KEY DEFAULT uuidv7(),
  message_id      uuid NOT NULL REFERENCES messages,
  conversation_id uuid NOT NULL REFERENCES conversations,
  trigger         text NOT NULL,              -- its name in the profile
  severity        text NOT NULL CHECK (severity IN ('normal', 'high', 'urgent')),
  act             text NOT NULL CHECK (act IN ('hand_over', 'tell')),
  explanation     text NOT NULL,              -- what was read, with the words that weighed most
  escalation_id   uuid REFERENCES escalations,  -- the one it opened or came to; null: staff were told
  created_at      timestamptz NOT NULL DEFAULT now(),
  strength        real NOT NULL DEFAULT 0 CHECK (strength BETWEEN 0 AND 2),  -- the figure that rang
  counted         boolean NOT NULL DEFAULT false,  -- the metrics have it, and what staff called it
  judged          boolean NOT NULL DEFAULT false,
  CONSTRAINT one_alarm_per_trigger UNIQUE (message_id, trigger)
);
CREATE INDEX alarms_of_conversation ON emotion_alarms (conversation_id, created_at DESC);
CREATE INDEX alarms_by_time ON emotion_alarms (created_at DESC);
CREATE INDEX alarms_to_count ON emotion_alarms (created_at) WHERE NOT (counted AND judged);

-- A message whose reading a person should look at, and what they said of it: lines for training.
CREATE TABLE emotion_reviews (
  message_id uuid PRIMARY KEY REFERENCES messages,
  -- model: a language model read it otherwise. staff: they said so. unsure: the scorer was.
  source     text NOT NULL CHECK (source IN ('model', 'staff', 'unsure')),
  ours       jsonb NOT NULL,                  -- primary, polarity, intensity, escalate, scorer
  theirs     jsonb,                           -- the same by the other side, where there is one
  why        text NOT NULL,                   -- in what they differ
  created_at timestamptz NOT NULL DEFAULT now(),
  verdict    jsonb,                           -- primary, polarity, intensity, escalate: what is true
  settled_by text,
  settled_at timestamptz,
  CONSTRAINT verdict_has_a_judge CHECK ((verdict IS NULL) = (settled_by IS NULL)
    AND (verdict IS NULL) = (settled_at IS NULL))
);
CREATE INDEX reviews_open ON emotion_reviews (created_at) WHERE settled_at IS NULL;

-- That a language model was asked how a message feels: claimed first, so that no two pay for one.
CREATE TABLE emotion_asks (
  message_id uuid PRIMARY KEY REFERENCES messages,
  tries      int NOT NULL DEFAULT 1,
  due_at     timestamptz                      -- whoever claimed it is gone by then; null: it is over
);

ALTER TABLE desk_notices ADD FOREIGN KEY (escalation_id) REFERENCES escalations;

-- The bot answers nobody by itself while one of these is open: every message goes to staff.
CREATE TABLE pauses (
  id         uuid PRIMARY KEY DEFAULT uuidv7(),
  reason     text NOT NULL DEFAULT '',
  started_by text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  ends_at    timestamptz,                     -- null: until somebody ends it
  ended_by   text,
  ended_at   timestamptz
);
CREATE UNIQUE INDEX one_pause ON pauses ((true)) WHERE ended_at IS NULL;

-- What the holder of a conversation wrote in its thread, meant for the customer. offered: goes when
-- they press Send. waiting: goes in a moment, and can be undone. gone: in the outbox's hands.
CREATE TABLE desk_words (
  id            uuid PRIMARY KEY DEFAULT uuidv7(),
  escalation_id uuid NOT NULL REFERENCES escalations,
  staff_id      text NOT NULL,
  desk_channel  text NOT NULL,
  desk_ts       text NOT NULL,                -- with desk_channel: their message in the thread
  text          text NOT NULL,                -- as the customer reads it
  status        text NOT NULL CHECK (status IN ('offered', 'waiting', 'undone', 'gone')),
  shown         text NOT NULL DEFAULT '',     -- the delivery status that the thread shows
  shown_at      timestamptz,
  told          text NOT NULL DEFAULT '',     -- what staff were told of it: why it failed
  created_at    timestamptz NOT NULL DEFAULT now(),
  files         jsonb NOT NULL DEFAULT '[]',  -- what hangs on their message: id, name, type, size
  files_due_at  timestamptz,                  -- when those are to be carried over; null: done
  CONSTRAINT one_row_per_desk_message UNIQUE (desk_channel, desk_ts)
);
CREATE INDEX desk_words_of_escalation ON desk_words (escalation_id, created_at DESC);
CREATE INDEX desk_words_with_files ON desk_words (files_due_at) WHERE files_due_at IS NOT NULL;

-- The rows of the outbox that such words became.
CREATE TABLE desk_word_parts (
  message_id uuid PRIMARY KEY REFERENCES messages,
  words_id   uuid NOT NULL REFERENCES desk_words
);
CREATE INDEX desk_word_parts_of_words ON desk_word_parts (words_id);

-- Mail to the owner where the desk cannot be reached.
CREATE TABLE owner_mails (
  id         uuid PRIMARY KEY DEFAULT uuidv7(),
  key        text NOT NULL,
  recipient  text NOT NULL,
  subject    text NOT NULL,
  text       text NOT NULL,
  status     text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'sending', 'sent', 'failed')),
  attempts   int NOT NULL DEFAULT 0,
  due_at     timestamptz NOT NULL DEFAULT now(),
  error      text,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT one_mail_per_key UNIQUE (key)
);
CREATE INDEX owner_mails_due ON owner_mails (due_at) WHERE status IN ('queued', 'sending');

-- Since when each cause's rule, as it stands now, is in force: what happened before is not its matter.
CREATE TABLE follow_up_rules (
  cause      text PRIMARY KEY,
  digest     text NOT NULL,                   -- of the rule as the profile has it
  live_since timestamptz NOT NULL,
  is_on      boolean NOT NULL DEFAULT true,
  planned_until timestamptz NOT NULL          -- what arose before has its row
);

-- Words to a chosen part of the customers; each of them has a row of follow_ups.
CREATE TABLE campaigns (
  id          uuid PRIMARY KEY DEFAULT uuidv7(),
  key         text NOT NULL,
  name        text NOT NULL,
  segment     jsonb NOT NULL,                 -- who is meant, as bot/follow_ups/segments.py reads it
  words       jsonb NOT NULL,                 -- by language
  per_hour    int NOT NULL CHECK (per_hour > 0),
  status      text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'running', 'paused', 'done', 'cancelled')),
  starts_at   timestamptz,
  ends_at     timestamptz,                    -- nobody is written to after it
  written_by  text NOT NULL,
  started_by  text,
  created_at  timestamptz NOT NULL DEFAULT now(),
  started_at  timestamptz,
  last_customer_id uuid,                      -- up to whom rows are written; a start after a crash goes on there
  recipients  int NOT NULL DEFAULT 0,
  is_planned  boolean NOT NULL DEFAULT false, -- everybody who is meant has a row
  told_at     timestamptz,                    -- when who started it read how it went
  CONSTRAINT one_campaign_per_key UNIQUE (key),
  CONSTRAINT campaign_has_a_starter CHECK (status IN ('draft', 'cancelled') OR started_by IS NOT NULL)
);
CREATE INDEX campaigns_at_work ON campaigns (created_at) WHERE status = 'running';

-- A comparison of wordings; once its own rule has ended it, the winner is what is sent.
CREATE TABLE follow_up_trials (
  name     text PRIMARY KEY,
  cause    text NOT NULL,
  began_at timestamptz NOT NULL,
  ended_at timestamptz,
  winner   text NOT NULL DEFAULT '',
  verdict  text NOT NULL DEFAULT '',
  figures  jsonb NOT NULL DEFAULT '{}'
);

-- When it was last looked at what came of follow-ups: one row.
CREATE TABLE follow_up_passes (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  at      timestamptz NOT NULL
);

-- Messages that nobody waits for, owed to a customer at a time. planned; due: its time has come and
-- it is being judged; sending: it lies in the outbox; sent: the vendor has it; answered, converted:
-- what it was for came of it; skipped: judged and left out; held: it waits for its reason to end;
-- cancelled: taken back or not owed any more; unknown: nobody can tell whether it got there.
CREATE TABLE follow_ups (
  id          uuid PRIMARY KEY DEFAULT uuidv7(),
  customer_id uuid NOT NULL REFERENCES customers,
  booking_id  uuid REFERENCES bookings,
  cause       text NOT NULL,
  due_at      timestamptz NOT NULL,
  status      text NOT NULL CHECK (status IN ('planned', 'due', 'sending', 'sent', 'skipped', 'held',
                'cancelled', 'answered', 'converted', 'unknown')),
  reason      text,                           -- why it is where it is, in staff's words
  created_at  timestamptz NOT NULL DEFAULT now(),
  key         text NOT NULL DEFAULT uuidv7()::text,  -- what planned it: the same twice plans once
  text        text NOT NULL DEFAULT '',       -- staff's own words, or theirs in place of a rule's
  address_id  uuid REFERENCES addresses,      -- where it goes; null: chosen when it goes
  planned_by  text NOT NULL DEFAULT '',       -- the staff member; empty: a rule
  message_id  uuid REFERENCES messages,       -- what became of it in the outbox
  attempts    int NOT NULL DEFAULT 0,         -- how often it was put off
  step        text NOT NULL DEFAULT '',       -- which of its cause's messages: 24h, 7d
  quote_id        uuid REFERENCES quotes,
  conversation_id uuid REFERENCES conversations,  -- which exchange it follows on
  memory_id       uuid REFERENCES memories,
  campaign_id     uuid REFERENCES campaigns,
  about       jsonb NOT NULL DEFAULT '{}',    -- what it rests on: compared with what is so when it is due
  because     text NOT NULL DEFAULT '',       -- why it was planned, in staff's words
  rule        text NOT NULL DEFAULT '',       -- digest of the rule that planned it
  valid_until timestamptz,                    -- after this it says nothing any more; null: as long as staff want
  language    text,
  channel     text,                           -- by which it went
  wording     text NOT NULL DEFAULT '',       -- name of its words
  trial       text NOT NULL DEFAULT '',
  arm         text NOT NULL DEFAULT '',       -- of the trial, or holdout
  local_hour  int CHECK (local_hour BETWEEN 0 AND 23),  -- at the customer's, when it went
  chosen      jsonb NOT NULL DEFAULT '{}',    -- what way, hour and words were chosen by
  sent_at     timestamptz,                    -- when the vendor took it; of the held back, when it would have gone
  answered_at timestamptz,
  answer_id   uuid REFERENCES messages,
  converted_at timestamptz,
  converted_id uuid,                          -- the booking or feedback that came of it
  revenue     numeric(10,2) CHECK (revenue >= 0),
  opted_out_at timestamptz,
  watched_until timestamptz,                  -- answers and bookings count for it until then; null: no longer
  changed_at  timestamptz NOT NULL DEFAULT now(),
  changed_by  text NOT NULL DEFAULT '',       -- the staff member; empty: the service
  further_ids uuid[] NOT NULL DEFAULT '{}',   -- bookings beside the first that came of it
  CONSTRAINT one_follow_up_per_key UNIQUE (key)
);
CREATE INDEX follow_ups_due ON follow_ups (due_at) WHERE status IN ('planned', 'due', 'held');
CREATE INDEX follow_ups_on_their_way ON follow_ups (message_id) WHERE message_id IS NOT NULL AND status IN ('sending', 'held');
CREATE UNIQUE INDEX one_plan_per_cause ON follow_ups (booking_id, cause, step)
  WHERE status IN ('planned', 'due', 'held') AND message_id IS NULL;
CREATE INDEX follow_ups_of_customer ON follow_ups (customer_id, due_at DESC);
CREATE INDEX follow_ups_watched ON follow_ups (watched_until) WHERE watched_until IS NOT NULL;
CREATE INDEX follow_ups_measured ON follow_ups (cause, due_at);
CREATE INDEX follow_ups_of_campaign ON follow_ups (campaign_id, status) WHERE campaign_id IS NOT NULL;
CREATE INDEX follow_ups_converted ON follow_ups (converted_id) WHERE converted_id IS NOT NULL;
CREATE INDEX follow_ups_converted_again ON follow_ups USING gin (further_ids) WHERE cardinality(further_ids) > 0;

-- Each step of a follow-up's life, with its reason in staff's words.
CREATE TABLE follow_up_events (
  id           uuid PRIMARY KEY DEFAULT uuidv7(),
  follow_up_id uuid NOT NULL REFERENCES follow_ups,
  status       text NOT NULL,
  reason       text NOT NULL DEFAULT '',
  actor        text NOT NULL DEFAULT '',      -- the staff member; empty: the service
  due_at       timestamptz NOT NULL,
  at           timestamptz NOT NULL
);
CREATE INDEX events_of_follow_up ON follow_up_events (follow_up_id, at);

-- Every change of state leaves its line, whoever makes it; another look at what is held for the
-- same reason is none.
CREATE FUNCTION note_follow_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.status, OLD.status, coalesce(NEW.reason, ''))
      = ('held', 'held', coalesce(OLD.reason, '')) THEN
    RETURN NULL;
  END IF;
  IF TG_OP = 'INSERT' OR (NEW.status, NEW.due_at, coalesce(NEW.reason, '')) IS DISTINCT FROM
      (OLD.status, OLD.due_at, coalesce(OLD.reason, '')) THEN
    INSERT INTO follow_up_events (follow_up_id, status, reason, actor, due_at, at)
    VALUES (NEW.id, NEW.status, coalesce(NEW.reason, ''),
      NEW.changed_by, NEW.due_at, NEW.changed_at);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER follow_up_changes AFTER INSERT OR UPDATE ON follow_ups
  FOR EACH ROW EXECUTE FUNCTION note_follow_up();

-- Who is signed in at the console, and until when.
CREATE TABLE console_sessions (
  digest     bytea PRIMARY KEY,               -- of the cookie
  staff_id   text NOT NULL,
  is_owner   boolean NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);

-- What staff note of a customer, for staff alone: no model and no customer reads it.
CREATE TABLE customer_notes (
  id          uuid PRIMARY KEY DEFAULT uuidv7(),
  customer_id uuid NOT NULL REFERENCES customers,
  text        text NOT NULL,
  written_by  text NOT NULL,
  key         text,
  created_at  timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT one_note_per_key UNIQUE (key)
);
CREATE INDEX notes_of_customer ON customer_notes (customer_id, created_at DESC);

-- Words to everybody whose event is on a day.
CREATE TABLE announcements (
  id         uuid PRIMARY KEY DEFAULT uuidv7(),
  key        text NOT NULL,
  event_on   date NOT NULL,
  text       text NOT NULL,
  written_by text NOT NULL,
  recipients int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  told_at    timestamptz,                    -- when its writer read what became of it
  CONSTRAINT one_announcement_per_key UNIQUE (key)
);
CREATE INDEX announcements_to_tell ON announcements (created_at) WHERE told_at IS NULL;

-- To whom it goes, as its writer confirmed it: each address once, however often it is gone through.
CREATE TABLE announcement_recipients (
  announcement_id uuid NOT NULL REFERENCES announcements,
  address_id      uuid NOT NULL REFERENCES addresses,
  message_id      uuid REFERENCES messages,   -- what became of it in the outbox
  reason          text,                       -- why nothing was written after all
  PRIMARY KEY (announcement_id, address_id)
);
CREATE INDEX announcement_recipients_owed ON announcement_recipients (announcement_id)
  WHERE message_id IS NULL AND reason IS NULL;

CREATE TABLE feedback (
  id          uuid PRIMARY KEY DEFAULT uuidv7(),
  customer_id uuid NOT NULL REFERENCES customers,
  booking_id  uuid REFERENCES bookings,
  rating      int CHECK (rating BETWEEN 1 AND 5),
  words       text NOT NULL DEFAULT '',
  created_at  timestamptz NOT NULL DEFAULT now(),
  follow_up_id uuid REFERENCES follow_ups,    -- the question it answers
  message_id  uuid REFERENCES messages,
  CONSTRAINT one_feedback_per_follow_up UNIQUE (follow_up_id)
);
CREATE INDEX feedback_of_customer ON feedback (customer_id);

-- ── Knowledge and learning ──────────────────────────────────────────────────────────────────

-- An article as it stood; only the live version of each is cited.
CREATE TABLE knowledge_documents (
  id         uuid PRIMARY KEY DEFAULT uuidv7(),
  article    text NOT NULL,
  language   text NOT NULL,
  title      text NOT NULL,
  body       text NOT NULL,
  digest     text NOT NULL,
  version    int NOT NULL,
  approved   boolean NOT NULL DEFAULT true,
  live       boolean NOT NULL DEFAULT false,
  expires_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  source     text NOT NULL DEFAULT 'profile'
               CHECK (source IN ('profile', 'markdown', 'web', 'pdf', 'staff')),
  origin     text NOT NULL DEFAULT '',        -- the page or file it was read from
  approved_by text,
  words      tsvector NOT NULL DEFAULT '',    -- word beginnings and Chinese pairs, cut by us
  CONSTRAINT one_document_per_version UNIQUE (article, language, version)
);
CREATE UNIQUE INDEX one_live_document ON knowledge_documents (article, language) WHERE live;

CREATE TABLE knowledge_chunks (
  id                uuid PRIMARY KEY DEFAULT uuidv7(),
  document_id       uuid NOT NULL REFERENCES knowledge_documents ON DELETE CASCADE,
  ordinal           int NOT NULL,
  heading           text NOT NULL,
  text              text NOT NULL,
  answer            text NOT NULL DEFAULT '',  -- what may be said to a customer as it stands
  embedding         vector(384),              -- of the text; null where an earlier chunk has it
  heading_embedding vector(384) NOT NULL
) WITH (toast_tuple_target = 8160);  -- a search reads every vector: keep them in the row
CREATE INDEX knowledge_chunks_of_document ON knowledge_chunks (document_id);

-- What customers asked and no article answered, for the owner to answer once for all.
CREATE TABLE unanswered_questions (
  id              uuid PRIMARY KEY DEFAULT uuidv7(),
  conversation_id uuid NOT NULL REFERENCES conversations,
  message_id      uuid NOT NULL REFERENCES messages,
  question        text NOT NULL,
  language        text NOT NULL,
  confidence      real NOT NULL,              -- how likely the nearest article answered it
  nearest         text NOT NULL DEFAULT '',   -- that article
  status          text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'answered', 'dismissed')),
  created_at      timestamptz NOT NULL DEFAULT now(),
  decided_at      timestamptz,
  CONSTRAINT one_question_per_message UNIQUE (message_id, question)
);
CREATE INDEX unanswered_open ON unanswered_questions (created_at DESC) WHERE status = 'open';

-- What staff would have the bot answer, for the owner to approve; once live it is an article.
CREATE TABLE knowledge_proposals (
  id              uuid PRIMARY KEY DEFAULT uuidv7(),
  key             text NOT NULL,
  cause           text NOT NULL CHECK (cause IN ('wrong', 'better', 'unanswered')),
  question        text NOT NULL,
  answer          text NOT NULL,
  language        text NOT NULL,
  conversation_id uuid REFERENCES conversations,
  message_id      uuid REFERENCES messages,   -- the answer it corrects
  unanswered_id   uuid REFERENCES unanswered_questions,
  proposed_by     text NOT NULL,
  -- approved: the owner has said yes, a worker is taking it in.
  status          text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'approved', 'live', 'dismissed')),
  decided_by      text,
  decided_at      timestamptz,
  article         text,
  created_at      timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT one_proposal_per_key UNIQUE (key)
);
CREATE INDEX proposals_to_decide ON knowledge_proposals (created_at DESC)
  WHERE status IN ('open', 'approved');

-- What was tried on scripted customers before it went live, and how that ended.
CREATE TABLE simulations (
  id         uuid PRIMARY KEY DEFAULT uuidv7(),
  digest     text NOT NULL,                   -- of profile, articles, instructions and models together
  passed     boolean NOT NULL,
  facts      jsonb NOT NULL DEFAULT '{}',     -- how many passed, and which did not
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX simulations_of_digest ON simulations (digest, created_at DESC);

CREATE TABLE training_examples (
  id         uuid PRIMARY KEY DEFAULT uuidv7(),
  kind       text NOT NULL,
  example    jsonb NOT NULL,
  source     text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  key        text,
  message_id uuid REFERENCES messages,
  CONSTRAINT one_example_per_key UNIQUE (key)
);

CREATE TABLE model_versions (
  id         uuid PRIMARY KEY DEFAULT uuidv7(),
  name       text NOT NULL,
  version    text NOT NULL,
  facts      jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT one_row_per_model_version UNIQUE (name, version)
);

-- Who did what to what, by hand or by rule.
CREATE TABLE audit_log (
  id         uuid PRIMARY KEY DEFAULT uuidv7(),
  actor      text NOT NULL,
  act        text NOT NULL,
  subject    text NOT NULL,
  detail     jsonb NOT NULL DEFAULT '{}',
  created_at timestamptz NOT NULL DEFAULT now()
);

-- ── How well it goes ────────────────────────────────────────────────────────────────────────

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

-- How long people at the desk take, in seconds since the trouble arose.
CREATE VIEW desk_times AS
SELECT e.id AS escalation_id, e.conversation_id, e.reason, e.status, e.created_at, e.claimed_by,
  extract(epoch FROM e.claimed_at - e.created_at)::float8 AS claim_s,
  extract(epoch FROM e.answered_at - e.created_at)::float8 AS answer_s,
  extract(epoch FROM e.resolved_at - e.created_at)::float8 AS resolve_s,
  e.outcome
FROM escalations e;

-- ── Intake: many messages in one round trip ─────────────────────────────────────────────────

-- Finds or opens customer and conversation for each message, stores it once, and says which
-- conversation now has something unanswered. Conversations are locked in one order, so that two
-- processes never wait for each other; the lock also orders this against a worker's claim, which
-- is why a wake-up named by the returned lease_token is never lost on a turn under way.
CREATE FUNCTION record_inbound(
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
