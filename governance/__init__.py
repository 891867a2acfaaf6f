"""Not begun: votes: polls, ballots, snapshots, the provable log."""
