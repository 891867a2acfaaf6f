"""Discord: avatars as real apps, by the gateway or by interactions over HTTP."""
