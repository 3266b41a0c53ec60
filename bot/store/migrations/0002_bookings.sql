-- Bookings, the crew and what goes with them, in place of their first sketches, which nothing wrote.

DO $$
BEGIN
  IF EXISTS (SELECT FROM bookings) OR EXISTS (SELECT FROM chefs) OR EXISTS (SELECT FROM follow_ups) THEN
    RAISE EXCEPTION 'bookings, chefs and follow_ups were not expected to hold rows before this version';
  END IF;
END $$;
ALTER TABLE feedback DROP CONSTRAINT feedback_booking_id_fkey;
DROP TABLE follow_ups, chef_assignments, chefs, bookings;

ALTER TABLE quotes
  ADD COLUMN service text NOT NULL DEFAULT '',
  ADD COLUMN headcount int NOT NULL DEFAULT 0,
  ADD COLUMN workers int NOT NULL DEFAULT 1,
  ADD COLUMN shortfall numeric(10,2) NOT NULL DEFAULT 0 CHECK (shortfall >= 0),
  ADD COLUMN travel numeric(10,2) CHECK (travel >= 0),
  ADD COLUMN gratuity_least numeric(10,2),
  ADD COLUMN gratuity_most numeric(10,2),
  ADD CONSTRAINT one_customer_per_quote UNIQUE (id, customer_id);

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
  CONSTRAINT one_booking_per_code UNIQUE (code),
  CONSTRAINT quote_of_its_customer FOREIGN KEY (quote_id, customer_id) REFERENCES quotes (id, customer_id),
  CONSTRAINT event_has_length CHECK (ends_at > starts_at),
  CONSTRAINT hold_has_an_end CHECK (status <> 'held' OR held_until IS NOT NULL),
  CONSTRAINT no_booking_without_yes CHECK (status IN ('held', 'lapsed', 'cancelled') OR agreed_at IS NOT NULL)
);
CREATE INDEX bookings_of_customer ON bookings (customer_id, starts_at DESC);
CREATE INDEX bookings_held ON bookings (held_until) WHERE status = 'held';
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
CREATE TRIGGER booking_moves BEFORE UPDATE ON bookings
  FOR EACH ROW EXECUTE FUNCTION booking_moves();

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

-- What staff are told beside escalations: a deposit to look for, an event without enough chefs.
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
  CONSTRAINT one_notice_per_key UNIQUE (key)
);
CREATE INDEX desk_notices_to_post ON desk_notices (post_due_at) WHERE post_status IN ('queued', 'posting');

-- A message owed at a time, unless it lapses.
CREATE TABLE follow_ups (
  id          uuid PRIMARY KEY DEFAULT uuidv7(),
  customer_id uuid NOT NULL REFERENCES customers,
  booking_id  uuid REFERENCES bookings,
  cause       text NOT NULL,
  due_at      timestamptz NOT NULL,
  status      text NOT NULL CHECK (status IN ('planned', 'due', 'sending', 'sent', 'skipped', 'held',
                'cancelled', 'answered', 'converted', 'unknown')),
  reason      text,
  created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX follow_ups_due ON follow_ups (due_at) WHERE status = 'planned';
CREATE UNIQUE INDEX one_plan_per_cause ON follow_ups (booking_id, cause) WHERE status = 'planned';

ALTER TABLE feedback ADD CONSTRAINT feedback_booking_id_fkey FOREIGN KEY (booking_id) REFERENCES bookings;
