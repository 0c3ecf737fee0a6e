-- A small CRM for labelled statements: SQLite; the second schema is attached as archive. Fictional throughout.

CREATE TABLE person (id integer PRIMARY KEY, organisation_id integer, manager_id integer, first_name text, last_name text, email text UNIQUE, phone text, status text DEFAULT 'active', updated_at timestamp);
CREATE TABLE organisation (id integer PRIMARY KEY, parent_id integer, name text UNIQUE, kind text, remark text);
CREATE TABLE address (id integer PRIMARY KEY, person_id integer, street text, city text, postcode text);
CREATE TABLE invoice (id integer PRIMARY KEY, person_id integer, number text UNIQUE, total numeric(12,2) DEFAULT 0, status text, issued date);
CREATE TABLE invoice_line (id integer PRIMARY KEY, invoice_id integer, product text, quantity integer, price numeric(12,2));
CREATE TABLE payment (id integer PRIMARY KEY, invoice_id integer, amount numeric(12,2), paid date);
CREATE TABLE note (id integer PRIMARY KEY, person_id integer, body text, created timestamp);
CREATE TABLE tag (id integer PRIMARY KEY, name text UNIQUE);
CREATE TABLE person_tag (person_id integer, tag_id integer, PRIMARY KEY (person_id, tag_id));
CREATE TABLE audit (id integer PRIMARY KEY, what text, at timestamp);
CREATE TABLE campaign (id integer PRIMARY KEY, name text, budget numeric(12,2));
CREATE TABLE setting (name text PRIMARY KEY, value text);
CREATE TABLE document (id integer PRIMARY KEY, person_id integer, data text);
CREATE TABLE staging (id integer PRIMARY KEY, first_name text, last_name text, email text);
CREATE TABLE "order" (id integer PRIMARY KEY, person_id integer, "select" text, total numeric(12,2));
CREATE TABLE "group" (id integer PRIMARY KEY, name text);
CREATE TABLE "Custom Field" (id integer PRIMARY KEY, "Field Name" text, value text);
CREATE TABLE "odd""name" (id integer PRIMARY KEY, value text);
CREATE TABLE straße (id integer PRIMARY KEY, name text);
CREATE TABLE event (id integer PRIMARY KEY, person_id integer, kind text, day date);

CREATE TABLE archive.person (id integer PRIMARY KEY, first_name text, last_name text, email text UNIQUE);
CREATE TABLE archive.invoice (id integer PRIMARY KEY, number text, total numeric(12,2));
CREATE TABLE archive.log (id integer PRIMARY KEY, what text);

INSERT INTO organisation (id, parent_id, name, kind) VALUES (1, NULL, 'Umbrella Trust', 'charity'), (2, 1, 'Kite School', 'school'), (3, 1, 'Old Mill', 'venue');
INSERT INTO person (id, organisation_id, manager_id, first_name, last_name, email, phone, status) VALUES (1, 1, NULL, 'Ada', 'Example', 'ada@example.org', '01', 'active'), (2, 2, 1, 'Ben', 'Sample', 'ben@example.org', '02', 'active'), (3, 2, 1, 'Cleo', 'Muster', 'cleo@example.org', NULL, 'left'), (4, NULL, 2, 'Dan', 'Nobody', 'dan@example.org', '04', 'active');
INSERT INTO address (id, person_id, street, city, postcode) VALUES (1, 1, 'Mill Lane 1', 'Oldtown', 'A1'), (2, 2, 'High Street 2', 'Newtown', 'B2'), (3, 3, 'Hill 3', 'Oldtown', 'A1');
INSERT INTO invoice (id, person_id, number, total, status, issued) VALUES (1, 1, 'R-1', 10, 'open', '2024-01-05'), (2, 2, 'R-2', 20, 'paid', '2024-02-05'), (3, 2, 'R-3', 30, 'open', '2024-03-05');
INSERT INTO invoice_line (id, invoice_id, product, quantity, price) VALUES (1, 1, 'cup', 2, 5), (2, 2, 'plate', 4, 5), (3, 3, 'cup', 6, 5);
INSERT INTO payment (id, invoice_id, amount, paid) VALUES (1, 2, 20, '2024-02-10');
INSERT INTO note (id, person_id, body) VALUES (1, 1, 'called'), (2, 2, 'wrote'), (3, 3, 'left');
INSERT INTO tag (id, name) VALUES (1, 'donor'), (2, 'volunteer');
INSERT INTO person_tag (person_id, tag_id) VALUES (1, 1), (2, 2);
INSERT INTO audit (id, what) VALUES (1, 'start');
INSERT INTO campaign (id, name, budget) VALUES (1, 'spring', 100), (2, 'autumn', 200);
INSERT INTO setting (name, value) VALUES ('language', 'en'), ('currency', 'EUR');
INSERT INTO document (id, person_id, data) VALUES (1, 1, '{"a": 1, "tags": ["x", "y"]}'), (2, 2, '{"a": 2, "tags": ["z"]}');
INSERT INTO staging (id, first_name, last_name, email) VALUES (1, 'Eve', 'Newcomer', 'eve@example.org'), (2, 'Ada', 'Example', 'ada@example.org');
INSERT INTO "order" (id, person_id, "select", total) VALUES (1, 1, 'x', 5), (2, 2, 'y', 6);
INSERT INTO "group" (id, name) VALUES (1, 'staff');
INSERT INTO "Custom Field" (id, "Field Name", value) VALUES (1, 'size', 'L');
INSERT INTO "odd""name" (id, value) VALUES (1, 'v');
INSERT INTO straße (id, name) VALUES (1, 'Allee');
INSERT INTO event (id, person_id, kind, day) VALUES (1, 1, 'visit', '2024-05-01');
INSERT INTO archive.person (id, first_name, last_name, email) VALUES (90, 'Old', 'Person', 'old@example.org');
INSERT INTO archive.invoice (id, number, total) VALUES (90, 'A-90', 1);
INSERT INTO archive.log (id, what) VALUES (1, 'moved');

CREATE VIEW active_person AS SELECT id, first_name, last_name, email, status FROM person WHERE status = 'active';
CREATE VIEW invoice_total AS SELECT i.person_id, sum(l.price * l.quantity) AS total FROM invoice i JOIN invoice_line l ON l.invoice_id = i.id GROUP BY i.person_id;
CREATE VIEW person_note AS SELECT n.id, p.last_name, n.body FROM note n JOIN person p ON p.id = n.person_id;

CREATE VIEW "Order View" AS SELECT id, total FROM "order";
CREATE TRIGGER person_changed AFTER UPDATE ON person BEGIN INSERT INTO audit (what) VALUES ('person changed'); END;
CREATE TRIGGER line_added AFTER INSERT ON invoice_line BEGIN UPDATE invoice SET total = total + NEW.quantity * NEW.price WHERE id = NEW.invoice_id; END;
CREATE TRIGGER person_note_added INSTEAD OF INSERT ON person_note BEGIN INSERT INTO note (person_id, body) SELECT id, NEW.body FROM person WHERE last_name = NEW.last_name; END;
