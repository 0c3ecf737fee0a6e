"""One way from standardised records and candidates to pairs, estimates and things."""
