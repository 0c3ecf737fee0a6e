<?php
// Places on courses and outings.

require 'database.php';

function free_places(PDO $pdo, int $event): int
{
    $query = $pdo->prepare(<<<SQL
        SELECT e.capacity - COUNT(g.id)
        FROM events e
        LEFT JOIN event_registrations g ON g.event_id = e.id AND g.status <> 'Cancelled'
        WHERE e.id = ? AND e.is_template = 0
        GROUP BY e.capacity
        SQL);
    $query->execute([$event]);
    return (int) $query->fetchColumn();
}

$pdo = connect();
$event = (int) ($_POST['event'] ?? 0);
if (free_places($pdo, $event) > 0) {
    $pdo->prepare(
        'INSERT INTO event_registrations (event_id, status, registered_on) VALUES (?, ?, ?)'
    )->execute([$event, 'Booked', date('Y-m-d')]);
}

// Whoever cancels by the link in the e-mail gives the place back.
if (isset($_GET['cancel'])) {
    $cancel = $pdo->prepare("UPDATE event_registrations SET status = 'Cancelled' WHERE id = ?");
    $cancel->execute([(int) $_GET['cancel']]);
}
