-- BeaconCRM 6.4, the schema as its installer leaves it: few foreign keys are declared.
CREATE TABLE schema_migrations (version TEXT PRIMARY KEY, applied_at TEXT NOT NULL);
CREATE TABLE app_cache (cache_key TEXT PRIMARY KEY, payload TEXT, expires_at TEXT);
CREATE TABLE job_queue (id INTEGER PRIMARY KEY, job TEXT NOT NULL, status TEXT, run_at TEXT, attempts INTEGER);
CREATE TABLE sessions (token TEXT PRIMARY KEY, user_id INTEGER, started_at TEXT, payload TEXT);
CREATE TABLE menu_items (id INTEGER PRIMARY KEY, parent_id INTEGER, label TEXT, target TEXT, sort_order INTEGER);
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE audit_settings (entity TEXT PRIMARY KEY, enabled INTEGER NOT NULL);
CREATE TABLE option_lists (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, label TEXT);
CREATE TABLE option_values (id INTEGER PRIMARY KEY, list_id INTEGER NOT NULL REFERENCES option_lists(id), value TEXT NOT NULL, label TEXT, sort_order INTEGER, is_active INTEGER);
CREATE TABLE custom_fields (id INTEGER PRIMARY KEY, entity TEXT, field_name TEXT, label TEXT, data_type TEXT, created_by INTEGER, created_at TEXT);
CREATE TABLE business_units (id INTEGER PRIMARY KEY, name TEXT NOT NULL, parent_id INTEGER REFERENCES business_units(id), manager_id INTEGER, created_at TEXT);
CREATE TABLE users (
  id INTEGER PRIMARY KEY, user_name TEXT NOT NULL UNIQUE, first_name TEXT, last_name TEXT, email TEXT, job_title TEXT,
  business_unit_id INTEGER REFERENCES business_units(id), manager_id INTEGER, is_active INTEGER NOT NULL, is_system INTEGER NOT NULL,
  licence_type TEXT, employment_end TEXT, last_login_at TEXT, created_at TEXT, is_deleted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT NOT NULL, business_unit_id INTEGER);
CREATE TABLE team_members (team_id INTEGER NOT NULL, user_id INTEGER NOT NULL, PRIMARY KEY (team_id, user_id));
CREATE TABLE roles (id INTEGER PRIMARY KEY, name TEXT NOT NULL, description TEXT, created_at TEXT);
CREATE TABLE user_roles (user_id INTEGER NOT NULL REFERENCES users(id), role_id INTEGER NOT NULL REFERENCES roles(id), granted_at TEXT, PRIMARY KEY (user_id, role_id));
CREATE TABLE role_privileges (id INTEGER PRIMARY KEY, role_id INTEGER NOT NULL REFERENCES roles(id), entity TEXT NOT NULL, privilege TEXT NOT NULL, access_level TEXT NOT NULL);
CREATE TABLE login_history (id INTEGER PRIMARY KEY, user_id INTEGER, login_at TEXT, logout_at TEXT, ip_address TEXT);
CREATE TABLE audit_log (id INTEGER PRIMARY KEY, entity TEXT, entity_id INTEGER, action TEXT, field_name TEXT, old_value TEXT, new_value TEXT, user_id INTEGER, logged_at TEXT);
CREATE TABLE dashboards (id INTEGER PRIMARY KEY, title TEXT, audience TEXT, owner_id INTEGER, created_at TEXT, last_viewed_at TEXT, views_last_year INTEGER);
CREATE TABLE import_batches (code TEXT PRIMARY KEY, description TEXT, row_count INTEGER, run_by INTEGER, run_at TEXT);
CREATE TABLE organisations (
  id INTEGER PRIMARY KEY, name TEXT, sector TEXT, legal_form TEXT, registration_no TEXT, phone TEXT, website TEXT,
  street TEXT, city TEXT, postcode TEXT, country TEXT, employees INTEGER, parent_id INTEGER, status TEXT,
  owner_id INTEGER, created_by INTEGER, created_at TEXT, modified_by INTEGER, modified_at TEXT, is_deleted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE households (
  id INTEGER PRIMARY KEY, name TEXT, street TEXT, city TEXT, postcode TEXT, primary_contact_id INTEGER,
  created_by INTEGER, created_at TEXT, modified_at TEXT, is_deleted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE contacts (
  id INTEGER PRIMARY KEY, contact_no TEXT NOT NULL, salutation TEXT, first_name TEXT, last_name TEXT, date_of_birth TEXT, gender TEXT,
  email TEXT, phone TEXT, mobile TEXT, street TEXT, city TEXT, postcode TEXT, country TEXT,
  organisation_id INTEGER, household_id INTEGER, job_title TEXT, status TEXT, category TEXT, source TEXT,
  email_greeting TEXT, consent_email INTEGER, fax TEXT, notes TEXT, import_batch TEXT, owner_id INTEGER, business_unit_id INTEGER,
  created_by INTEGER, created_at TEXT, modified_by INTEGER, modified_at TEXT, is_deleted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE contacts_cstm (
  id_c INTEGER PRIMARY KEY, contact_time_c TEXT, segment_c TEXT, volunteer_skills_c TEXT, legacy_ref_c TEXT,
  dietary_needs_c TEXT, shirt_size_c TEXT, fax_home_c TEXT, newsletter_flag_c INTEGER);
CREATE TABLE email_addresses (
  id INTEGER PRIMARY KEY, parent_type TEXT NOT NULL, parent_id INTEGER NOT NULL, email TEXT NOT NULL, is_primary INTEGER, opted_out INTEGER,
  created_at TEXT, is_deleted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE membership_types (id INTEGER PRIMARY KEY, name TEXT NOT NULL, fee REAL, months INTEGER, is_active INTEGER);
CREATE TABLE memberships (
  id INTEGER PRIMARY KEY, contact_id INTEGER NOT NULL REFERENCES contacts(id), membership_type_id INTEGER NOT NULL REFERENCES membership_types(id),
  status TEXT, join_date TEXT, start_date TEXT, end_date TEXT, fee REAL, reminder_sent INTEGER, owner_id INTEGER,
  created_by INTEGER, created_at TEXT, modified_by INTEGER, modified_at TEXT, is_deleted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE cases (
  id INTEGER PRIMARY KEY, case_no TEXT, contact_id INTEGER, subject TEXT, case_type TEXT, status TEXT, priority TEXT,
  opened_on TEXT, closed_on TEXT, resolution TEXT, assigned_to TEXT, business_unit_id INTEGER,
  created_by INTEGER, created_at TEXT, modified_by INTEGER, modified_at TEXT, is_deleted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE campaigns (
  id INTEGER PRIMARY KEY, name TEXT, campaign_type TEXT, status TEXT, starts_on TEXT, ends_on TEXT, budget REAL, target_responses INTEGER,
  owner_id INTEGER, created_by INTEGER, created_at TEXT, modified_at TEXT, is_deleted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE campaign_responses (
  id INTEGER PRIMARY KEY, campaign_id INTEGER NOT NULL REFERENCES campaigns(id), contact_id INTEGER, response_type TEXT, channel TEXT,
  responded_on TEXT, created_by INTEGER, created_at TEXT);
CREATE TABLE donations (
  id INTEGER PRIMARY KEY, contact_id INTEGER, organisation_id INTEGER, campaign_id INTEGER, amount REAL, currency TEXT, donated_on TEXT,
  payment_method TEXT, gift_aid INTEGER, receipt_no TEXT, status TEXT, is_test INTEGER NOT NULL DEFAULT 0,
  owner_id INTEGER, created_by INTEGER, created_at TEXT, modified_by INTEGER, modified_at TEXT, is_deleted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE referrals (
  id INTEGER PRIMARY KEY, record_type TEXT NOT NULL, title TEXT, contact_id INTEGER, organisation_id INTEGER, campaign_id INTEGER, stage TEXT,
  source TEXT, first_contact_on TEXT, confirmed_on TEXT, expected_value REAL, lost_reason TEXT, assigned_user_id INTEGER,
  created_by INTEGER, created_at TEXT, modified_by INTEGER, modified_at TEXT, is_deleted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE events (
  id INTEGER PRIMARY KEY, title TEXT, event_type TEXT, starts_at TEXT, venue TEXT, city TEXT, capacity INTEGER, price REAL, owner_id INTEGER,
  created_by INTEGER, created_at TEXT, modified_at TEXT, is_template INTEGER NOT NULL DEFAULT 0, is_deleted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE event_registrations (
  id INTEGER PRIMARY KEY, event_id INTEGER NOT NULL REFERENCES events(id), contact_id INTEGER, status TEXT, registered_on TEXT, fee_paid REAL,
  created_by INTEGER, created_at TEXT);
CREATE TABLE activities (
  id INTEGER PRIMARY KEY, activity_type TEXT, subject TEXT, body TEXT, direction TEXT, status TEXT, activity_at TEXT, duration_min INTEGER,
  parent_type TEXT, parent_id INTEGER, contact_id INTEGER, campaign_id INTEGER NOT NULL DEFAULT 0, is_automatic INTEGER NOT NULL DEFAULT 0,
  owner_id INTEGER, created_by INTEGER, created_at TEXT, modified_by INTEGER, modified_at TEXT, is_deleted INTEGER NOT NULL DEFAULT 0);
CREATE TABLE attachments (
  id INTEGER PRIMARY KEY, entity_table TEXT NOT NULL, entity_id INTEGER NOT NULL, file_name TEXT, mime_type TEXT, size_bytes INTEGER,
  created_by INTEGER, created_at TEXT);
-- after load
CREATE INDEX ix_contacts_last_name ON contacts (last_name);
CREATE INDEX ix_contacts_name ON contacts (last_name, first_name);
CREATE INDEX ix_contacts_modified ON contacts (modified_at);
CREATE INDEX ix_activities_contact ON activities (contact_id);
CREATE INDEX ix_activities_contact_2 ON activities (contact_id);
CREATE INDEX ix_memberships_contact ON memberships (contact_id);
CREATE INDEX ix_email_parent ON email_addresses (parent_type, parent_id);
CREATE VIEW v_active_members AS
  SELECT c.contact_no, c.first_name, c.last_name, t.name AS membership, m.end_date
  FROM memberships m JOIN contacts c ON c.id = m.contact_id JOIN membership_types t ON t.id = m.membership_type_id
  WHERE m.status = 'Active' AND c.is_deleted = 0;
CREATE VIEW v_contact_overview AS
  SELECT c.id, c.contact_no, c.first_name, c.last_name, c.email, o.name AS organisation, u.user_name AS owner
  FROM contacts c LEFT JOIN organisations o ON o.id = c.organisation_id LEFT JOIN users u ON u.id = c.owner_id;
