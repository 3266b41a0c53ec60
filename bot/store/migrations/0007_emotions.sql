-- Emotions that can be relied on: the scorer's call for a manager, alarms by trigger, reviews.

ALTER TABLE emotion_history
  ADD COLUMN escalate real NOT NULL DEFAULT 0 CHECK (escalate BETWEEN 0 AND 1),
  ADD COLUMN valence real NOT NULL GENERATED ALWAYS AS (CASE polarity WHEN 'negative' THEN -intensity
    WHEN 'positive' THEN intensity ELSE 0 END) STORED,
  ADD COLUMN rescored_at timestamptz;
DROP INDEX emotions_unhappy;
CREATE INDEX emotions_unhappy ON emotion_history (created_at) WHERE polarity = 'negative'
  AND (intensity >= 0.6 OR escalate >= 0.5);
CREATE INDEX emotions_of_scorer ON emotion_history (scorer, message_id);

ALTER TABLE messages ADD COLUMN scoring_until timestamptz,
  ADD COLUMN scoring_tries smallint NOT NULL DEFAULT 0;

-- Old messages that somebody wants read anew by the present scorer, from the newest back.
CREATE TABLE emotion_rescorings (
  id            uuid PRIMARY KEY DEFAULT uuidv7(),
  scorer        text NOT NULL,
  since         timestamptz,
  up_to         uuid,
  read_count    int NOT NULL DEFAULT 0,
  total         int NOT NULL DEFAULT 0,
  claimed_until timestamptz,
  created_at    timestamptz NOT NULL DEFAULT now(),
  ended_at      timestamptz,
  outcome       text CHECK (outcome IN ('done', 'replaced')),
  CONSTRAINT ended_rescoring_has_outcome CHECK ((ended_at IS NULL) = (outcome IS NULL))
);
CREATE UNIQUE INDEX one_open_rescoring ON emotion_rescorings ((true)) WHERE ended_at IS NULL;

ALTER TABLE escalations ADD COLUMN severity text NOT NULL DEFAULT 'normal'
  CHECK (severity IN ('normal', 'high', 'urgent'));

-- A trigger of the profile that rang for a message.
CREATE TABLE emotion_alarms (
  id              uuid PRIMARY KEY DEFAULT uuidv7(),
  message_id      uuid NOT NULL REFERENCES messages,
  conversation_id uuid NOT NULL REFERENCES conversations,
  trigger         text NOT NULL,
  severity        text NOT NULL CHECK (severity IN ('normal', 'high', 'urgent')),
  act             text NOT NULL CHECK (act IN ('hand_over', 'tell')),
  explanation     text NOT NULL,
  escalation_id   uuid REFERENCES escalations,
  created_at      timestamptz NOT NULL DEFAULT now(),
  strength        real NOT NULL DEFAULT 0 CHECK (strength BETWEEN 0 AND 2),
  counted         boolean NOT NULL DEFAULT false,
  judged          boolean NOT NULL DEFAULT false,
  CONSTRAINT one_alarm_per_trigger UNIQUE (message_id, trigger)
);
CREATE INDEX alarms_of_conversation ON emotion_alarms (conversation_id, created_at DESC);
CREATE INDEX alarms_by_time ON emotion_alarms (created_at DESC);
CREATE INDEX alarms_to_count ON emotion_alarms (created_at) WHERE NOT (counted AND judged);

-- A message whose reading a person should look at, and what they said of it.
CREATE TABLE emotion_reviews (
  message_id uuid PRIMARY KEY REFERENCES messages,
  source     text NOT NULL CHECK (source IN ('model', 'staff', 'unsure')),
  ours       jsonb NOT NULL,
  theirs     jsonb,
  why        text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  verdict    jsonb,
  settled_by text,
  settled_at timestamptz,
  CONSTRAINT verdict_has_a_judge CHECK ((verdict IS NULL) = (settled_by IS NULL)
    AND (verdict IS NULL) = (settled_at IS NULL))
);
CREATE INDEX reviews_open ON emotion_reviews (created_at) WHERE settled_at IS NULL;

-- That a language model was asked how a message feels.
CREATE TABLE emotion_asks (
  message_id uuid PRIMARY KEY REFERENCES messages,
  tries      int NOT NULL DEFAULT 1,
  due_at     timestamptz
);

ALTER TABLE llm_calls DROP CONSTRAINT llm_calls_purpose_check;
ALTER TABLE llm_calls ADD CONSTRAINT llm_calls_purpose_check CHECK (purpose IN ('turn', 'routing',
  'summary', 'translation', 'evaluation', 'suggestion', 'transcription', 'follow_up', 'emotion'));
