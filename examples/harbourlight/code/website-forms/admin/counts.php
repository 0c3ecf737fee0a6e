<?php
// How many rows a table has: which table is known only when it is asked.

require '../database.php';

$table = preg_replace('/[^a-z_]/', '', $_GET['table'] ?? '');
echo connect()->query("SELECT COUNT(*) FROM $table")->fetchColumn();
