"""The ground the rooms stand on: environment, database, settings, background jobs, doctor, backup."""
