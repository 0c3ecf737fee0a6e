<?php
// "How can we help?" A new enquiry for the office.

require 'database.php';

$pdo = connect();
$title = mb_substr(trim($_POST['question'] ?? ''), 0, 80);
$known = $pdo->prepare(
    'SELECT id FROM contacts WHERE email = ? AND is_deleted = 0 ORDER BY id LIMIT 1'
);
$known->execute([$_POST['email'] ?? '']);
$contact = $known->fetchColumn();

$sql = "INSERT INTO referrals (record_type, title, contact_id, source, created_at) "
     . "VALUES ('lead', :title, :contact, 'Website', CURRENT_TIMESTAMP)";
$pdo->prepare($sql)->execute(['title' => $title, 'contact' => $contact ?: null]);

mail('office@example.org', 'Select an officer for this enquiry', $title);
