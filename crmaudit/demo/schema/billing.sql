-- LedgerLine 2019: an accounts package that knows nothing of the CRM but a reference number.
CREATE TABLE customers (
  customer_id INTEGER PRIMARY KEY, account_no TEXT NOT NULL UNIQUE, kind TEXT, name1 TEXT, name2 TEXT, contact_email TEXT, tel TEXT,
  addr_line TEXT, addr_town TEXT, addr_postcode TEXT, country_code TEXT, crm_contact_no TEXT, crm_organisation_id INTEGER, vat_no TEXT,
  terms_days INTEGER, blocked TEXT, entered_by TEXT, entered_on TEXT, changed_on TEXT);
CREATE TABLE tax_codes (code TEXT PRIMARY KEY, description TEXT, rate REAL);
CREATE TABLE products (sku TEXT PRIMARY KEY, description TEXT, unit_price REAL, tax_code TEXT REFERENCES tax_codes(code), discontinued TEXT);
CREATE TABLE invoices (
  invoice_id INTEGER PRIMARY KEY, invoice_no TEXT NOT NULL, customer_id INTEGER, issued_on TEXT, due_on TEXT, net REAL, tax REAL, gross REAL,
  currency TEXT, state TEXT, entered_by TEXT);
CREATE TABLE invoice_lines (
  line_id INTEGER PRIMARY KEY, invoice_id INTEGER NOT NULL REFERENCES invoices(invoice_id), sku TEXT, quantity INTEGER, unit_price REAL, amount REAL,
  tax_code TEXT);
CREATE TABLE payments (payment_id INTEGER PRIMARY KEY, invoice_no TEXT, paid_on TEXT, amount REAL, method TEXT, bank_ref TEXT);
CREATE TABLE period_locks (period TEXT PRIMARY KEY, locked_on TEXT);
-- after load
CREATE INDEX idx_invoices_customer ON invoices (customer_id);
CREATE INDEX idx_lines_invoice ON invoice_lines (invoice_id);
