-- PostRoom 3: a hosted newsletter tool's export, times as seconds since 1970.
CREATE TABLE lists (list_id INTEGER PRIMARY KEY, title TEXT NOT NULL, created INTEGER);
CREATE TABLE subscribers (
  subscriber_id INTEGER PRIMARY KEY, email TEXT NOT NULL, display_name TEXT, language TEXT, state TEXT, signup_source TEXT, signed_up INTEGER, changed INTEGER);
CREATE TABLE subscriptions (
  subscription_id INTEGER PRIMARY KEY, subscriber_id INTEGER NOT NULL, list_id INTEGER NOT NULL REFERENCES lists(list_id), subscribed INTEGER, unsubscribed INTEGER);
CREATE TABLE campaigns (campaign_id INTEGER PRIMARY KEY, list_id INTEGER, subject TEXT, sent INTEGER, recipients INTEGER, opens INTEGER, clicks INTEGER, bounces INTEGER);
CREATE TABLE sends (send_id INTEGER PRIMARY KEY, campaign_id INTEGER NOT NULL, subscriber_id INTEGER NOT NULL, sent INTEGER, opens INTEGER, clicks INTEGER, bounced INTEGER);
CREATE TABLE suppression (email TEXT PRIMARY KEY, reason TEXT, suppressed INTEGER NOT NULL);
-- after load
CREATE INDEX sends_subscriber ON sends (subscriber_id);
