"""The chat platforms: connections, receivers, delivery. One package per platform."""
