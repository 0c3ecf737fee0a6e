<?php
// One connection for all forms. The account and its password come from the environment.

function connect(): PDO
{
    $dsn = getenv('BEACON_DSN');
    $pdo = new PDO($dsn, getenv('BEACON_USER'), getenv('BEACON_PASSWORD'));
    $pdo->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
    return $pdo;
}
