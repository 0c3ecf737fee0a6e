<?php
// Answers after an event go out as an e-mail; nothing keeps them.

mail('events@example.org', 'Feedback', $_POST['answers'] ?? '');
