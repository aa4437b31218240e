"""What is known of one person: their whole story, given out or erased when they ask for it (GDPR, Articles 15, 17 and 20)."""
