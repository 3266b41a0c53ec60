-- The staff desk: who holds a conversation, what staff say to customers, and what the desk is owed.

-- ── Who works at the desk ───────────────────────────────────────────────────────────────────

CREATE TABLE staff_members (
  id           text PRIMARY KEY,
  name         text NOT NULL,
  email        text NOT NULL DEFAULT '',
  zone         text NOT NULL DEFAULT '',
  is_admin     boolean NOT NULL DEFAULT false,
  is_outsider  boolean NOT NULL DEFAULT false,
  looked_up_at timestamptz NOT NULL
);

CREATE TABLE staff_groups (
  id           text PRIMARY KEY,
  members      text[] NOT NULL,
  looked_up_at timestamptz NOT NULL
);

CREATE TABLE desk_events (
  key        text PRIMARY KEY,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX desk_events_by_age ON desk_events (created_at);

CREATE TABLE desk_homes (
  staff_id      text PRIMARY KEY,
  opened_at     timestamptz NOT NULL,
  version       text NOT NULL DEFAULT '',
  claimed_until timestamptz
);
CREATE INDEX desk_homes_by_opening ON desk_homes (opened_at);

-- ── Who holds a conversation ────────────────────────────────────────────────────────────────

ALTER TABLE escalations DROP CONSTRAINT escalations_post_status_check;
ALTER TABLE escalations ADD CONSTRAINT escalations_post_status_check
  CHECK (post_status IN ('queued', 'posting', 'posted', 'refused', 'bundled'));
ALTER TABLE escalations
  ADD COLUMN claimed_by text,
  ADD COLUMN claimed_at timestamptz,
  ADD COLUMN held_since timestamptz,
  ADD COLUMN kept_at timestamptz,
  ADD COLUMN answered_at timestamptz,
  ADD COLUMN waiting_since timestamptz,
  ADD COLUMN last_word_at timestamptz,
  ADD COLUMN remind_at timestamptz,
  ADD COLUMN reminded int NOT NULL DEFAULT 0,
  ADD COLUMN snoozed_until timestamptz,
  ADD COLUMN returns_at timestamptz,
  ADD COLUMN return_told_at timestamptz,
  ADD COLUMN resolved_by text,
  ADD COLUMN outcome text CHECK (outcome IN ('answered', 'booked', 'refunded', 'apologised',
    'no_reply', 'not_needed', 'returned', 'other')),
  ADD COLUMN card_wanted int NOT NULL DEFAULT 0,
  ADD COLUMN card_shown int NOT NULL DEFAULT 0,
  ADD COLUMN card_due_at timestamptz,
  ADD COLUMN weighed text[] NOT NULL DEFAULT '{}',
  ADD COLUMN suggestion text,
  ADD COLUMN suggesting_at timestamptz,
  ADD COLUMN told jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN bundle_id uuid REFERENCES desk_notices,
  ADD COLUMN claim_counted boolean NOT NULL DEFAULT false,
  ADD COLUMN answer_counted boolean NOT NULL DEFAULT false;
CREATE UNIQUE INDEX one_card_per_place ON escalations (desk_channel, desk_ts);
CREATE INDEX escalations_of_conversation ON escalations (conversation_id, created_at DESC);
CREATE INDEX escalations_to_remind ON escalations (remind_at) WHERE status <> 'resolved';
CREATE INDEX escalations_to_return ON escalations (returns_at) WHERE status = 'claimed';
CREATE INDEX escalations_paused ON escalations (created_at) WHERE reason = 'paused' AND status = 'open';
CREATE INDEX escalations_to_count ON escalations (id) WHERE (claimed_at IS NOT NULL AND NOT claim_counted)
  OR (answered_at IS NOT NULL AND NOT answer_counted);
CREATE INDEX escalations_to_redraw ON escalations (card_due_at) WHERE card_wanted > card_shown;
CREATE INDEX escalations_by_post ON escalations (post_claimed_at) WHERE bundle_id IS NULL;
CREATE INDEX escalations_of_bundle ON escalations (bundle_id) WHERE bundle_id IS NOT NULL;

ALTER TABLE conversations
  ADD COLUMN staff_note text NOT NULL DEFAULT '',
  ADD COLUMN staff_note_at timestamptz;

ALTER TABLE llm_calls DROP CONSTRAINT llm_calls_purpose_check;
ALTER TABLE llm_calls ADD CONSTRAINT llm_calls_purpose_check
  CHECK (purpose IN ('turn', 'routing', 'summary', 'translation', 'evaluation', 'suggestion'));

CREATE TABLE pauses (
  id         uuid PRIMARY KEY DEFAULT uuidv7(),
  reason     text NOT NULL DEFAULT '',
  started_by text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  ends_at    timestamptz,
  ended_by   text,
  ended_at   timestamptz
);
CREATE UNIQUE INDEX one_pause ON pauses ((true)) WHERE ended_at IS NULL;

-- ── What staff say to customers ─────────────────────────────────────────────────────────────

CREATE TABLE desk_words (
  id            uuid PRIMARY KEY DEFAULT uuidv7(),
  escalation_id uuid NOT NULL REFERENCES escalations,
  staff_id      text NOT NULL,
  desk_channel  text NOT NULL,
  desk_ts       text NOT NULL,
  text          text NOT NULL,
  status        text NOT NULL CHECK (status IN ('offered', 'waiting', 'undone', 'gone')),
  shown         text NOT NULL DEFAULT '',
  shown_at      timestamptz,
  told          text NOT NULL DEFAULT '',
  created_at    timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT one_row_per_desk_message UNIQUE (desk_channel, desk_ts)
);
CREATE INDEX desk_words_of_escalation ON desk_words (escalation_id, created_at DESC);

CREATE TABLE desk_word_parts (
  message_id uuid PRIMARY KEY REFERENCES messages,
  words_id   uuid NOT NULL REFERENCES desk_words
);
CREATE INDEX desk_word_parts_of_words ON desk_word_parts (words_id);

-- ── What the desk is owed ───────────────────────────────────────────────────────────────────

ALTER TABLE desk_notices
  ADD COLUMN kind text NOT NULL DEFAULT 'notice' CHECK (kind IN ('notice', 'draft', 'thread',
    'customer', 'bundle', 'reminder', 'person', 'brief', 'question')),
  ADD COLUMN escalation_id uuid REFERENCES escalations,
  ADD COLUMN message_id uuid REFERENCES messages,
  ADD COLUMN recipient text NOT NULL DEFAULT '',
  ADD COLUMN extra jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN wanted int NOT NULL DEFAULT 0,
  ADD COLUMN shown int NOT NULL DEFAULT 0,
  ADD COLUMN shown_due_at timestamptz;
CREATE INDEX desk_notices_of_escalation ON desk_notices (escalation_id)
  WHERE escalation_id IS NOT NULL;
CREATE INDEX desk_notices_of_storms ON desk_notices (created_at) WHERE kind = 'bundle';
CREATE INDEX desk_notices_to_redraw ON desk_notices (shown_due_at) WHERE wanted > shown;

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

-- ── What staff plan and note ────────────────────────────────────────────────────────────────

ALTER TABLE follow_ups
  ADD COLUMN key text,
  ADD COLUMN text text NOT NULL DEFAULT '',
  ADD COLUMN address_id uuid REFERENCES addresses,
  ADD COLUMN planned_by text NOT NULL DEFAULT '',
  ADD COLUMN message_id uuid REFERENCES messages,
  ADD COLUMN attempts int NOT NULL DEFAULT 0,
  ADD CONSTRAINT one_follow_up_per_key UNIQUE (key);
CREATE INDEX follow_ups_of_staff ON follow_ups (due_at)
  WHERE cause = 'staff' AND status IN ('planned', 'held');
CREATE INDEX follow_ups_left ON follow_ups (due_at) WHERE cause = 'staff' AND status = 'sent';

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

CREATE TABLE announcements (
  id         uuid PRIMARY KEY DEFAULT uuidv7(),
  key        text NOT NULL,
  event_on   date NOT NULL,
  text       text NOT NULL,
  written_by text NOT NULL,
  recipients int NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  told_at    timestamptz,
  CONSTRAINT one_announcement_per_key UNIQUE (key)
);
CREATE INDEX announcements_to_tell ON announcements (created_at) WHERE told_at IS NULL;

CREATE TABLE announcement_recipients (
  announcement_id uuid NOT NULL REFERENCES announcements,
  address_id      uuid NOT NULL REFERENCES addresses,
  message_id      uuid REFERENCES messages,
  reason          text,
  PRIMARY KEY (announcement_id, address_id)
);
CREATE INDEX announcement_recipients_owed ON announcement_recipients (announcement_id)
  WHERE message_id IS NULL AND reason IS NULL;

-- ── What staff teach ────────────────────────────────────────────────────────────────────────

CREATE TABLE knowledge_proposals (
  id              uuid PRIMARY KEY DEFAULT uuidv7(),
  key             text NOT NULL,
  cause           text NOT NULL CHECK (cause IN ('wrong', 'better', 'unanswered')),
  question        text NOT NULL,
  answer          text NOT NULL,
  language        text NOT NULL,
  conversation_id uuid REFERENCES conversations,
  message_id      uuid REFERENCES messages,
  unanswered_id   uuid REFERENCES unanswered_questions,
  proposed_by     text NOT NULL,
  status          text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'approved', 'live', 'dismissed')),
  decided_by      text,
  decided_at      timestamptz,
  article         text,
  created_at      timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT one_proposal_per_key UNIQUE (key)
);
CREATE INDEX proposals_to_decide ON knowledge_proposals (created_at DESC)
  WHERE status IN ('open', 'approved');

ALTER TABLE knowledge_documents DROP CONSTRAINT knowledge_documents_source_check;
ALTER TABLE knowledge_documents ADD CONSTRAINT knowledge_documents_source_check
  CHECK (source IN ('profile', 'markdown', 'web', 'pdf', 'staff'));

ALTER TABLE training_examples
  ADD COLUMN key text,
  ADD COLUMN message_id uuid REFERENCES messages,
  ADD CONSTRAINT one_example_per_key UNIQUE (key);

-- ── How well the desk does ──────────────────────────────────────────────────────────────────

CREATE VIEW desk_times AS
SELECT e.id AS escalation_id, e.conversation_id, e.reason, e.status, e.created_at, e.claimed_by,
  extract(epoch FROM e.claimed_at - e.created_at)::float8 AS claim_s,
  extract(epoch FROM e.answered_at - e.created_at)::float8 AS answer_s,
  extract(epoch FROM e.resolved_at - e.created_at)::float8 AS resolve_s,
  e.outcome
FROM escalations e;

-- ── What is open already ────────────────────────────────────────────────────────────────────

-- Its card is drawn anew with the new buttons, and whoever still waits is reminded of.
UPDATE escalations SET card_wanted = 1, card_due_at = now(), remind_at = now()
WHERE status <> 'resolved';
