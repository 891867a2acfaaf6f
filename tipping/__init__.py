"""Not begun: money: orders, tiers, items, entitlements, the ledger and its rails."""
