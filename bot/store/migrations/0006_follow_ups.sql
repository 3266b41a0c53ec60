-- Follow-ups by rule: what each is about, how it was worded, what came of it; campaigns; the console.

-- Since when each cause's rule, as it stands now, is in force.
CREATE TABLE follow_up_rules (
  cause      text PRIMARY KEY,
  digest     text NOT NULL,
  live_since timestamptz NOT NULL,
  is_on      boolean NOT NULL DEFAULT true,
  planned_until timestamptz NOT NULL
);

-- Words to a chosen part of the customers; each of them has a row of follow_ups.
CREATE TABLE campaigns (
  id          uuid PRIMARY KEY DEFAULT uuidv7(),
  key         text NOT NULL,
  name        text NOT NULL,
  segment     jsonb NOT NULL,
  words       jsonb NOT NULL,
  per_hour    int NOT NULL CHECK (per_hour > 0),
  status      text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'running', 'paused', 'done', 'cancelled')),
  starts_at   timestamptz,
  ends_at     timestamptz,
  written_by  text NOT NULL,
  started_by  text,
  created_at  timestamptz NOT NULL DEFAULT now(),
  started_at  timestamptz,
  last_customer_id uuid,
  recipients  int NOT NULL DEFAULT 0,
  is_planned  boolean NOT NULL DEFAULT false,
  told_at     timestamptz,
  CONSTRAINT one_campaign_per_key UNIQUE (key),
  CONSTRAINT campaign_has_a_starter CHECK (status IN ('draft', 'cancelled') OR started_by IS NOT NULL)
);
CREATE INDEX campaigns_at_work ON campaigns (created_at) WHERE status = 'running';

-- A comparison of wordings, once it has ended by its own rule.
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

ALTER TABLE follow_ups
  ADD COLUMN step            text NOT NULL DEFAULT '',
  ADD COLUMN quote_id        uuid REFERENCES quotes,
  ADD COLUMN conversation_id uuid REFERENCES conversations,
  ADD COLUMN memory_id       uuid REFERENCES memories,
  ADD COLUMN campaign_id     uuid REFERENCES campaigns,
  ADD COLUMN about           jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN because         text NOT NULL DEFAULT '',
  ADD COLUMN rule            text NOT NULL DEFAULT '',
  ADD COLUMN valid_until     timestamptz,
  ADD COLUMN language        text,
  ADD COLUMN channel         text,
  ADD COLUMN wording         text NOT NULL DEFAULT '',
  ADD COLUMN trial           text NOT NULL DEFAULT '',
  ADD COLUMN arm             text NOT NULL DEFAULT '',
  ADD COLUMN local_hour      int CHECK (local_hour BETWEEN 0 AND 23),
  ADD COLUMN chosen          jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN sent_at         timestamptz,
  ADD COLUMN answered_at     timestamptz,
  ADD COLUMN answer_id       uuid REFERENCES messages,
  ADD COLUMN converted_at    timestamptz,
  ADD COLUMN converted_id    uuid,
  ADD COLUMN revenue         numeric(10,2) CHECK (revenue >= 0),
  ADD COLUMN opted_out_at    timestamptz,
  ADD COLUMN watched_until   timestamptz,
  ADD COLUMN changed_at      timestamptz NOT NULL DEFAULT now(),
  ADD COLUMN changed_by      text NOT NULL DEFAULT '',
  ADD COLUMN further_ids     uuid[] NOT NULL DEFAULT '{}';

DROP INDEX IF EXISTS follow_ups_due;
DROP INDEX IF EXISTS follow_ups_of_staff;
DROP INDEX IF EXISTS follow_ups_left;
DROP INDEX IF EXISTS one_plan_per_cause;
DROP INDEX IF EXISTS follow_ups_of_customer;

UPDATE follow_ups SET cause = 'before_event', step = regexp_replace(cause, '^reminder_', '')
WHERE cause ~ '^reminder_\d+d$';
-- What lay in the outbox was called sent; what became of it is read from the message.
UPDATE follow_ups SET status = 'sending' WHERE status = 'sent' AND message_id IS NOT NULL;
UPDATE follow_ups SET key = 'of:' || id WHERE key IS NULL;
UPDATE follow_ups SET valid_until = due_at + interval '1 day' WHERE cause <> 'staff';
ALTER TABLE follow_ups ALTER COLUMN key SET DEFAULT uuidv7()::text, ALTER COLUMN key SET NOT NULL;

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
  actor        text NOT NULL DEFAULT '',
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

ALTER TABLE bookings ADD COLUMN headcount_confirmed_at timestamptz;
ALTER TABLE feedback
  ADD COLUMN follow_up_id uuid REFERENCES follow_ups,
  ADD COLUMN message_id uuid REFERENCES messages,
  ADD CONSTRAINT one_feedback_per_follow_up UNIQUE (follow_up_id);
ALTER TABLE llm_calls DROP CONSTRAINT llm_calls_purpose_check,
  ADD CONSTRAINT llm_calls_purpose_check CHECK (purpose IN ('turn', 'routing', 'summary',
    'translation', 'evaluation', 'suggestion', 'transcription', 'follow_up'));
CREATE INDEX llm_calls_of_conversation ON llm_calls (conversation_id) WHERE conversation_id IS NOT NULL;
CREATE INDEX quotes_made ON quotes (created_at);
CREATE INDEX escalations_settled ON escalations (resolved_at) WHERE status = 'resolved';
CREATE INDEX emotions_unhappy ON emotion_history (created_at) WHERE polarity = 'negative' AND intensity >= 0.6;
CREATE INDEX memories_of_days ON memories (said_at)
  WHERE kind = 'occasion' AND replaced_by IS NULL AND forgotten_at IS NULL;
CREATE INDEX bookings_ended ON bookings (ends_at) WHERE status IN ('confirmed', 'changed', 'completed');

-- Who is signed in at the console, and until when; the link that opened it was good once.
CREATE TABLE console_sessions (
  digest     bytea PRIMARY KEY,
  staff_id   text NOT NULL,
  is_owner   boolean NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);
